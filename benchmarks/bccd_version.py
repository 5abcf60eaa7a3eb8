"""BCCD, blood cells in boxes, as its archive holds it: a minimal reader of Pascal VOC, and a version folder of it."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from xml.etree import ElementTree

from PIL import Image

from annotate.manifest.schema import ClassEntry, Label, Manifest, ManifestFields, Record, Split
from annotate.manifest.write import write_version

CLASSES = ("RBC", "WBC", "Platelets")


@dataclass(frozen=True)
class Picture:
    """One photograph with its boxes: (class, corners), 0-based and half-open, within the picture."""

    name: str
    content: bytes
    size: tuple[int, int]
    boxes: tuple[tuple[str, tuple[float, float, float, float]], ...]


def read_bccd(archive: Path) -> dict[str, list[Picture]]:
    """The pictures of its own lists: `trainval` and `test`."""
    with zipfile.ZipFile(archive) as opened:
        root = next(name for name in opened.namelist() if "/Annotations/" in name).partition("Annotations/")[0]
        lists = {}
        for part in ("trainval", "test"):
            names = opened.read(f"{root}ImageSets/Main/{part}.txt").decode().split()
            lists[part] = [_picture(opened, root, name) for name in names]
    return lists


def _picture(opened: zipfile.ZipFile, root: str, name: str) -> Picture:
    content = opened.read(f"{root}JPEGImages/{name}.jpg")
    with Image.open(io.BytesIO(content)) as picture:
        width, height = picture.size
    boxes = []
    for thing in ElementTree.fromstring(opened.read(f"{root}Annotations/{name}.xml")).iter("object"):
        corner = {side: float(thing.findtext(f"bndbox/{side}", "")) for side in ("xmin", "ymin", "xmax", "ymax")}
        # VOC counts pixels from 1 and includes the last
        left, top = max(0.0, corner["xmin"] - 1), max(0.0, corner["ymin"] - 1)
        right, low = min(float(width), corner["xmax"]), min(float(height), corner["ymax"])
        boxes.append((thing.findtext("name", ""), (left, top, right, low)))
    return Picture(name, content, (width, height), tuple(boxes))


def write_bccd(folder: Path, lists: dict[str, list[Picture]]) -> Manifest:
    """A version folder: `trainval` teaches, `test` is the holdout, nothing validates."""
    contents: dict[str, bytes] = {}
    records = []
    splits: dict[str, Split] = {"trainval": "train", "test": "holdout"}
    for part, split in splits.items():
        for picture in lists[part]:
            digest = hashlib.sha256(picture.content).hexdigest()
            assert digest not in contents, f"{picture.name} is there twice"
            contents[digest] = picture.content
            records.append(_record(picture, digest, split))
    entries = tuple(ClassEntry(index, index + 1, name, name) for index, name in enumerate(CLASSES))
    fields = ManifestFields(project="BCCD", kind="box", classes=entries, licence="MIT")

    def open_image(record: Record) -> BinaryIO:
        return io.BytesIO(contents[record.digest])

    records.sort(key=lambda record: record.digest)
    return write_version(folder, fields, records=records, open_image=open_image)


def _record(picture: Picture, digest: str, split: Split) -> Record:
    boxes = [{"concept": CLASSES.index(name) + 1, "box": list(box)} for name, box in picture.boxes]
    width, height = picture.size
    return Record(
        digest=digest,
        path=f"images/{digest[:2]}/{digest}.jpg",
        width=width,
        height=height,
        split=split,
        name=f"{picture.name}.jpg",
        state="labeled",
        labels=(Label("box", {"boxes": boxes}, 1.0, source="imported"),),
    )
