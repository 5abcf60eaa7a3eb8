"""A small version folder of pictures with any number of shapes on them."""

import hashlib
import io
import random
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, ImageDraw

from annotate.manifest.schema import ClassEntry, Label, Manifest, ManifestFields, Record
from annotate.manifest.write import write_version

NAMES = ("disc", "square", "stripe")
COLOURS = ((210, 60, 40), (40, 90, 210), (40, 170, 80))


def draw_shapes(there: tuple[int, ...], *, seed: int, size: int = 24) -> bytes:
    """A PNG with each of these shapes in its own third, from the left, its place drawn from the seed."""
    draw = random.Random(f"{there}/{seed}")
    ground = tuple(draw.randrange(0, 60) for _ in range(3))
    picture = Image.new("RGB", (size, size), ground)
    pen, third = ImageDraw.Draw(picture), size // 3
    for index in there:
        x, y = index * third, draw.randrange(0, size - third)
        box = (x, y, x + third - 1, y + third - 1)
        if index == 0:
            pen.ellipse(box, fill=COLOURS[0])
        elif index == 1:
            pen.rectangle(box, fill=COLOURS[1])
        else:
            pen.rectangle((x, 0, x + 3, size), fill=COLOURS[2])
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def make_several_version(
    folder: Path,
    *,
    train: int = 32,
    val: int = 8,
    holdout: int = 12,
    empty: int = 0,
    unlabeled: int = 0,
    size: int = 24,
    soft: float = 0.0,
    **fields: Any,
) -> Manifest:
    """The manifest of a new version folder with every set of three classes (ids 101, 102, 103) in turn, "none" left
    out but for `empty` pictures in train; `unlabeled` ones lie there too. `soft`: the share of belief that is missing
    from the classes that are there."""
    entries = tuple(ClassEntry(n, 101 + n, f"c{n}", name) for n, name in enumerate(NAMES))
    sets = [(0,), (0, 1), (2,), (0, 1, 2), (1,), (1, 2), (0, 2)]
    plan: list[tuple[str, str, tuple[int, ...]]] = []
    for split, number in (("train", train), ("val", val), ("holdout", holdout)):
        plan += [(split, "labeled", sets[n % len(sets)]) for n in range(number)]
    plan += [("train", "empty", ())] * empty + [("train", "unlabeled", (0,))] * unlabeled
    contents: dict[str, bytes] = {}
    records = []
    for number, (split, state, there) in enumerate(plan):
        content = draw_shapes(there, seed=number, size=size)
        digest = hashlib.sha256(content).hexdigest()
        contents[digest] = content
        value = {"choice": [101 + index for index in there]} if there else {"nothing": True}
        belief = {str(101 + index): 1.0 - soft for index in there} or {"nothing": 1.0}
        label = Label("choices", value, 1.0 - soft, belief, votes=2, agreement=1.0)
        records.append(
            Record(
                digest,
                f"images/{digest[:2]}/{digest}.png",
                size,
                size,
                split=split,
                group=f"g{number}",
                state=state,
                labels=() if state == "unlabeled" else (label,),
            )
        )

    def open_image(record: Record) -> BinaryIO:
        return io.BytesIO(contents[record.digest])

    head = ManifestFields(project="drawn shapes", kind="choices", classes=entries, **fields)
    ordered = sorted(records, key=lambda one: one.digest)
    return write_version(folder, head, records=ordered, votes=[], open_image=open_image)
