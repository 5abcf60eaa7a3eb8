"""A small version folder of pictures with drawn boxes: what tests of detection train on and look at."""

import hashlib
import io
import random
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, ImageDraw

from annotate.manifest.schema import ClassEntry, Label, Manifest, ManifestFields, Record, Split, State
from annotate.manifest.write import write_version

COLOURS = ((230, 60, 40), (40, 110, 230))


def draw_boxes(seed: int, *, size: tuple[int, int], most: int = 3) -> tuple[bytes, list[dict[str, Any]]]:
    """A PNG of filled rectangles on a dark ground that do not touch, and the box of each; concepts are 201 and 202."""
    draw = random.Random(seed)
    width, height = size
    picture = Image.new("RGB", size, tuple(draw.randrange(0, 60) for _ in range(3)))
    pen = ImageDraw.Draw(picture)
    boxes: list[dict[str, Any]] = []
    for place in range(draw.randrange(1, most + 1)):
        index = draw.randrange(2)
        x0 = place * width // most + draw.randrange(1, 4)
        y0 = draw.randrange(1, height // 3)
        x1 = min((place + 1) * width // most - 1, x0 + draw.randrange(width // 6, width // 4))
        y1 = y0 + draw.randrange(height // 4, height // 2)
        pen.rectangle((x0, y0, x1 - 1, y1 - 1), fill=COLOURS[index])
        boxes.append({"concept": 201 + index, "box": [float(x0), float(y0), float(x1), float(y1)]})
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue(), boxes


def make_box_version(
    folder: Path,
    *,
    train: int = 8,
    val: int = 2,
    holdout: int = 4,
    empty: int = 1,
    unlabeled: int = 1,
    size: tuple[int, int] = (96, 64),
    flags: dict[str, bool] | None = None,
) -> Manifest:
    """The manifest of a new version folder; every second picture stands upright instead of lying.

    `empty` pictures (verified) and `unlabeled` ones lie in train and in the holdout alike; `flags` mark the first box
    of every picture.
    """
    plan: list[tuple[Split, State]] = [("train", "labeled")] * train + [("val", "labeled")] * val
    plan += [("holdout", "labeled")] * holdout
    splits: tuple[Split, ...] = ("train", "holdout")
    plan += [(split, "empty") for split in splits for _ in range(empty)]
    plan += [(split, "unlabeled") for split in splits for _ in range(unlabeled)]
    contents: dict[str, bytes] = {}
    records = []
    for number, (split, state) in enumerate(plan):
        shape = size if number % 2 == 0 else (size[1], size[0])
        content, boxes = draw_boxes(number, size=shape)
        if flags:
            boxes[0] |= flags
        value: dict[str, Any] = {"boxes": boxes} if state == "labeled" else {"nothing": True}
        digest = hashlib.sha256(content).hexdigest()
        contents[digest] = content
        labels = (Label("box", value, 1.0, votes=1),) if state != "unlabeled" else ()
        place = f"images/{digest[:2]}/{digest}.png"
        records.append(Record(digest, place, *shape, split=split, name=f"{number}.png", state=state, labels=labels))
    entries = tuple(ClassEntry(index, 201 + index, name, name) for index, name in enumerate(("red", "blue")))

    def open_image(record: Record) -> BinaryIO:
        return io.BytesIO(contents[record.digest])

    records.sort(key=lambda record: record.digest)
    head = ManifestFields(project="drawn boxes", kind="box", classes=entries, created="2025-01-01T00:00:00Z")
    return write_version(folder, head, records=records, open_image=open_image)
