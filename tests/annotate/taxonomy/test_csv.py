"""The table of classes: quoting, separators, its columns, its faults."""

import pytest

from annotate.taxonomy.reader import Draft, ReadError
from annotate.taxonomy.readers.csv import CsvReader


def read(text: str) -> list[Draft]:
    return CsvReader().read(text)


def test_all_columns_in_any_order_with_quotes() -> None:
    text = 'color,NAME,key,synonyms,definition\n#FF0000,"cat, ""small""",K,kitty|puss|kitty,"two\nlines"\n'
    (draft,) = read(text)
    assert draft == Draft('cat, "small"', "two\nlines", ("kitty", "puss"), "k", "#FF0000", 2)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_header_tells_the_separator(separator: str) -> None:
    assert read(f"name{separator}definition\ncat{separator}x\n")[0].definition == "x"


def test_a_cell_kept_from_calculating_is_itself_again() -> None:
    assert [draft.name for draft in read("name\n'=SUM\n'tis\n=x\n")] == ["=SUM", "'tis", "=x"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 0),
        ("title\ncat\n", 1),
        ("name,size\ncat,3\n", 1),
        ("name,name\na,b\n", 1),
        ("name\ncat,extra\n", 2),
        ('name\n"cat\n', 2),
        ('name\n"cat"x\n', 2),
        ("name,definition\ncat,x\n,y\n", 3),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, line: int) -> None:
    with pytest.raises(ReadError) as caught:
        read(text)
    assert caught.value.line == line
