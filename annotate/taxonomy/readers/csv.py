"""A table with a header line: name, definition, synonyms, key, color; quoted where needed."""

import csv
import io
from collections.abc import Iterator

from annotate.taxonomy.reader import Draft, ReadError, check, check_length

COLUMNS = ("name", "definition", "synonyms", "key", "color")
SEPARATORS = ",;\t"
FORMULA = "=+-@"


class CsvReader:
    """Comma, semicolon or tab, told by the header. Synonyms stand in one cell, parted by a bar.

    An apostrophe before = + - @ (how a spreadsheet is kept from calculating) is taken away again.
    """

    name = "csv"

    def read(self, text: str) -> list[Draft]:
        text = text.removeprefix("\ufeff")
        first = text.lstrip().partition("\n")[0]
        separator = max(SEPARATORS, key=first.count)
        rows = list(_rows(text, separator))
        if not rows:
            raise ReadError("the table is empty")
        header = [cell.strip().lower() for cell in rows[0][1]]
        _check_header(header, rows[0][0])
        check_length(len(rows) - 1)
        return [_draft(header, row, line) for line, row in rows[1:]]


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise ReadError(str(error), line) from None
        if any(cell.strip() for cell in row):
            yield line, row


def _check_header(header: list[str], line: int) -> None:
    if "name" not in header:
        raise ReadError("the first line must name the columns, with one called name", line)
    if unknown := sorted(set(header) - set(COLUMNS)):
        raise ReadError(f"unknown column {unknown[0]!r}; known are {', '.join(COLUMNS)}", line)
    if len(set(header)) != len(header):
        raise ReadError("a column is named twice", line)


def _draft(header: list[str], row: list[str], line: int) -> Draft:
    if len(row) > len(header) and any(cell.strip() for cell in row[len(header) :]):
        raise ReadError("there are more cells than columns", line)
    cells = {key: _plain(cell) for key, cell in zip(header, row, strict=False)}
    synonyms = tuple(cells.get("synonyms", "").split("|"))
    return check(
        Draft(
            cells.get("name", ""),
            cells.get("definition", ""),
            synonyms,
            hotkey=cells.get("key", ""),
            color=cells.get("color", ""),
            line=line,
        )
    )


def _plain(cell: str) -> str:
    return cell[1:] if cell[:1] == "'" and cell[1:2] and cell[1] in FORMULA else cell
