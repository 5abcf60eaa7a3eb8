"""Boxes frozen into a version, and on the data page."""

from pathlib import Path
from typing import Any

import pytest

from annotate.accounts.models import User
from annotate.consensus import services as consensus
from annotate.core import errors
from annotate.datasets import facets, selectors, services
from annotate.datasets.format import write_export
from annotate.datasets.formats import FORMATS
from annotate.datasets.services import exporting
from annotate.ingest.models import Image
from annotate.labeling.models import Task
from annotate.manifest.read import Version, open_version
from annotate.projects.models import Member, Project
from tests import crowd
from tests.make import client_for, concepts, make_member, make_user
from training.selectors import cycle

pytestmark = pytest.mark.django_db

CAT = ("cat", 2, 2, 12, 12)
DOG = ("dog", 18, 4, 30, 20)


class FolderSink:
    """An export as loose files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, path: str, chunks: Any) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"".join(chunks))


def frozen(project: Project) -> Version:
    version = services.start_freeze(project, actor=None)
    assert services.freeze_next()
    version.refresh_from_db()
    assert version.state == "ready", version.job.message
    return selectors.opened(version)


def settled_project() -> tuple[Project, User]:
    """Pictures 0 to 5: two agree on boxes, agree that there is nothing, disagree, one has spoken, none has, a reviewer
    has settled."""
    project = crowd.box_project(pictures=6, redundancy=2, votes_cap=2, accept_confidence=1)
    boss = make_user("boss")
    make_member(project, boss, Member.Role.ADMIN)
    ada, bob = crowd.crowd_of(project, 2)
    both, empty, split, half, _, ruled = crowd.tasks_of(project)
    for person in (ada, bob):
        crowd.answer(project, person, both, crowd.boxes(project, CAT, DOG, ("cat", 20, 1, 31, 12)))
        crowd.answer(project, person, empty, crowd.NOTHING)
    crowd.answer(project, ada, split, crowd.boxes(project, CAT))
    crowd.answer(project, bob, split, crowd.boxes(project, DOG))
    crowd.answer(project, ada, half, crowd.boxes(project, CAT))
    consensus.settle(project, ruled, actor=boss, ruling="settle", answer=crowd.boxes(project, ("owl", 1, 1, 9, 9)))
    return project, boss


def test_a_version_holds_boxes_with_their_confidence_and_tells_empty_from_unlabeled(tmp_path: Path) -> None:
    project, _ = settled_project()
    version = frozen(project)
    version.verify()
    ids = {name: str(concept) for name, concept in concepts(project).items()}
    records = sorted(version.records(), key=lambda record: int(record.name.split(".")[0]))
    assert [one.state for one in records] == ["labeled", "empty", "unresolved", "unresolved", "unlabeled", "labeled"]
    both, empty, *_, ruled = (record.labels[0] if record.labels else None for record in records)
    assert both is not None and empty is not None and ruled is not None
    assert (both.kind, version.manifest.kind) == ("box", "box")
    assert sorted(box["concept"] for box in both.value["boxes"]) == sorted(int(ids[n]) for n in ("cat", "cat", "dog"))
    assert all(0.5 < box["confidence"] <= 1 for box in both.value["boxes"])
    assert (both.distribution, both.counts, both.agreement) == ({}, {ids["cat"]: 4, ids["dog"]: 2}, 1.0)
    assert 0.5 < both.confidence < 1
    assert (empty.value, empty.distribution, empty.counts) == ({"nothing": True}, {}, {"nothing": 2})
    assert (ruled.value, ruled.confidence) == (crowd.boxes(project, ("owl", 1, 1, 9, 9)), 1.0)
    assert (ruled.source, ruled.decided, ruled.distribution) == ("decision", True, {})
    assert version.manifest.consensus["method"] == "boxes"
    assert version.manifest.consensus["parameters"]["join"] == 0.4
    row = selectors.newest_ready(project)
    assert row is not None
    assert {one["name"]: one["count"] for one in row.counts["per_class"]} == {"cat": 1, "dog": 1, "owl": 1}
    write_export(version, FORMATS["native"], FolderSink(tmp_path), options={})
    again = open_version(tmp_path)
    assert list(again.records()) == list(version.records())
    assert list(again.votes()) == list(version.votes())


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_holds_boxes_or_says_that_it_cannot(name: str, tmp_path: Path) -> None:
    project, boss = settled_project()
    version = frozen(project)
    if FORMATS[name].accepts("box"):
        report = write_export(version, FORMATS[name], FolderSink(tmp_path), options={})
        assert report["pictures"]["written"] > 0
        return
    row = selectors.newest_ready(project)
    assert row is not None
    with pytest.raises(errors.Conflict) as refused:
        exporting.start_export(row, actor=boss, form=name, options={})
    assert refused.value.code == "kind_not_held"


def test_the_wall_is_narrowed_to_pictures_with_a_box_of_a_class() -> None:
    project, boss = settled_project()
    consensus.count(project)
    facets.keep_counts()
    client, ids = client_for(boss), concepts(project)

    def names(**query: Any) -> list[str]:
        return [one["name"] for one in client.get(f"/api/projects/{project.pk}/images", query).json()["items"]]

    assert names(**{"class": ids["owl"]}) == ["5.png"]
    assert "0.png" in names(**{"class": ids["cat"]}) and "0.png" in names(**{"class": ids["dog"]})
    assert names(**{"class": ids["cat"], "state": "closed"}) == ["0.png"]
    assert "1.png" not in names(**{"class": ids["cat"]})
    counted = facets.facets_of(project)
    assert counted is not None and counted["classes"][str(ids["owl"])] == 1
    project.refresh_from_db()
    per_class = {str(ids["cat"]): 1, str(ids["dog"]): 1, str(ids["owl"]): 1, "nothing": 1}
    assert project.counts["per_class"] == per_class
    image = Image.objects.get(name="0.png")
    told = client.get(f"/api/projects/{project.pk}/images/{image.pk}").json()
    assert len(told["consensus"]["answer"]["boxes"]) == 3
    assert told["consensus"]["distribution"] == {}
    said = [event["answer"]["boxes"] for event in told["timeline"] if event["what"] == "vote"]
    assert [len(boxes) for boxes in said] == [3, 3]


def test_one_class_is_enough_for_a_round_over_boxes() -> None:
    project = crowd.box_project(pictures=2, classes=("cat",))
    (ada,) = crowd.crowd_of(project, 1)
    first, second = crowd.tasks_of(project)
    crowd.answer(project, ada, first, crowd.NOTHING)
    said = cycle.refusal(project)
    assert said is not None and said.code == "nothing_labeled"
    crowd.answer(project, ada, second, crowd.boxes(project, CAT))
    assert cycle.refusal(project) is None
    Task.objects.filter(pk=second).update(state="open", gold=crowd.boxes(project, CAT))
    assert cycle.classes_settled(project) == {concepts(project)["cat"]}
