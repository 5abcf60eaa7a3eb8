"""PURE. What formats of boxes share: which pictures are written where and under which name, and what gets lost.

The holdout is called `test` in them, as their readers expect. Pictures that nobody has settled never lie in a split,
where a reader would take them for pictures without objects.
"""

import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import IO, Any, Final

from annotate.codec import Page, Thing, written_name
from annotate.datasets.format import (
    INCLUDE,
    VOTES,
    Losses,
    Option,
    Options,
    Sink,
    Step,
    count_unheld,
    picture,
    wanted,
)
from annotate.datasets.safe_names import file_name
from annotate.datasets.tables import add_votes, csv_chunks, safe
from annotate.kinds.box import FLAGS
from annotate.manifest.read import Version
from annotate.manifest.schema import ClassEntry, Record, row_to_json

KIND: Final = "box"
SPLITS: Final[dict[str, str]] = {"train": "train", "val": "val", "holdout": "test"}
UNSETTLED: Final = "without_labels"
PIECE: Final = 1 << 16
OPTIONS: Final = (
    Option("include", "settled", INCLUDE.choices, "labeled: only pictures with a box or class; settled: also those "
           f"settled as showing none of the classes; all: also unsettled ones, apart, under {UNSETTLED}"),
    VOTES,
)  # fmt: skip


@dataclass(frozen=True)
class Placed:
    """A settled picture: the split's word, its file name there, and its page of objects under unique class names."""

    record: Record
    split: str
    name: str
    page: Page


class Spool:
    """Pieces kept on disk until their file's turn comes: a zip is written one member after the other."""

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the spool
        self.pieces = 0

    def add(self, piece: bytes) -> None:
        self._file.write(len(piece).to_bytes(4, "big") + piece)
        self.pieces += 1

    def read(self) -> Iterator[bytes]:
        """Every piece, once; the spool is empty and gone then."""
        self._file.seek(0)
        with self._file:
            while head := self._file.read(4):
                yield self._file.read(int.from_bytes(head, "big"))


@dataclass
class Export:
    """One export under way. `held` are the flags that the dialect has a place for.

    `crowds`: whether it can set a crowd apart from an object; where it cannot, crowds are left out and counted.
    """

    version: Version
    sink: Sink
    options: Options
    step: Step
    held: tuple[str, ...]
    crowds: bool = True
    losses: Losses = field(default_factory=Losses)
    _names: Spool = field(default_factory=Spool)

    def placed(self) -> Iterator[Placed]:
        """The settled pictures that are asked for, in order of digest; all others are counted."""
        names = unique_names(self.version.manifest.classes)
        for record, name in self._named():
            if record.state not in ("labeled", "empty") or not wanted(record, self.options["include"]):
                if not wanted(record, self.options["include"]):
                    self.losses.count(record.state)
            elif record.split not in SPLITS:
                self.losses.count("left_out")
            else:
                page = _page(record, name, names)
                single = page if self.crowds else _without_crowds(page)
                self.losses.count("crowds", len(page.things) - len(single.things))
                if page.things and not single.things:
                    self.losses.count("only_crowds")
                else:
                    yield Placed(record, SPLITS[record.split], name, single)

    def add_picture(self, path: str, record: Record) -> None:
        """Writes one picture and counts what of its record no dialect holds."""
        self.sink.add(path, picture(self.version, record))
        self._names.add(json.dumps([path, record.name, record.digest]).encode())
        self.losses.pictures += 1
        count_unheld(record, path, self.losses)
        self._count_boxes(record)
        self.step(self.losses.pictures)

    def _count_boxes(self, record: Record) -> None:
        """What is lost of the boxes that are written; crowds that are left out have been counted."""
        every: list[dict[str, Any]] = [box for label in record.labels for box in label.value.get("boxes", ())]
        boxes = [box for box in every if self.crowds or not box.get("crowd")]
        self.losses.count("box_confidences", sum("confidence" in box for box in boxes))
        self.losses.count("origins", sum("from_proposal" in box for box in boxes))
        told = (any(box.get(flag) and flag not in self.held for flag in FLAGS) for box in boxes)
        self.losses.count("flags", sum(told))

    def finish(self) -> Losses:
        """The unsettled pictures where they are asked for, then the class file, the map of names, and the votes."""
        if self.options["include"] == "all":
            for record, name in self._named():
                if record.state not in ("labeled", "empty"):
                    split = SPLITS.get(record.split, "left_out")
                    self.add_picture(f"{UNSETTLED}/{record.state}/{split}/{name}", record)
        self.sink.add("classes.json", [_classes(self.version)])
        rows = (json.loads(piece) for piece in self._names.read())
        cells = ((safe(path), safe(name), digest) for path, name, digest in rows)
        self.sink.add("names.csv", csv_chunks(("path", "name", "digest"), cells))
        add_votes(self.version, self.sink, options=self.options, losses=self.losses)
        return self.losses

    def _named(self) -> Iterator[tuple[Record, str]]:
        before: Record | None = None
        for record in self.version.records():
            yield record, file_name(record, before)
            before = record


def unique_names(classes: tuple[ClassEntry, ...]) -> dict[int, str]:
    """By concept id, a name that no other class has: its own, with its index behind it where it is not the first."""
    own = {entry.id: written_name(entry.name) for entry in classes}
    taken = set(own.values())
    seen: set[str] = set()
    for entry in classes:
        name = own[entry.id]
        if name in seen:
            name = f"{name[:180]}-{entry.index}"
            while name in taken:
                name += "_"
            taken.add(name)
        seen.add(name)
        own[entry.id] = name
    return own


def joined(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Fewer and larger pieces: a zip takes each on its own."""
    held = bytearray()
    for piece in pieces:
        held += piece
        if len(held) >= PIECE:
            yield bytes(held)
            held.clear()
    yield bytes(held)


def _page(record: Record, name: str, names: Mapping[int, str]) -> Page:
    things = []
    for box in record.labels[0].value.get("boxes", ()):
        if box["concept"] not in names:
            raise ValueError(f"record {record.digest}: class {box['concept']} is not in the manifest")
        flags = tuple(flag for flag in FLAGS if box.get(flag) is True)
        x0, y0, x1, y1 = box["box"]
        things.append(Thing(names[box["concept"]], (x0, y0, x1, y1), flags))
    return Page(name, record.width, record.height, tuple(things))


def _without_crowds(page: Page) -> Page:
    return replace(page, things=tuple(thing for thing in page.things if "crowd" not in thing.flags))


def _classes(version: Version) -> bytes:
    names = unique_names(version.manifest.classes)
    listed = [{**row_to_json(entry), "written": names[entry.id]} for entry in version.manifest.classes]
    return json.dumps({"classes": listed}, indent=2, ensure_ascii=False).encode() + b"\n"
