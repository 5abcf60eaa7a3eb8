"""A pasted list: one class a line, its definition after a bar."""

from annotate.taxonomy.reader import Draft, check, check_length


class TextReader:
    """`name` or `name | definition`; empty lines do not count."""

    name = "text"

    def read(self, text: str) -> list[Draft]:
        lines = text.removeprefix("\ufeff").splitlines()
        rows = [(number, line) for number, line in enumerate(lines, 1) if line.strip()]
        check_length(len(rows))
        return [_draft(line, number) for number, line in rows]


def _draft(line: str, number: int) -> Draft:
    name, _, definition = line.partition("|")
    return check(Draft(name, definition, line=number))
