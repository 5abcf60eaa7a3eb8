"""A small version folder of drawn pictures: what tests of freeze's readers train, export and look at."""

import hashlib
import io
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, ImageDraw

from annotate.manifest.schema import ClassEntry, Label, Manifest, ManifestFields, Record, VoteRow
from annotate.manifest.write import write_version

NAMES = ("disc", "square", "cross", "stripe", "ring")
COLOURS = ((200, 60, 40), (40, 90, 200), (40, 160, 80), (220, 180, 40), (150, 60, 170))


def draw_picture(class_index: int, *, seed: int, size: int = 24) -> bytes:
    """A PNG of the class's own shape and colour, its place and shade drawn from the seed."""
    draw = random.Random(f"{class_index}/{seed}")
    ground = tuple(draw.randrange(0, 70) for _ in range(3))
    shade = draw.randrange(-25, 25)
    colour = tuple(max(0, min(255, part + shade)) for part in COLOURS[class_index % len(COLOURS)])
    picture = Image.new("RGB", (size, size), ground)
    pen = ImageDraw.Draw(picture)
    x, y, reach = draw.randrange(2, size // 3), draw.randrange(2, size // 3), size // 2
    box = (x, y, x + reach, y + reach)
    shape = NAMES[class_index % len(NAMES)]
    if shape == "disc":
        pen.ellipse(box, fill=colour)
    elif shape == "square":
        pen.rectangle(box, fill=colour)
    elif shape == "cross":
        pen.line((x, y, x + reach, y + reach), fill=colour, width=4)
        pen.line((x + reach, y, x, y + reach), fill=colour, width=4)
    elif shape == "stripe":
        pen.rectangle((0, y, size, y + reach // 2), fill=colour)
    else:
        pen.ellipse(box, outline=colour, width=3)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def make_version(
    folder: Path,
    *,
    classes: int = 3,
    train: int = 24,
    val: int = 6,
    holdout: int = 9,
    unresolved: int = 0,
    empty: int = 0,
    unlabeled: int = 0,
    size: int = 24,
    missing: Sequence[int] = (),
    soft: float = 0.0,
    seed: int = 0,
    **fields: Any,
) -> Manifest:
    """The manifest of a new version folder; concept ids are 101, 102 ... and every labeled picture has two votes.

    `missing`: class indices without a picture in train and val. `unresolved` pictures lie in the holdout, `empty`
    and `unlabeled` ones in train. `soft`: share of belief that the next class gets.
    """
    entries = tuple(
        ClassEntry(index, 101 + index, f"c{index}", NAMES[index % 5], f"a {NAMES[index % 5]}")
        for index in range(classes)
    )
    present = [index for index in range(classes) if index not in missing]
    plan = [("train", "labeled", present[n % len(present)]) for n in range(train)]
    plan += [("val", "labeled", present[n % len(present)]) for n in range(val)]
    plan += [("holdout", "labeled", n % classes) for n in range(holdout)]
    plan += [("holdout", "unresolved", n % classes) for n in range(unresolved)]
    plan += [("train", "empty", n % classes) for n in range(empty)]
    plan += [("train", "unlabeled", n % classes) for n in range(unlabeled)]
    drawn = []
    for number, (split, state, index) in enumerate(plan):
        content = draw_picture(index, seed=seed * 100_000 + number, size=size)
        drawn.append((hashlib.sha256(content).hexdigest(), split, state, index, content, number))
    contents = {digest: content for digest, _, _, _, content, _ in drawn}
    records, votes = [], []
    for digest, split, state, index, _, number in sorted(drawn):
        answer = {"nothing": True} if state == "empty" else {"choice": [101 + index]}
        places: tuple[int, ...] = ()
        labels: tuple[Label, ...] = ()
        if state in ("labeled", "empty"):
            places = (len(votes), len(votes) + 1)
            votes += [VoteRow(digest, f"p{who}", 1, answer, "2025-01-01T00:00:00Z") for who in (1, 2)]
            labels = (_label(answer, classes, index=index, soft=soft),)
        records.append(
            Record(
                digest=digest,
                path=f"images/{digest[:2]}/{digest}.png",
                width=size,
                height=size,
                split=split,
                group=f"g{number}",
                source="drawn",
                licence="CC0-1.0",
                author="nobody",
                name=f"{NAMES[index % 5]}-{number}.png",
                state=state,
                labels=labels,
                votes=places,
            )
        )

    def open_image(record: Record) -> BinaryIO:
        return io.BytesIO(contents[record.digest])

    said = {"project": "drawn shapes", "licence": "CC0-1.0", "created": "2025-01-01T00:00:00Z", **fields}
    head = ManifestFields(kind="choice", classes=entries, consensus={"method": "plurality"}, **said)
    return write_version(folder, head, records=records, votes=votes, open_image=open_image)


def _label(answer: dict[str, Any], classes: int, *, index: int, soft: float) -> Label:
    if "nothing" in answer:
        return Label("choice", answer, 1.0, {"nothing": 1.0}, votes=2, agreement=1.0, counts={"nothing": 2})
    shares = {str(101 + index): 1.0 - soft}
    if soft:
        shares[str(101 + (index + 1) % classes)] = soft
    return Label("choice", answer, 1.0 - soft, shares, votes=2, agreement=1.0, counts={str(101 + index): 2})
