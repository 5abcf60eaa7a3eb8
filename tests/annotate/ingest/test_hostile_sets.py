"""Sets that lie, all the way in: what cannot be read is refused whole, bad records listed, the rest in, and no more."""

import json
from collections import Counter
from typing import Any

import pytest

from annotate.ingest import selectors, services
from annotate.ingest.models import Batch, BatchFile, Image, ImportedLabel
from tests.annotate.ingest import sets
from tests.annotate.ingest.deliver import deliver, ready
from tests.make import picture_bytes

pytestmark = pytest.mark.django_db

BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><annotation><filename>&b;</filename></annotation>'
OUTSIDE = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><annotation><filename>&x;</filename></annotation>'
GOOD = sets.voc_xml(sets.voc_object("cat", 1, 1, 10, 10), sets.voc_object("stranger", 3, 3, 9, 9))


def hostile_voc() -> bytes:
    """Pictures 0 to 3: a good page, a bomb, a file of the machine, no XML at all; and what leads outside."""
    members = {f"JPEGImages/{n}.png": picture_bytes(n) for n in range(4)}
    members |= {"Annotations/0.xml": GOOD, "Annotations/1.xml": BOMB, "Annotations/2.xml": OUTSIDE}
    members |= {"Annotations/3.xml": b"\xff\xfe<", "Annotations/gone.xml": GOOD, "../Annotations/4.xml": GOOD}
    return sets.zipped({**members, "/etc/passwd.xml": GOOD, "ImageSets/Main/train.txt": b"0\n../../1\n\xff\n"})


def hostile_coco() -> bytes:
    """Picture 0 with a good box and a stranger's; dangling ids, names that lead outside, a file that is none."""
    images = [
        {"id": n, "file_name": name}
        for n, name in enumerate(["0.png", "../0.png", "gone.png", "/etc/passwd", "\ud800\x07.png"])
    ]
    note = {"id": 1, "image_id": 0, "category_id": 1, "bbox": [0, 0, 10, 10]}
    notes = [note, {**note, "category_id": 2}, {**note, "image_id": 77}, {**note, "category_id": 5}, "x", None]
    kinds = [{"id": 1, "name": "cat"}, {"id": 2, "name": "stranger"}, {"id": 3, "name": "\x00"}]
    whole = {"images": images, "annotations": notes, "categories": kinds}
    members = {"images/0.png": picture_bytes(0), "images/1.png": picture_bytes(1), "a.json": json.dumps(whole).encode()}
    cut = json.dumps({**whole, "images": [{"id": 1, "file_name": "1.png"}]}).encode()[:-9]
    return sets.zipped({**members, "b.json": cut, "../c.json": b"{}"})


def hostile_yolo() -> bytes:
    """Picture 0 with a good line, a stranger's and an unknown number; a file that is no text; YAML that grows."""
    members = {f"images/{n}.png": picture_bytes(n) for n in range(3)}
    lines = b"0 0.5 0.5 0.25 0.25\n1 0.5 0.5 0.5 0.5\n9 0.5 0.5 0.5 0.5\n0 nan 0 1 1\n"
    members |= {"labels/0.txt": lines, "labels/1.txt": b"\xff\xfe", "labels/gone.txt": b"", "../labels/2.txt": lines}
    bomb = b"a: &a [x]\nb: [*a, *a]\nnames: [cat]"
    return sets.zipped({**members, "bomb.yaml": bomb, "data.yaml": b"train: ../../etc\nnames: [cat, stranger]"})


# Pictures that go in; codes of what is listed when it is looked at.
SETS: dict[str, tuple[bytes, int, dict[str, int]]] = {
    "voc": (hostile_voc(), 4, {"bad_annotation": 3, "no_picture": 1, "unsafe_name": 2}),
    "coco": (hostile_coco(), 2, {
        "boxes_left_out": 1, "bad_record": 4, "bad_annotation": 1, "no_picture": 4, "unsafe_name": 1,
    }),
    "yolo": (hostile_yolo(), 3, {"boxes_left_out": 2, "bad_annotation": 1, "no_picture": 1, "unsafe_name": 1}),
}  # fmt: skip


@pytest.mark.parametrize("form", SETS)
def test_a_hostile_set_gives_what_is_good_and_nothing_else(form: str) -> None:
    content, pictures, problems = SETS[form]
    project, admin = ready(kind="box", consensus_method="boxes")
    batch = deliver(project, [("set.zip", content)], staged=True, name="set")
    services.ingest_pending()
    batch.refresh_from_db()
    found = selectors.analysis_view(batch)
    assert (found["layouts"], found["pictures"], found["boxes"]) == ([form], pictures, 2)
    assert Counter(one["code"] for one in found["problems"]["listed"]) == problems
    assert {one["name"]: one["concept"] is not None for one in found["classes"]} == {"cat": True, "stranger": False}
    assert not any("hostname" in str(one) or "root:" in str(one) for one in found["problems"]["listed"])
    assert (Image.objects.count(), ImportedLabel.objects.count()) == (0, 0)

    services.commit_batch(batch, actor=admin, labels_as="gold", mapping=[{"name": "stranger", "ignore": True}])
    services.ingest_pending()
    batch.refresh_from_db()
    assert (batch.state, batch.added, batch.boxes) == (Batch.State.DONE, pictures, 1)
    label: Any = ImportedLabel.objects.get()
    assert label.image.name.endswith("0.png")
    assert [one["class"] for one in label.answer["boxes"]] == ["cat"]
    told = BatchFile.objects.filter(batch=batch).exclude(code="").values_list("code", flat=True)
    assert Counter(told) == {code: 1 if code == "boxes_left_out" else number for code, number in problems.items()}
    assert not BatchFile.objects.filter(batch=batch).exclude(staged="").exists()
