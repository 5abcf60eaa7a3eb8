"""PURE. Tables as CSV that a spreadsheet opens without running anything, and that reads back as it was.

A cell of text that begins with one of = + - @ tab, carriage return or an apostrophe gets an apostrophe in front. To
read one back, take one leading apostrophe away. Cells that we write ourselves (numbers, digests, JSON objects) never
begin so.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from annotate.datasets.format import Losses, Options, Sink, count_excluded
from annotate.manifest.read import Version

RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
ROWS_AT_ONCE: Final = 500
SEVERAL: Final = "choices"
VOTE_COLUMNS: Final = (
    "digest", "person", "asking", "class", "answer", "created", "counted", "surplus", "proposed", "source",
    "gold",
)  # fmt: skip


def safe(text: str) -> str:
    """The text as a cell that is never a formula."""
    return f"'{text}" if text.startswith(RISKY) else text


def plain(cell: str) -> str:
    """What `safe` was given."""
    return cell[1:] if cell.startswith("'") else cell


def csv_chunks(columns: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[bytes]:
    """The table in pieces: UTF-8, comma, quotes where needed, CR LF at the end of a row."""
    page = io.StringIO()
    writer = csv.writer(page, lineterminator="\r\n")
    writer.writerow(columns)
    for number, row in enumerate(rows, start=1):
        writer.writerow(row)
        if number % ROWS_AT_ONCE == 0:
            yield page.getvalue().encode()
            page.seek(0)
            page.truncate()
    yield page.getvalue().encode()


def compact(value: Any) -> str:
    """JSON in one form."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def flag(value: bool) -> str:
    return "true" if value else "false"


def class_name(value: Mapping[str, Any], names: Mapping[int, str], *, several: bool = False) -> str:
    """The name of the one class a value speaks of, empty where it speaks of none or of parts of the picture; where it
    may be several, their names as `joined` writes them."""
    chosen = value.get("choice", ())
    if several:
        return safe(joined(names.get(concept, "") for concept in chosen))
    return safe(names.get(chosen[0], "")) if chosen else ""


def joined(texts: Iterable[str]) -> str:
    """Texts in one cell, a semicolon between them; one in a text, and a backslash, has a backslash in front."""
    return ";".join(text.replace("\\", "\\\\").replace(";", "\\;") for text in texts)


def parted(cell: str) -> list[str]:
    """What `joined` was given; texts that are all empty are none."""
    if not cell:
        return []
    return [re.sub(r"\\(.)", r"\1", part) for part in re.findall(r"(?:^|;)((?:[^;\\]|\\.)*)", cell, re.DOTALL)]


def add_votes(version: Version, sink: Sink, *, options: Options, losses: Losses) -> None:
    """votes.csv where it is asked for, else the votes counted as lost; and what was out before anything was written."""
    if options["votes"]:
        sink.add("votes.csv", vote_chunks(version))
    else:
        losses.count("votes", version.manifest.counts["votes"])
    count_excluded(version, losses)


def vote_chunks(version: Version) -> Iterator[bytes]:
    """votes.csv: one row per vote, in the order of the version."""
    names = {entry.id: entry.name for entry in version.manifest.classes}
    several = version.manifest.kind == SEVERAL
    rows = (
        (
            vote.digest,
            safe(vote.person),
            vote.asking,
            class_name(vote.answer, names, several=several),
            compact(vote.answer),
            vote.created,
            flag(vote.counted),
            flag(vote.surplus),
            flag(vote.proposed),
            safe(vote.source),
            flag(vote.extra.get("gold") is True),
        )
        for vote in version.votes()
    )
    yield from csv_chunks(VOTE_COLUMNS, rows)
