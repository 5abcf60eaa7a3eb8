"""A small version folder of boxes: odd names, every state and split, every flag, pictures of every suffix."""

import hashlib
import io
import random
from pathlib import Path
from typing import Any

from PIL import Image

from annotate.kinds.box import FLAGS
from annotate.manifest.read import Version, open_version
from annotate.manifest.schema import ClassEntry, Label, ManifestFields, Record, VoteRow
from annotate.manifest.write import write_version

STATES = ("labeled",) * 6 + ("empty", "unresolved", "unlabeled", "labeled")
SPLITS = ("train", "train", "train", "train", "val", "holdout", "train", "holdout", "train", "")


def draw_page(number: int, size: tuple[int, int], concepts: list[int], *, whole: bool = False) -> dict[str, Any]:
    """`{"boxes": [...]}` that fits a picture of that size, drawn from the number; `whole`: whole pixels only."""
    draw = random.Random(number)
    boxes = []
    for _ in range(draw.randint(1, 5)):
        corners = []
        for most in size:
            low = draw.uniform(0, most - 1.5)
            corners.append((low, draw.uniform(low + 1.2, most)))
        (x0, x1), (y0, y1) = corners
        found = [round(value) if whole else round(value, 2) for value in (x0, y0, x1, y1)]
        if whole:
            found[2], found[3] = max(found[2], found[0] + 1), max(found[3], found[1] + 1)
        flags = {flag: True for flag in FLAGS if draw.random() < 0.3}
        boxes.append({"concept": draw.choice(concepts), "box": [float(v) for v in found], **flags, "confidence": 0.9})
    return {"boxes": boxes}


def draw_bytes(number: int, size: tuple[int, int], form: str) -> bytes:
    """A picture that differs for every number."""
    out = io.BytesIO()
    noise = Image.frombytes("RGB", (4, 4), random.Random(f"p{number}").randbytes(48))
    noise.resize(size, Image.Resampling.BICUBIC).save(out, form)
    return out.getvalue()


def box_version(
    folder: Path,
    *,
    pictures: int = 60,
    names: tuple[str, ...] = ("plain.jpg",),
    classes: tuple[str, ...] = ("RBC", "WBC", "Platelets"),
    whole: bool = False,
    plain: bool = False,
) -> Version:
    """A version of boxes; `plain`: JPEG alone, all settled. Concept ids fall while indices rise."""
    entries = tuple(ClassEntry(n, 70 - n, f"key{n}", name, "what it is") for n, name in enumerate(classes))
    concepts = [entry.id for entry in entries[:-1]] or [entries[0].id]
    contents, plan = {}, []
    for number in range(pictures):
        size = (20 + number % 7, 30 - number % 5)
        form = "JPEG" if plain or number % 3 else "PNG"
        content = draw_bytes(number, size, form)
        digest = hashlib.sha256(content).hexdigest()
        contents[digest] = content
        plan.append((digest, number, size, "jpg" if form == "JPEG" else "png"))
    records, votes = [], []
    for digest, number, size, suffix in sorted(plan):
        state = ("labeled" if number % 5 else "empty") if plain else STATES[number % 10]
        split = ("train", "train", "val", "holdout")[number % 4] if plain else SPLITS[number % 10]
        value: dict[str, Any] = {"nothing": True}
        if state != "empty":
            value = draw_page(number, size, concepts, whole=whole)
        settled = state in ("labeled", "empty")
        label = Label("box", value, 0.75, votes=2, agreement=1.0, gold=number == 0)
        answer = {"boxes": [{"concept": b["concept"], "box": b["box"]} for b in value.get("boxes", ())]}
        record = Record(
            digest=digest, path=f"images/{digest[:2]}/{digest}.{suffix}", width=size[0], height=size[1], split=split,
            group=f"g{number // 2}", source="@source", licence="-CC0", author="+nobody",
            name=names[number % len(names)], state=state, chosen_by="random",
            labels=(label,) if settled else (), votes=(len(votes), len(votes) + 1) if settled else (),
        )  # fmt: skip
        records.append(record)
        if settled:
            said = value if "nothing" in value else answer
            votes += [VoteRow(digest, f"p{who}", 1, said, "2025-01-01T00:00:00Z", source="=s") for who in (1, 2)]
    excluded = {} if plain else {"excluded": {"holdout": {"deleted": 2, "excluded": 1}}}
    head = ManifestFields(project="boxes", kind="box", classes=entries, extra=excluded)
    write_version(folder, head, records=records, votes=votes, open_image=lambda one: io.BytesIO(contents[one.digest]))
    return open_version(folder)
