"""PURE. What a delivery holds, counted before any of it is taken in."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from annotate.ingest.source import Item, Rejected, Unfit, readable_name

CHUNK: Final = 2**18
AT_ONCE: Final = 200
MOST_PROBLEMS: Final = 200
MOST_CLASSES: Final = 20_000
# Where folders are named after classes, that is the layout.
FOLDERS: Final = "folders"


@dataclass
class Tally:
    """Counted while entries pass. `known` tells which of some digests the project has pictures of already.

    `layouts` are names of what the sets were recognised as, `expected` pictures where their number is known before.
    """

    known: Callable[[Sequence[str]], set[str]]
    layouts: set[str] = field(default_factory=set)
    expected: int = 0
    pictures: int = 0
    labeled: int = 0
    empty: int = 0
    unsaid: int = 0
    boxes: int = 0
    duplicates: int = 0
    repeated: int = 0
    problems: int = 0
    listed: list[dict[str, str]] = field(default_factory=list)
    splits: Counter[str] = field(default_factory=Counter)
    pictures_of: Counter[str] = field(default_factory=Counter)
    boxes_of: Counter[str] = field(default_factory=Counter)
    _seen: set[bytes] = field(default_factory=set)

    def add_all(self, entries: Iterable[Item | Rejected], pulse: Callable[[], None]) -> None:
        """Counts everything that is on offer; `pulse` is called after each."""
        rest = iter(entries)
        while part := list(islice(rest, AT_ONCE)):
            self.duplicates += len(self.known([digest for digest in self._digests(part, pulse) if digest]))

    def view(self) -> dict[str, Any]:
        """As JSON, classes with most pictures first."""
        return {
            "layouts": sorted(self.layouts - {""}),
            "says": "boxes" if self.boxes or not self.pictures_of else "classes",
            "pictures": self.pictures,
            "labeled": self.labeled,
            "empty": self.empty,
            "unsaid": self.unsaid,
            "boxes": self.boxes,
            "duplicates": self.duplicates,
            "repeated": self.repeated,
            "splits": {"train": self.splits["train"], "holdout": self.splits["holdout"], "none": self.splits[""]},
            "classes": [
                {"name": name, "pictures": number, "boxes": self.boxes_of[name]}
                for name, number in sorted(self.pictures_of.items(), key=lambda one: (-one[1], one[0]))[:MOST_CLASSES]
            ],
            "problems": {"count": self.problems, "listed": self.listed},
        }

    def problem(self, path: str, code: str, message: str) -> None:
        self.problems += 1
        if len(self.listed) < MOST_PROBLEMS:
            told = readable_name(message[:300])
            self.listed.append({"path": readable_name(path, 500), "code": code, "message": told})

    def _digests(self, entries: Iterable[Item | Rejected], pulse: Callable[[], None]) -> Iterator[str]:
        for entry in entries:
            yield self._add(entry)
            pulse()

    def _add(self, entry: Item | Rejected) -> str:
        """Counts one; the digest of its bytes, "" where there are none or they came before."""
        if isinstance(entry, Rejected):
            self.problem(entry.name, entry.code, entry.reason)
            return ""
        try:
            digest = _digest(entry)
        except Unfit as unfit:
            self.problem(entry.name, unfit.code, unfit.reason)
            return ""
        self.pictures += 1
        self.splits[entry.split] += 1
        self._count_label(entry)
        short = bytes.fromhex(digest)[:12]
        if short in self._seen:
            self.repeated += 1
            return ""
        self._seen.add(short)
        return digest

    def _count_label(self, entry: Item) -> None:
        if entry.page is None:
            self.pictures_of.update([entry.label] if entry.label else [])
            self.layouts.update([FOLDERS] if entry.label else [])
            self.labeled += bool(entry.label)
            self.unsaid += not entry.label
            return
        try:
            page = entry.page()
        except ValueError as error:
            self.problem(entry.name, "bad_annotation", str(error))
            self.unsaid += 1
            return
        for problem in page.problems:
            self.problem(entry.name, "boxes_left_out", problem)
        names = [thing.name for thing in page.things]
        self.boxes += len(names)
        self.boxes_of.update(names)
        self.pictures_of.update({*names, *page.tags})
        said = bool(names or page.tags)
        self.labeled += said
        self.empty += not said and not page.problems
        self.unsaid += not said and bool(page.problems)


def _digest(entry: Item) -> str:
    seal = sha256()
    with entry.open() as stream:
        while piece := stream.read(CHUNK):
            seal.update(piece)
    return seal.hexdigest()
