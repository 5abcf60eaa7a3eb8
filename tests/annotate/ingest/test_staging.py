"""Deliveries that are looked at first, and labeled sets on their way in."""

import io
import json
import zipfile
from collections import Counter
from typing import Any

import pytest

from annotate.accounts.models import User
from annotate.core import errors
from annotate.core.progress import LongJob
from annotate.ingest import incoming, selectors, services
from annotate.ingest.models import Batch, BatchFile, Image, ImportedLabel
from annotate.labeling import services as labeling
from annotate.labeling.models import Task
from annotate.projects.models import LabelClass, Project
from tests.annotate.ingest import sets
from tests.annotate.ingest.deliver import deliver, loose, pictures, ready, take_in
from tests.make import concepts, make_project, picture_bytes

pytestmark = pytest.mark.django_db


def boxed(**fields: Any) -> tuple[Project, User]:
    return ready(kind="box", consensus_method="boxes", **fields)


def looked_at(project: Project, *files: tuple[str, bytes]) -> Batch:
    """A staged delivery after the sweep has seen it."""
    batch = deliver(project, files, staged=True, name="blood")
    services.ingest_pending()
    batch.refresh_from_db()
    return batch


def commit(batch: Batch, actor: User, **how: Any) -> Batch:
    services.commit_batch(batch, actor=actor, **how)
    services.ingest_pending()
    batch.refresh_from_db()
    return batch


def answers(**which: Any) -> dict[str, Any]:
    """By picture."""
    rows = ImportedLabel.objects.filter(**which).select_related("image")
    return {row.image.name.rsplit("/", 1)[-1]: row.answer for row in rows}


MAPPING = [{"name": "hound", "new": "Hound"}, {"name": "dust", "ignore": True}]


def test_a_staged_delivery_is_looked_at_and_nothing_of_it_is_taken() -> None:
    project, _ = boxed()
    take_in(project, [("known.png", picture_bytes(2))])
    batch = looked_at(project, ("voc.zip", sets.voc_set()), ("again.png", picture_bytes(5)))
    assert batch.state == Batch.State.ANALYSED
    assert (Image.objects.count(), ImportedLabel.objects.count()) == (1, 0)
    found = selectors.analysis_view(batch)
    assert {key: found[key] for key in ("says", "fits", "pictures", "labeled", "empty", "unsaid", "boxes")} == {
        "says": "boxes", "fits": True, "pictures": 7, "labeled": 3, "empty": 1, "unsaid": 3, "boxes": 4,
    }  # fmt: skip
    assert (found["duplicates"], found["repeated"], found["layouts"]) == (1, 1, ["voc"])
    assert found["splits"] == {"train": 5, "holdout": 1, "none": 1}
    known = concepts(project)
    assert found["classes"] == [
        {"name": "cat", "pictures": 2, "boxes": 2, "concept": known["cat"]},
        {"name": "dust", "pictures": 1, "boxes": 1, "concept": None},
        {"name": "hound", "pictures": 1, "boxes": 1, "concept": None},
    ]
    assert found["problems"]["count"] == 3
    assert [one["code"] for one in found["problems"]["listed"]] == ["boxes_left_out", "bad_annotation", "no_picture"]
    assert services.ingest_pending() is False
    assert LongJob.objects.get(pk=batch.job_id).state == LongJob.State.QUEUED


def test_a_committed_delivery_goes_in_as_it_was_said() -> None:
    project, admin = boxed()
    batch = looked_at(project, ("voc.zip", sets.voc_set()))
    batch = commit(batch, admin, labels_as="votes", mapping=MAPPING, source_name="lab")
    assert (batch.state, batch.received, batch.added, batch.refused) == (Batch.State.DONE, 7, 6, 1)
    assert (batch.boxes, batch.boxes_left_out) == (3, 1)
    hound = LabelClass.objects.get(project=project, concept__name="Hound")
    cat = concepts(project)["cat"]
    assert answers(source_name="lab", kind="box", labels_as="votes") == {
        "0.png": {"boxes": [
            {"class": "cat", "concept": cat, "box": [0.0, 0.0, 32.0, 24.0], "difficult": True},
            {"class": "hound", "concept": hound.concept_id, "box": [1.0, 2.0, 10.0, 12.0], "difficult": True},
        ]},
        "1.png": {"boxes": [{"class": "cat", "concept": cat, "box": [4.0, 4.0, 6.0, 6.0], "difficult": True}]},
        "2.png": {"nothing": True},
    }  # fmt: skip
    told = {row.path: row.code for row in selectors.files_of(batch, told=True)}
    assert told == {
        "voc.zip/JPEGImages/3.png": "boxes_left_out", "voc.zip/JPEGImages/4.png": "bad_annotation",
        "voc.zip/Annotations/alone.xml": "no_picture",
    }  # fmt: skip
    assert "reaches 8 pixels beyond" in BatchFile.objects.get(code="boxes_left_out").message
    assert Counter(Image.objects.values_list("split", flat=True)) == {"train": 5, "holdout": 1}
    assert not list(incoming.folder().iterdir())
    assert not BatchFile.objects.exclude(page="").exists()


def test_where_several_classes_are_asked_for_boxes_say_which_are_there() -> None:
    project, admin = ready(kind="choices", consensus_method="dawid_skene_each")
    batch = looked_at(project, ("voc.zip", sets.voc_set()))
    assert selectors.analysis_view(batch)["fits"]
    commit(batch, admin, labels_as="gold", mapping=MAPPING, source_name="lab")
    hound, cat = LabelClass.objects.get(project=project, concept__name="Hound").concept_id, concepts(project)["cat"]
    cats = {"classes": [{"class": "cat", "concept": cat}]}
    assert answers(source_name="lab", kind="choices") == {
        "0.png": {"classes": [*cats["classes"], {"class": "hound", "concept": hound}]},
        "1.png": cats, "2.png": {"nothing": True},
    }  # fmt: skip
    labeling.open_tasks()
    labeling.take_imported()
    gold = {row.image.name.rsplit("/", 1)[-1]: row.gold for row in Task.objects.exclude(gold=None)}
    assert gold["0.png"] == {"choice": sorted((cat, hound))} and gold["2.png"] == {"nothing": True}
    folders = take_in(project, [("cat/9.png", picture_bytes(9))], labels_as="votes", source_name="tree")
    assert (folders.state, answers(source_name="tree", kind="choices")) == (Batch.State.DONE, {"9.png": None})


def test_tags_of_a_coco_file_say_which_classes_are_there_and_not_where() -> None:
    said = {
        "images": [{"id": n, "file_name": f"{n}.png", "width": 32, "height": 24} for n in range(3)],
        "categories": [{"id": 5, "name": "cat"}, {"id": 9, "name": "dog"}],
        "annotations": [
            {"id": place, "image_id": image, "category_id": category}
            for place, (image, category) in enumerate([(0, 9), (0, 5), (0, 9), (1, 5)], start=1)
        ],
    }
    files = {"tags.json": json.dumps(said).encode(), **{f"{n}.png": picture_bytes(n) for n in range(3)}}
    project, admin = ready(kind="choices", consensus_method="dawid_skene_each")
    batch = looked_at(project, ("tags.zip", sets.zipped(files)))
    found = selectors.analysis_view(batch)
    assert found["fits"] and (found["says"], found["boxes"], found["empty"], found["labeled"]) == ("classes", 0, 1, 2)
    commit(batch, admin, labels_as="votes", source_name="lab")
    cat, dog = ({"class": name, "concept": concepts(project)[name]} for name in ("cat", "dog"))
    assert answers(source_name="lab", kind="choices") == {
        "0.png": {"classes": [cat, dog]}, "1.png": {"classes": [cat]}, "2.png": {"nothing": True},
    }  # fmt: skip
    drawn = make_project(kind="box", name="Drawn")
    refused = looked_at(drawn, ("tags.zip", sets.zipped(files)))
    assert not selectors.analysis_view(refused)["fits"], "nobody said where"


def test_pictures_alone_and_pictures_that_the_source_is_silent_about() -> None:
    project, admin = boxed()
    commit(looked_at(project, ("a.zip", sets.yolo_set())), admin, labels_as="none")
    assert (Image.objects.count(), ImportedLabel.objects.count()) == (2, 0)
    batch = looked_at(project, ("a.zip", sets.yolo_set()), ("3.png", picture_bytes(3)))
    commit(batch, admin, labels_as="gold", source_name="b", unsaid_is_empty=True, take_splits=False)
    found = answers(labels_as="gold")
    assert found.pop("1.png")["boxes"][0]["box"] == [8.0, 6.0, 24.0, 18.0]
    assert found == {"2.png": {"nothing": True}, "3.png": {"nothing": True}}


@pytest.mark.parametrize("staged", [False, True])
@pytest.mark.parametrize(("kind", "method"), [("choices", "dawid_skene_each"), ("box", "boxes")])
def test_a_class_folder_says_something_where_the_unsaid_are_empty(kind: str, method: str, *, staged: bool) -> None:
    """For classes of whole pictures; of boxes a folder says nothing."""
    files = [("cat/1.png", picture_bytes(1)), ("2.png", picture_bytes(2))]
    said: dict[str, Any] = {"labels_as": "gold", "source_name": "tree", "unsaid_is_empty": True}
    project, admin = ready(kind=kind, consensus_method=method)
    if staged:
        commit(looked_at(project, *files), admin, **said)
    else:
        take_in(project, files, **said)
    found = {row.image.name.rsplit("/", 1)[-1]: (row.answer, row.label) for row in ImportedLabel.objects.all()}
    of_folder: Any = ({"nothing": True}, "")
    if kind == "choices":  # what was looked at is resolved at once, the rest when it becomes votes
        of_folder = ({"choice": [concepts(project)["cat"]]} if staged else None, "cat")
    assert found == {"1.png": of_folder, "2.png": ({"nothing": True}, "")}


@pytest.mark.parametrize(("content", "labels", "boxes"), [
    (sets.voc_set(), 4, 4), (sets.coco_set(), 2, 1), (sets.yolo_set(), 1, 1),
])  # fmt: skip
def test_an_unstaged_zip_brings_its_boxes_too(content: bytes, labels: int, boxes: int) -> None:
    project, _ = boxed()
    batch = take_in(project, [("a.zip", content)], labels_as="proposals", source_name="tool")
    assert (batch.state, batch.boxes) == (Batch.State.DONE, boxes)
    found = ImportedLabel.objects.filter(labels_as="proposals", kind="box", source_name="tool")
    assert found.count() == labels
    assert sum(len(label.answer.get("boxes", ())) for label in found) == boxes


def test_the_first_word_of_a_source_on_a_picture_stands() -> None:
    project, _ = boxed()
    take_in(project, [("a.zip", sets.coco_set())], labels_as="votes", source_name="s")
    again = take_in(project, [("a.zip", sets.coco_set())], labels_as="votes", source_name="s")
    assert (again.duplicate, again.boxes) == (2, 0)
    assert set(BatchFile.objects.filter(batch=again).values_list("code", flat=True)) == {"", "duplicate"}
    other = sets.zipped(
        {"images/1.png": picture_bytes(1), "labels/1.txt": b"0 0.5 0.5 1 1", "data.yaml": b"names: [cat]"}
    )
    changed = take_in(project, [("b.zip", other)], labels_as="votes", source_name="s")
    assert BatchFile.objects.get(batch=changed, archive=False).code == "other_label"
    assert answers(source_name="s")["1.png"]["boxes"][0]["box"] == [1.25, 2.0, 11.25, 14.5]


def test_boxes_on_another_size_are_left_out_and_told() -> None:
    project, _ = boxed()
    note = sets.voc_xml(sets.voc_object("cat", 1, 1, 9, 9), size=(64, 48))
    content = sets.zipped({"JPEGImages/1.png": picture_bytes(1), "Annotations/1.xml": note})
    batch = take_in(project, [("a.zip", content)], labels_as="gold")
    assert (batch.added, batch.boxes, batch.boxes_left_out) == (1, 0, 1)
    assert "64 x 48" in BatchFile.objects.get(code="boxes_not_placed").message
    assert not ImportedLabel.objects.exists()


def test_a_project_of_classes_takes_the_pictures_of_boxes_and_refuses_their_labels() -> None:
    project, admin = ready()
    batch = looked_at(project, ("a.zip", sets.coco_set()))
    assert selectors.analysis_view(batch)["fits"] is False
    with pytest.raises(errors.Conflict) as told:
        services.commit_batch(batch, actor=admin, labels_as="votes")
    assert told.value.code == "labels_of_other_kind"
    assert commit(batch, admin, labels_as="none").added == 2


def test_folders_of_classes_are_mapped_likewise() -> None:
    project, admin = ready()
    tree = [("Cats/1.png", picture_bytes(1)), ("dog/2.png", picture_bytes(2)), ("junk/3.png", picture_bytes(3)),
            ("test/emu/4.png", picture_bytes(4))]  # fmt: skip
    batch = looked_at(project, *tree)
    found = selectors.analysis_view(batch)
    assert (found["says"], found["layouts"]) == ("classes", ["folders"])
    known = concepts(project)
    mapping = [
        {"name": "Cats", "concept": known["cat"]},
        {"name": "junk", "ignore": True},
        {"name": "emu", "new": "emu"},
    ]
    batch = commit(batch, admin, labels_as="votes", mapping=mapping)
    assert batch.added == 4
    emu = concepts(project)["emu"]
    assert answers() == {
        "1.png": {"choice": [known["cat"]]},
        "2.png": {"choice": [known["dog"]]},
        "4.png": {"choice": [emu]},
    }
    assert batch.source_name == "blood"


@pytest.mark.parametrize(("mapping", "code"), [
    ([], "unmapped_classes"), ([{"name": "hound", "concept": 0}, {"name": "dust", "ignore": True}], "unknown_class"),
    ([*MAPPING, {"name": "hound", "ignore": True}], "bad_mapping"),
    ([*MAPPING, {"name": "cow", "new": "c"}], "bad_mapping"),
    ([{"name": "hound", "new": "x" * 500}, MAPPING[1]], "bad_class_list"),
])  # fmt: skip
def test_a_mapping_that_leaves_questions_changes_nothing(mapping: list[dict[str, Any]], code: str) -> None:
    project, admin = boxed()
    batch = looked_at(project, ("voc.zip", sets.voc_set()))
    with pytest.raises(errors.Refused) as told:
        services.commit_batch(batch, actor=admin, labels_as="votes", mapping=mapping)
    assert told.value.code == code
    batch.refresh_from_db()
    assert (batch.state, LabelClass.objects.filter(project=project).count()) == (Batch.State.ANALYSED, 3)
    assert commit(batch, admin, labels_as="votes", mapping=MAPPING).state == Batch.State.DONE
    with pytest.raises(errors.Conflict) as again:
        services.commit_batch(batch, actor=admin, labels_as="votes", mapping=MAPPING)
    assert again.value.code == "not_analysed"


def test_a_broken_zip_is_a_problem_and_the_rest_is_counted() -> None:
    project, admin = boxed()
    batch = looked_at(project, ("bad.zip", b"PK\x03\x04 and nothing else"), *pictures(2))
    found = selectors.analysis_view(batch)
    assert (found["pictures"], found["problems"]["listed"][0]["code"]) == (2, "bad_archive")
    assert commit(batch, admin, labels_as="none").refused == 1


def test_a_delivery_is_cancelled_before_and_after_it_was_looked_at() -> None:
    project, admin = boxed()
    filling = deliver(project, pictures(2), staged=True, close=False)
    services.ingest_pending()
    filling.refresh_from_db()
    assert (filling.state, Image.objects.count()) == (Batch.State.OPEN, 0)
    seen = looked_at(project, *pictures(2))
    for batch in (filling, seen):
        services.cancel_batch(batch, actor=admin)
        assert (batch.state, batch.refused) == (Batch.State.CANCELLED, 2)
    assert not list(incoming.folder().iterdir())
    with pytest.raises(errors.Conflict):
        services.add_files(seen, [loose("9.png", picture_bytes(9))])


def unpacked(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(f"dropped/{name}", archive.read(name)) for name in archive.namelist()]


@pytest.mark.parametrize(("content", "boxes", "splits"), [
    (sets.voc_set(), 3, {"train": 5, "holdout": 1}), (sets.coco_set(), 1, {"train": 2}),
    (sets.yolo_set(), 1, {"train": 2}),
])  # fmt: skip
def test_a_folder_dropped_as_loose_files_is_the_same_set(content: bytes, boxes: int, splits: dict[str, int]) -> None:
    project, admin = boxed(holdout_share=0.0)
    packed = selectors.analysis_view(looked_at(project, ("a.zip", content)))
    batch = looked_at(project, *unpacked(content))
    found = selectors.analysis_view(batch)
    for one in (*found["problems"]["listed"], *packed["problems"]["listed"]):
        one["path"] = one["path"].removeprefix("dropped/")
        one["message"] = one["message"].replace("dropped/", "")
    assert sorted(found["problems"].pop("listed"), key=str) == sorted(packed["problems"].pop("listed"), key=str)
    assert found == packed
    mapping = [one for one in MAPPING if one["name"] in {each["name"] for each in found["classes"]}]
    batch = commit(batch, admin, labels_as="gold", mapping=mapping)
    assert (batch.state, batch.boxes, batch.received) == (Batch.State.DONE, boxes, batch.added + batch.refused)
    assert Counter(Image.objects.values_list("split", flat=True)) == splits
    assert not BatchFile.objects.filter(batch=batch).exclude(staged="").exists()


def test_loose_files_that_are_no_set_stay_as_they_are() -> None:
    project, admin = boxed()
    batch = looked_at(project, *pictures(2), ("notes.xml", sets.voc_xml()), ("data.json", b"{}"))
    found = selectors.analysis_view(batch)
    assert (found["pictures"], found["unsaid"], found["labeled"], found["layouts"]) == (4, 4, 0, [])
    batch = commit(batch, admin, labels_as="none")
    assert (batch.added, batch.refused) == (2, 2)
