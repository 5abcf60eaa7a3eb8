"""Which names are twins."""

import pytest

from annotate.core import errors, names

TWINS = [
    ("Cat", "cat"),
    ("Ｃａｔ", "cat"),
    ("caf\u00e9", "cafe\u0301"),
    ("big  cat ", "big cat"),
    ("ca\u200bt", "cat"),
    ("ﬁsh", "fish"),
]
DIFFERENT = [("cat", "cats"), ("猫", "犬"), ("big cat", "bigcat")]


@pytest.mark.parametrize(("one", "other"), TWINS)
def test_twins_have_one_key(one: str, other: str) -> None:
    assert names.key_of(one) == names.key_of(other)


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_different_names_have_two(one: str, other: str) -> None:
    assert names.key_of(one) != names.key_of(other)
    assert names.look_of(one) != names.look_of(other)


def test_letters_that_look_alike_have_one_look_but_two_keys() -> None:
    forged = "\u0430d\u0430"
    assert names.look_of(forged) == names.look_of("Ada")
    assert names.key_of(forged) != names.key_of("ada")


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("  Vera  ", "Vera"),
        ("José\tB.\nSilva", "José B. Silva"),
        ("e\u0301", "\u00e9"),
        ("小明", "小明"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("👩\u200d🔬", "👩\u200d🔬"),
        ("<b>Vera</b>", "<b>Vera</b>"),  # text stays text: pages escape it
        ("x" * 40, "x" * 40),
    ],
)
def test_a_chosen_name_is_kept_as_it_is_meant(said: str, shown: str) -> None:
    assert names.shown_name(said) == shown


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("", "empty"),
        (" \u3164\u2800 ", "empty"),
        ("...", "empty"),
        ("\u200b\u200d", "empty"),
        ("x" * 41, "long"),
        ("Vera\u202egnp.exe", "characters"),
        ("Ve\u2066ra", "characters"),
        ("Ve\x07ra", "characters"),
        ("Ve\u3164ra", "characters"),
        ("Vera\U000e0041", "characters"),
        ("V" + "\u0336" * 4 + "era", "characters"),
        ("Vera\ue000", "characters"),
    ],
)
def test_a_name_that_hides_or_turns_something_is_refused(said: str, reason: str) -> None:
    with pytest.raises(errors.Invalid) as refused:
        names.shown_name(said)
    assert (refused.value.code, refused.value.data["reason"]) == ("bad_name", reason)
