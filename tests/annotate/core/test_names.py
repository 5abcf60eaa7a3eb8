"""Which names are twins."""

import pytest

from annotate.core import names

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
