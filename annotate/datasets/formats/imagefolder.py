"""A folder per split, in it a folder per class, in it the pictures: what torchvision's ImageFolder opens.

A reader of that layout numbers classes by the order of folder names and refuses an empty folder. So the frozen order
stands in classes.json, with the order a reader will see in each split, and a class without pictures in a split has no
folder there and is told of in LOSSES.json.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

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
from annotate.datasets.safe_names import class_folders, file_name
from annotate.datasets.tables import SEVERAL, add_votes, csv_chunks, safe
from annotate.manifest.read import Version
from annotate.manifest.schema import Record, row_to_json

SPLITS: Final = ("train", "val", "holdout")
UNSETTLED: Final = "without_class"  # beside the splits, so that no reader takes its folders for classes
KINDS: Final = ("choice", SEVERAL)


@dataclass(frozen=True)
class ImageFolder:
    """`<split>/<class>/<name>-<digest>.<ext>`, classes.json, names.csv."""

    name: str = "imagefolder"
    title: str = "ImageFolder"
    options: tuple[Option, ...] = (INCLUDE, VOTES)
    sample: tuple[str, str, str] = (
        "train/cat/cat-7-3f0c9a1be2d44f10.jpg",
        "holdout/dog/park-91b2c0de88aa4b17.jpg",
        "classes.json: name, index, folder of each class",
    )

    def accepts(self, kind: str) -> bool:
        """One class per picture is one folder per picture; a picture with several cannot be held, and is counted."""
        return kind in KINDS

    def write(self, version: Version, sink: Sink, *, options: Options, step: Step) -> Losses:
        """Pictures in order of digest, then the class file and the map of names."""
        losses = Losses()
        used: dict[str, set[int]] = {split: set() for split in SPLITS}
        for record, path in _placed(version, options["include"], losses):
            sink.add(path, picture(version, record))
            losses.pictures += 1
            _count(record, path, losses)
            if record.state == "labeled":
                used[record.split].add(record.labels[0].value["choice"][0])
            step(losses.pictures)
        folders = class_folders(version.manifest.classes)
        _count_classes(version, used, losses)
        text = json.dumps(_classes(version, folders, used), indent=2, ensure_ascii=False)
        sink.add("classes.json", [text.encode() + b"\n"])
        names = (
            (safe(path), safe(one.name), one.digest) for one, path in _placed(version, options["include"], Losses())
        )
        sink.add("names.csv", csv_chunks(("path", "name", "digest"), names))
        add_votes(version, sink, options=options, losses=losses)
        return losses


def _placed(version: Version, include: str, losses: Losses) -> Iterator[tuple[Record, str]]:
    """The pictures that are written, with their paths; the others are counted."""
    folders = class_folders(version.manifest.classes)
    before: Record | None = None
    for record in version.records():
        name = file_name(record, before)
        before = record
        if not wanted(record, include):
            losses.count(record.state)
        elif record.state != "labeled":
            yield record, f"{UNSETTLED}/{record.state}/{record.split or 'left_out'}/{name}"
        elif record.split not in SPLITS:
            losses.count("left_out")
        elif len(record.labels[0].value["choice"]) > 1:
            losses.count("several")
        else:
            yield record, f"{record.split}/{folders[record.labels[0].value['choice'][0]]}/{name}"


def _count(record: Record, path: str, losses: Losses) -> None:
    count_unheld(record, path, losses)
    for label in record.labels:
        losses.count("soft_labels", max(label.distribution.values(), default=1.0) < 1.0)


def _count_classes(version: Version, used: dict[str, set[int]], losses: Losses) -> None:
    missing = {
        split: [entry.name for entry in version.manifest.classes if entry.id not in found]
        for split, found in used.items()
        if found
    }
    losses.count("empty_classes", sum(len(names) for names in missing.values()))
    losses.count("classes", len(version.manifest.classes))
    losses.details = {"empty_classes": {split: names for split, names in missing.items() if names}}


def _classes(version: Version, folders: dict[int, str], used: dict[str, set[int]]) -> dict[str, Any]:
    """Every class with its frozen index and folder; for each split the folders in the order a reader numbers them."""
    return {
        "classes": [{**row_to_json(entry), "folder": folders[entry.id]} for entry in version.manifest.classes],
        "read_as": {split: sorted(folders[concept] for concept in found) for split, found in used.items()},
    }
