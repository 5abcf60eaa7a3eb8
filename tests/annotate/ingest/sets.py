"""Labeled sets as zips, for tests."""

import io
import json
import zipfile
from typing import Any

from tests.make import picture_bytes

SIZE = (32, 24)


def zipped(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def voc_object(name: str, *corners: Any) -> str:
    edges = "".join(
        f"<{key}>{value}</{key}>" for key, value in zip(("xmin", "ymin", "xmax", "ymax"), corners, strict=True)
    )
    return f"<object><name>{name}</name><difficult>1</difficult><bndbox>{edges}</bndbox></object>"


def voc_xml(*objects: str, size: tuple[int, int] = SIZE) -> bytes:
    said = f"<size><width>{size[0]}</width><height>{size[1]}</height></size>"
    return f"<annotation>{said}{''.join(objects)}</annotation>".encode()


def voc_set() -> bytes:
    """Six pictures: two with boxes, one empty, one with a bad box, one unreadable, one unsaid; 0 is tested on."""
    members = {f"JPEGImages/{n}.png": picture_bytes(n) for n in range(6)}
    notes = {
        0: voc_xml(voc_object("cat", 1, 1, 32, 24), voc_object("hound", 2, 3, 10, 12)),
        1: voc_xml(voc_object("cat", 5, 5, 6, 6)),
        2: voc_xml(),
        3: voc_xml(voc_object("cat", 1, 1, 40, 24), voc_object("dust", 1, 1, 4, 4)),
        4: b"<annotation",
    }
    members |= {f"Annotations/{number}.xml": content for number, content in notes.items()}
    members["Annotations/alone.xml"] = voc_xml()
    members["ImageSets/Main/test.txt"] = b"0\n"
    members["ImageSets/Main/train.txt"] = b"1\n2\n3\n4\n5\n"
    return zipped(members)


def coco_set() -> bytes:
    """Two pictures, one with a crowd."""
    notes = [{"id": 1, "image_id": 1, "category_id": 7, "bbox": [1.25, 2, 10, 12.5], "iscrowd": 1}]
    images = [{"id": n, "file_name": f"{n}.png", "width": 32, "height": 24} for n in (1, 2)]
    whole = {"images": images, "annotations": notes, "categories": [{"id": 7, "name": "cat"}]}
    pictures = {f"images/{n}.png": picture_bytes(n) for n in (1, 2)}
    return zipped({**pictures, "annotations/instances_train.json": json.dumps(whole).encode()})


def yolo_set() -> bytes:
    """Two pictures, the second without a label file."""
    members = {f"images/train/{n}.png": picture_bytes(n) for n in (1, 2)}
    return zipped({**members, "labels/train/1.txt": b"0 0.5 0.5 0.5 0.5", "data.yaml": b"names: [cat]"})
