"""What a box may be: one rule, row by row, for answers through the API and for sets that come in."""

import io
import json
import uuid
import zipfile
from typing import Any

import pytest

from annotate.consensus.models import Decision
from annotate.ingest import services
from annotate.ingest.models import Batch, BatchFile, ImportedLabel
from annotate.kinds import KINDS
from annotate.kinds.box import FLAGS, MOST
from annotate.labeling.models import Vote
from tests import crowd
from tests.annotate.ingest.deliver import deliver, ready
from tests.make import client_for, make_member, make_user, picture_bytes

pytestmark = pytest.mark.django_db

# Corners of a box on a picture of 32 x 24, and what is said of them at the API.
REFUSED = {
    "outside": ("[20, 2, 32.51, 9]", "box 1: it reaches 0.51 pixels beyond the picture"),
    "outside before 0": ("[-0.51, 2, 9, 9]", "box 1: it reaches 0.51 pixels beyond the picture"),
    "far outside": ("[500, 500, 600, 600]", "box 1: it reaches 576 pixels beyond the picture"),
    "reversed": ("[20, 2, 3, 9]", "box 1: its corners are the wrong way round"),
    "empty": ("[5, 5, 5, 9]", "box 1: it is less than a pixel wide or high"),
    "less than a pixel": ("[5, 5, 5.9, 9]", "box 1: it is less than a pixel wide or high"),
    "less than a pixel within": ("[31.5, 2, 32.5, 9]", "box 1: it is less than a pixel wide or high"),
    "not a number": ("[NaN, 2, 9, 9]", "NaN is not a number that can be kept"),
    "infinite": ("[5, 2, Infinity, 9]", "Infinity is not a number that can be kept"),
    "larger than any number": ("[5, 2, 1e400, 9]", "A number is too large"),
    "boolean": ("[true, 2, 9, 9]", "box 1: a corner is no number"),
    "text": ('["5", 2, 9, 9]', "box 1: a corner is no number"),
}
# Up to half a pixel beyond the edge is cut off, and what is kept is the same either way.
KEPT = {
    "half a pixel outside": ([-0.5, -0.5, 32.5, 24.5], [0.0, 0.0, 32.0, 24.0]),
    "the whole picture": ([0, 0, 32, 24], [0.0, 0.0, 32.0, 24.0]),
    "between pixels": ([1.004, 2.006, 9.999, 9], [1.0, 2.01, 10.0, 9.0]),
}


def answered(corners: str, **more: Any) -> tuple[int, dict[str, Any]]:
    """What the API says to a ruling and to a vote of one box; the vote's reply comes as the request's own."""
    project = crowd.box_project(pictures=1)
    (ada,) = crowd.crowd_of(project, 1)
    (task,) = crowd.tasks_of(project)
    reviewer = make_user("rev")
    make_member(project, reviewer, role="reviewer")
    concept = crowd.boxes(project, ("cat", 0, 0, 1, 1))["boxes"][0]["concept"]
    answer = json.dumps({"boxes": [{"concept": concept, "box": 0, **more}]}).replace('"box": 0', f'"box": {corners}')
    where = f"/api/projects/{project.pk}"
    vote = f'{{"votes": [{{"key": "{uuid.uuid4()}", "task": {task}, "answer": {answer}}}]}}'
    said = client_for(ada).post(f"{where}/desk", vote, content_type="application/json")
    if said.status_code == 200:
        (result,) = said.json()["results"]
        assert result["status"] == "stored" or result["code"] in ("bad_answer", "outside_picture")
    ruled = f'{{"ruling": "settle", "answer": {answer}}}'
    reply = client_for(reviewer).post(f"{where}/review/{task}", ruled, content_type="application/json")
    assert (said.status_code == 200 and result["status"] == "stored") == (reply.status_code == 200)
    return reply.status_code, reply.json()


def coco_zip(boxes: list[str]) -> bytes:
    """One picture of 32 x 24 with these boxes as `[x, y, width, height]`, and a good one after them."""
    notes = ", ".join(
        f'{{"id": {place + 1}, "image_id": 1, "category_id": 1, "bbox": {box}}}'
        for place, box in enumerate([*boxes, "[1, 1, 5, 5]"])
    )
    parts = '"images": [{"id": 1, "file_name": "1.png", "width": 32, "height": 24}]'
    whole = f'{{{parts}, "annotations": [{notes}], "categories": [{{"id": 1, "name": "cat"}}]}}'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("1.png", picture_bytes(1))
        archive.writestr("instances.json", whole)
    return out.getvalue()


def brought_in(boxes: list[str]) -> Batch:
    """The delivery of such a set, taken in as votes."""
    project, _ = ready(kind="box", consensus_method="boxes")
    batch = deliver(project, [("set.zip", coco_zip(boxes))], labels_as="votes", source_name="set")
    services.ingest_pending()
    batch.refresh_from_db()
    return batch


def as_coco(corners: str) -> str:
    """The same box as COCO writes it, odd values where they were."""
    cells = [cell.strip() for cell in corners.strip("[]").split(",")]

    def less(far: str, near: str) -> str:
        try:
            return str(float(far) - float(near)) if far != "1e400" and near != "true" else far
        except ValueError:
            return far

    width, height = less(cells[2], cells[0]), less(cells[3], cells[1])
    return f"[{cells[0]}, {cells[1]}, {width.replace('nan', 'NaN').replace('inf', 'Infinity')}, {height}]"


@pytest.mark.parametrize("row", REFUSED)
def test_the_api_refuses_a_box_that_is(row: str) -> None:
    corners, why = REFUSED[row]
    status, said = answered(corners)
    assert status == 422
    assert why in said["message"]
    assert not Vote.objects.exists() and not Decision.objects.exists()


@pytest.mark.parametrize("row", REFUSED)
def test_an_import_lists_a_box_that_is(row: str) -> None:
    batch = brought_in([as_coco(REFUSED[row][0])])
    assert (batch.boxes, batch.boxes_left_out, batch.added) == (1, 1, 1)
    file = BatchFile.objects.get(batch=batch, state="added")
    assert (file.code, "annotation 1 is left out: " in file.message) == ("boxes_left_out", True), file.message
    (kept,) = ImportedLabel.objects.get().answer["boxes"]
    assert kept["box"] == [1.0, 1.0, 6.0, 6.0]


@pytest.mark.parametrize("row", KEPT)
def test_the_api_and_an_import_keep_the_same_of_a_box_that_is(row: str) -> None:
    given, kept = KEPT[row]
    status, _ = answered(json.dumps(given))
    assert status == 200
    assert Vote.objects.get().answer["boxes"][0]["box"] == kept
    assert Decision.objects.get().answer["boxes"][0]["box"] == kept
    batch = brought_in([as_coco(json.dumps(given))])
    assert (batch.boxes, batch.boxes_left_out) == (2, 0)
    assert ImportedLabel.objects.get().answer["boxes"][0]["box"] == kept


def test_more_boxes_than_a_picture_takes() -> None:
    project = crowd.box_project(pictures=1)
    (ada,) = crowd.crowd_of(project, 1)
    (task,) = crowd.tasks_of(project)
    refused = crowd.answer(project, ada, task, crowd.boxes(project, *[("cat", 1, 1, 5, 5)] * (MOST + 1)))
    assert refused.why is not None and (refused.why.status, refused.why.code) == (422, "bad_answer")
    assert "at most 5000 boxes" in refused.why.message
    batch = brought_in(["[1, 1, 5, 5]"] * MOST)
    assert (batch.boxes, batch.boxes_left_out) == (MOST, 1)
    assert f"{MOST} objects already" in BatchFile.objects.get(batch=batch, state="added").message


def test_an_answer_beyond_a_megabyte() -> None:
    status, said = answered("[1, 1, 5, 5]", note="x" * 2**20)
    assert (status, "at most 1 MB" in said["message"]) == (422, True)
    assert not Vote.objects.exists()


def test_as_many_boxes_as_a_picture_takes_are_never_beyond_a_megabyte() -> None:
    concept = 10**9
    largest = {"concept": concept, "box": [999998.01, 999998.01, 999999.99, 999999.99], **dict.fromkeys(FLAGS, True)}
    said = {"boxes": [{**largest, "from_proposal": MOST - 1}] * MOST}
    assert KINDS["box"].parse(said, {concept}, proposed=said) == said
