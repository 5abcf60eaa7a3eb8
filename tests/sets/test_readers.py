"""Every reader of class lists: what it reads, what it refuses, and where it says the fault lies."""

from collections.abc import Callable

import pytest

from annotate.taxonomy import reader
from annotate.taxonomy.reader import Draft, ReadError
from annotate.taxonomy.readers import READERS

# How a list of (name, definition) is written for each reader; a new reader adds its line.
WRITERS: dict[str, Callable[[list[tuple[str, str]]], str]] = {
    "text": lambda rows: "\n".join(f"{name} | {text}" if text else name for name, text in rows),
    "csv": lambda rows: "\n".join(["name,definition", *(f'"{name}","{text}"' for name, text in rows)]),
}


@pytest.fixture(params=sorted(READERS))
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def read(name: str, rows: list[tuple[str, str]]) -> list[Draft]:
    return READERS[name].read(WRITERS[name](rows))


def test_the_list_names_each_by_its_own_name(name: str) -> None:
    assert READERS[name].name == name


def test_names_and_definitions_come_in_order(name: str) -> None:
    rows = [("cat", "a small hunter"), ("猫头鹰", ""), ("sea lion", "not a lion")]
    assert [(draft.name, draft.definition) for draft in read(name, rows)] == rows


def test_blanks_marks_and_composition_do_not_matter(name: str) -> None:
    drafts = READERS[name].read("\ufeff" + WRITERS[name]([("  cafe\u0301 ", " x "), ("", "")][:1]) + "\r\n\r\n")
    assert [(draft.name, draft.definition) for draft in drafts] == [("café", "x")]


def test_a_line_without_a_name_is_refused_with_its_place(name: str) -> None:
    with pytest.raises(ReadError) as caught:
        read(name, [("cat", ""), ("", "of something")])
    assert caught.value.line == len(WRITERS[name]([("cat", "")]).splitlines()) + 1


@pytest.mark.parametrize("bad", ["x" * (reader.MAX_NAME + 1), "a\x07b"])
def test_a_name_that_is_too_long_or_holds_control_characters_is_refused(name: str, bad: str) -> None:
    with pytest.raises(ReadError):
        read(name, [(bad, "")])


def test_a_definition_that_is_too_long_is_refused(name: str) -> None:
    with pytest.raises(ReadError, match="definition"):
        read(name, [("cat", "x" * (reader.MAX_DEFINITION + 1))])


def test_a_list_that_is_too_long_is_refused(name: str) -> None:
    rows = [(f"c{number}", "") for number in range(reader.MAX_ROWS + 1)]
    assert len(read(name, rows[:-1])) == reader.MAX_ROWS
    with pytest.raises(ReadError, match="more than"):
        read(name, rows)


def test_an_empty_text_holds_no_class_or_is_refused(name: str) -> None:
    try:
        assert READERS[name].read(" \n ") == []
    except ReadError as error:
        assert error.line == 0
