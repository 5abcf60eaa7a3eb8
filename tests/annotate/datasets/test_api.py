"""The data page, versions and exports as their pages ask for them."""

import hashlib
import io
import json
import zipfile
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from annotate.accounts.models import User
from annotate.consensus import services as consensus
from annotate.datasets import facets, history, jobs, services
from annotate.datasets.models import Export
from annotate.ingest.models import Batch, Image, ImportedLabel
from annotate.labeling.models import Lease, Prediction, Proposal, Task
from annotate.manifest.read import open_version
from annotate.projects.models import Member, Project
from tests.annotate.datasets import crowd
from tests.make import (
    client_for,
    concepts,
    make_image,
    make_member,
    make_project,
    make_task,
    make_user,
    make_volunteer,
)

pytestmark = pytest.mark.django_db


def wall(client: APIClient, project: Project, **query: Any) -> list[str]:
    """Names on the wall, whole, page by page."""
    names, cursor = [], None
    while True:
        asked = {"limit": 7, **query} | ({"cursor": cursor} if cursor else {})
        reply = client.get(f"/api/projects/{project.pk}/images", asked)
        assert reply.status_code == 200, reply.json()
        names += [item["name"] for item in reply.json()["items"]]
        cursor = reply.json()["next"]
        if cursor is None:
            return names


def varied() -> tuple[Project, User, User, User]:
    """One picture of every sort that the filters tell apart."""
    project, admin, (bo, cy) = crowd.small_project(0)
    crowd.labeled(project, 1, [bo, cy], ["cat", "cat"], name="agreed.png")
    crowd.labeled(project, 2, [bo, cy, admin], ["dog", "dog", "owl"], name="disputed.png", split="holdout")
    crowd.labeled(project, 3, [bo], ["cat"], name="alone.png", problem="near_duplicate")
    make_task(make_image(project, 4, name="open.png"))
    make_task(make_image(project, 5, name="review.png"), state="review")
    make_image(project, 6, name="unasked.png")
    make_image(project, 7, name="bridge.png", split="none", problem="bridge")
    for number, state in ((8, "excluded"), (9, "deleted"), (10, "set_aside"), (11, "example"), (12, "emptied")):
        make_image(project, number, name=f"{state}.png", state=state)
    return project, admin, bo, cy


def test_filters_tell_pictures_apart() -> None:
    project, admin, _, _ = varied()
    client = client_for(admin)
    ids = concepts(project)
    shown = {
        "agreed", "disputed", "alone", "open", "review", "unasked", "bridge", "excluded", "set_aside", "example",
    }  # fmt: skip
    for query, found in (
        ({}, shown),
        ({"class": ids["cat"]}, {"agreed", "alone"}),
        ({"class": ids["owl"]}, set()),
        ({"state": "closed"}, {"agreed", "disputed", "alone"}),
        ({"state": "open"}, {"open"}),
        ({"state": "review"}, {"review"}),
        ({"state": "unasked"}, {"unasked", "bridge"}),
        ({"state": "excluded"}, {"excluded"}),
        ({"state": "deleted"}, {"deleted"}),
        ({"state": "set_aside"}, {"set_aside"}),
        ({"state": "example"}, {"example"}),
        ({"split": "holdout"}, {"disputed"}),
        ({"split": "none"}, {"bridge"}),
        ({"problem": "near_duplicate"}, {"alone"}),
        ({"agreement": "unanimous"}, {"agreed"}),
        ({"agreement": "disputed"}, {"disputed"}),
        ({"agreement": "low"}, {"disputed"}),
        ({"name": "DISP"}, {"disputed"}),
        ({"class": ids["cat"], "agreement": "unanimous", "state": "closed", "split": "train"}, {"agreed"}),
    ):
        assert sorted(wall(client, project, **query)) == sorted(f"{name}.png" for name in found), query
        counted = client.get(f"/api/projects/{project.pk}/images/counts", query).json()
        assert (counted["count"], counted["capped"]) == (len(found), False), query


def test_a_tile_says_what_was_answered() -> None:
    project, admin, _, _ = varied()
    items = client_for(admin).get(f"/api/projects/{project.pk}/images").json()["items"]
    tile = next(item for item in items if item["name"] == "disputed.png")
    assert tile["answer"] == {"choice": [concepts(project)["dog"]]}
    assert tile["confidence"] == pytest.approx(2 / 3)
    assert (tile["state"], tile["split"], tile["votes"]) == ("closed", "holdout", 3)
    assert tile["thumb"] == f"/api/projects/{project.pk}/images/{tile['id']}/picture/thumb"
    assert [item["id"] for item in items] == sorted((item["id"] for item in items), reverse=True)


@pytest.mark.parametrize(
    "query",
    [{"state": "x"}, {"split": "x"}, {"agreement": "x"}, {"class": "cat"}, {"class": "9" * 30}, {"cursor": "x"}],
)
def test_a_filter_that_means_nothing_is_refused(query: dict[str, str]) -> None:
    project, admin, _ = crowd.small_project(1)
    reply = client_for(admin).get(f"/api/projects/{project.pk}/images", query)
    assert reply.status_code == 400
    assert reply.json()["code"] in {"bad_filter", "bad_cursor"}


@pytest.mark.parametrize("path", ["images", "images/counts", "images?state=closed&agreement=unanimous", "versions"])
def test_queries_do_not_grow_with_rows(path: str) -> None:
    project, admin, people = crowd.small_project(5)
    client = client_for(admin)
    services.start_freeze(project, actor=admin)
    services.freeze_next()

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(f"/api/projects/{project.pk}/{path}").status_code == 200
        return len(seen)

    few = queries()
    for number in range(100, 145):
        crowd.labeled(project, number, list(people), ["cat", "cat"])
    for _ in range(5):
        services.start_freeze(project, actor=admin)
    assert queries() == few


def test_the_item_page_does_not_ask_more_for_more_votes() -> None:
    project, admin, _ = crowd.small_project(1)
    image = Image.objects.get(project=project)
    client = client_for(admin)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(f"/api/projects/{project.pk}/images/{image.pk}").status_code == 200
        return len(seen)

    few = queries()
    for number in range(10):
        crowd.vote(image.tasks.get(), make_user(f"u{number}"), "cat", surplus=True)
        crowd.decide(image.tasks.get(), "settle", "cat", admin)
    assert queries() == few


def test_counts_stop_at_the_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    project, admin, _ = crowd.small_project(6)
    monkeypatch.setattr("annotate.datasets.browse.CAP", 5)
    counted = client_for(admin).get(f"/api/projects/{project.pk}/images/counts").json()
    assert (counted["count"], counted["capped"]) == (5, True)


def test_facets_come_from_kept_counters() -> None:
    project, admin, _, _ = varied()
    client = client_for(admin)
    path = f"/api/projects/{project.pk}/images/counts"
    assert client.get(path).json()["facets"] is None
    assert facets.keep_counts() == 1
    found = client.get(path).json()["facets"]
    ids = {name: str(number) for name, number in concepts(project).items()}
    assert found["images"] == 10
    assert found["states"] == {
        "closed": 3, "open": 1, "review": 1, "unasked": 2, "excluded": 1, "deleted": 1, "set_aside": 1, "example": 1,
    }  # fmt: skip
    assert found["splits"] == {"train": 8, "holdout": 1, "none": 1}
    assert found["problems"] == {"near_duplicate": 1, "bridge": 1}
    assert found["classes"] == {ids["cat"]: 2, ids["dog"]: 1}
    assert found["agreement"] == {"unanimous": 1, "disputed": 1, "low": 1}


def test_counters_follow_what_happens_and_rest_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    project, admin, bo, cy = varied()
    monkeypatch.setattr(facets, "SOON", facets.timedelta(0))
    monkeypatch.setattr(facets, "REST", 0)
    assert facets.keep_counts() == 1
    assert facets.keep_counts() == 0
    crowd.labeled(project, 50, [bo, cy], ["owl", "owl"])
    assert facets.keep_counts() == 1
    services.act_on_pictures(project, [Image.objects.get(name="agreed.png").pk], actor=admin, action="exclude")
    assert facets.keep_counts() == 1
    assert facets.facets_of(project)["states"]["excluded"] == 2
    assert facets.keep_counts() == 0
    monkeypatch.setattr(facets, "LATEST", facets.timedelta(0))
    assert facets.keep_counts() == 1


def item(client: APIClient, project: Project, image: Image) -> dict[str, Any]:
    reply = client.get(f"/api/projects/{project.pk}/images/{image.pk}")
    assert reply.status_code == 200, reply.json()
    return dict(reply.json())


def test_the_item_page_tells_the_whole_story() -> None:
    project, admin, (bo, cy) = crowd.small_project(0)
    image = make_image(project, 1, name="story.png", licence="CC0", author="A. Nobody")
    batch = Batch.objects.create(project=project, name="spring", created_by=admin)
    Image.objects.filter(pk=image.pk).update(batch=batch)
    ImportedLabel.objects.create(image=image, source_name="folder", label="Cats", labels_as="votes")
    ImportedLabel.objects.create(image=image, source_name="list", label="cat", labels_as="votes")
    task = make_task(image)
    seen = Proposal.objects.create(task=task, answer=crowd.answer(project, "cat"), score=0.7, model="run-1")
    first = crowd.vote(task, bo, "cat", superseded=True)
    crowd.vote(task, bo, "dog", supersedes=first, proposal=seen)
    crowd.vote(task, cy, "cat")
    crowd.settle(task, "dog", counts={"dog": 1, "cat": 1}, confidence=0.5)
    Task.objects.filter(pk=task.pk).update(closed_at=timezone.now())
    settled = item(client_for(admin), project, image)["timeline"][-1]
    assert (settled["what"], settled["answer"], settled["score"]) == ("settled", crowd.answer(project, "dog"), 0.5)
    consensus.ask_again(project, task.pk, actor=admin, note="the ears")
    services.act_on_pictures(project, [image.pk], actor=admin, action="exclude")
    services.act_on_pictures(project, [image.pk], actor=admin, action="include")
    Lease.objects.create(project=project, task=task, user=bo, expires_at=timezone.now())
    crowd.decide(Task.objects.get(pk=task.pk), "settle", "owl", admin)
    Prediction.objects.create(image=image, model="run-1", distribution={str(concepts(project)["cat"]): 1.0})
    found = item(client_for(admin), project, image)
    assert [event["what"] for event in found["timeline"]] == [
        "added", "imported", "imported", "proposal", "vote", "vote", "vote", "asked_again", "exclude", "include",
        "handed_out", "decision",
    ]  # fmt: skip
    told = {event["what"]: event for event in found["timeline"]}
    assert (told["added"]["text"], told["added"]["person"]) == ("spring", admin.name)
    imported = [(one["text"], one["answer"]) for one in found["timeline"] if one["what"] == "imported"]
    assert imported == [("Cats", None), ("cat", crowd.answer(project, "cat"))], "what is no class is a word only"
    assert (told["asked_again"]["person"], told["asked_again"]["note"]) == (admin.name, "the ears")
    assert (told["handed_out"]["person"], told["exclude"]["person"]) == ("Bo Example", admin.name)
    votes = [event for event in found["timeline"] if event["what"] == "vote"]
    assert [(vote["person"], vote["superseded"], vote["proposed"]) for vote in votes] == [
        ("Bo Example", True, False), ("Bo Example", False, True), ("cy", False, False),
    ]  # fmt: skip
    assert found["task"]["asking"] == 2
    assert found["decisions"][0]["answer"] == crowd.answer(project, "owl")
    assert (found["licence"], found["author"]) == ("CC0", "A. Nobody")
    assert found["predictions"][0]["model"] == "run-1"


@pytest.mark.parametrize(
    ("role", "named", "volunteers"),
    [(Member.Role.ADMIN, True, True), (Member.Role.REVIEWER, True, False), (Member.Role.RESEARCHER, False, False)],
)
def test_people_have_names_only_for_those_who_answer_for_them(role: str, named: bool, volunteers: bool) -> None:
    project, _, (bo, _) = crowd.small_project(0)
    image = crowd.labeled(project, 1, [bo, make_volunteer(project, "Vera Verily").user], ["cat", "cat"])
    other = make_user("eve")
    make_member(project, other, role)
    found = json.dumps(item(client_for(other), project, image))
    assert (("Bo Example" in found), ("Vera Verily" in found)) == (named, volunteers)
    assert "bo.username" not in found


def test_a_long_history_comes_in_pages_and_costs_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    project, admin, (bo, cy) = crowd.small_project(0)
    image = crowd.labeled(project, 1, [bo, cy], ["cat", "cat"])
    client = client_for(admin)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            item(client, project, image)
        return len(queries)

    few = cost()
    task = Task.objects.get(image=image)
    for number in range(4):
        crowd.vote(task, make_user(f"p{number}"), "cat", surplus=True, counted=False)
        consensus.ask_again(project, task.pk, actor=admin)
        Task.objects.update(state=Task.State.CLOSED)
    assert cost() <= few + 1, "one more for who asked again, however many"
    monkeypatch.setattr(history, "PAGE", 4)
    first = item(client, project, image)
    assert len(first["timeline"]) == 4
    path = f"/api/projects/{project.pk}/images/{image.pk}/history"
    second = client.get(path, {"cursor": first["timeline_next"]}).json()
    third = client.get(path, {"cursor": second["next"]}).json()
    assert (len(second["items"]), len(third["items"]), third["next"]) == (4, 3, None)
    assert client.get(path, {"cursor": "made-up"}).json()["code"] == "bad_cursor"


def test_a_picture_knows_the_versions_and_exports_it_stood_in() -> None:
    project, admin, (bo, cy) = crowd.small_project(3)
    image = Image.objects.filter(project=project).order_by("id")[1]
    versions = [services.start_freeze(project, actor=admin) for _ in range(2)]
    jobs.sweep()
    services.act_on_pictures(project, [image.pk], actor=admin, action="exclude")
    services.start_freeze(project, actor=admin)
    jobs.sweep()
    late = crowd.labeled(project, 90, [bo, cy], ["cat", "cat"])
    Export.objects.create(version=versions[0], format="csv", created_by=admin)
    client = client_for(admin)
    found = client.get(f"/api/projects/{project.pk}/images/{image.pk}/versions").json()
    assert [(one["number"], one["state"], len(one["exports"])) for one in found["items"]] == [
        (2, "labeled", 0), (1, "labeled", 1),
    ]  # fmt: skip
    assert found["items"][0]["split"] in ("train", "val", "holdout") and "choice" in found["items"][0]["answer"]
    assert client.get(f"/api/projects/{project.pk}/images/{late.pk}/versions").json()["items"] == []


def test_annotators_do_not_browse() -> None:
    project, _, (bo, _) = crowd.small_project(1)
    image = Image.objects.get(project=project)
    for path in ("images", "images/counts", f"images/{image.pk}", "versions", "formats"):
        assert client_for(bo).get(f"/api/projects/{project.pk}/{path}").status_code == 403


def act(client: APIClient, project: Project, action: str, ids: list[int]) -> Any:
    return client.post(f"/api/projects/{project.pk}/images/actions", {"action": action, "ids": ids}, format="json")


def test_pictures_are_taken_out_and_brought_back_with_their_tasks() -> None:
    project, admin, _ = crowd.small_project(0)
    images = [make_image(project, number) for number in range(3)]
    tasks = [make_task(image) for image in images]
    client = client_for(admin)
    ids = [image.pk for image in images]
    for action, state, task_state in (
        ("exclude", "excluded", "withdrawn"),
        ("include", "ready", "open"),
        ("delete", "deleted", "withdrawn"),
        ("restore", "ready", "open"),
    ):
        assert act(client, project, action, ids).json() == {"done": 3, "refused": []}
        assert set(Image.objects.values_list("state", flat=True)) == {state}
        assert set(Task.objects.values_list("state", flat=True)) == {task_state}
    assert len(tasks) == 3
    refused = act(client, project, "restore", ids[:1]).json()
    assert refused["refused"] == [{"id": ids[0], "code": "is_ready"}]


def test_the_bin_is_emptied_for_good_and_versions_keep_their_pictures() -> None:
    project, admin, _ = crowd.small_project(4, holdout=0)
    client = client_for(admin)
    services.start_freeze(project, actor=admin)
    services.freeze_next()
    ids = list(Image.objects.values_list("pk", flat=True))[:2]
    act(client, project, "delete", ids)
    assert client.post(f"/api/projects/{project.pk}/images/empty-bin").json() == {"emptied": 2}
    assert client.get(f"/api/projects/{project.pk}/images/{ids[0]}").status_code == 404
    assert act(client, project, "restore", ids[:1]).status_code == 404
    version = project.versions.get()
    open_version(services.freezing.selectors.folder_of(version)).verify()


def test_asking_again_reopens_and_says_where_it_cannot() -> None:
    project, admin, (bo, cy) = crowd.small_project(0)
    settled = crowd.labeled(project, 1, [bo, cy], ["cat", "cat"])
    bare = make_image(project, 2)
    waiting = make_image(project, 3)
    make_task(waiting)
    reply = act(client_for(admin), project, "ask_again", [settled.pk, bare.pk, waiting.pk]).json()
    assert reply["done"] == 1
    assert {row["id"]: row["code"] for row in reply["refused"]} == {bare.pk: "no_task", waiting.pk: "already_open"}
    task = settled.tasks.get()
    assert (task.state, task.asking) == ("open", 2)


def test_one_foreign_picture_stops_the_whole_request() -> None:
    project, admin, _ = crowd.small_project(0)
    mine = make_image(project, 1)
    theirs = make_image(make_project(name="other"), 2)
    make_task(mine)
    for action in ("exclude", "delete", "ask_again"):
        reply = act(client_for(admin), project, action, [mine.pk, theirs.pk])
        assert (reply.status_code, reply.json()["code"]) == (404, "not_found")
    assert set(Image.objects.values_list("state", flat=True)) == {"ready"}
    assert client_for(admin).get(f"/api/projects/{project.pk}/images/{theirs.pk}").status_code == 404


def test_a_reviewer_asks_again_but_takes_nothing_out() -> None:
    project, _, (bo, cy) = crowd.small_project(0)
    image = crowd.labeled(project, 1, [bo, cy], ["cat", "cat"])
    reviewer = make_user("rev")
    make_member(project, reviewer, Member.Role.REVIEWER)
    client = client_for(reviewer)
    for action in ("exclude", "include", "delete", "restore"):
        assert act(client, project, action, [image.pk]).status_code == 403
    assert act(client, project, "ask_again", [image.pk]).json()["done"] == 1


@pytest.mark.parametrize(
    "body",
    [{}, {"action": "burn", "ids": [1]}, {"action": "delete", "ids": []}, {"action": "delete", "ids": [True]},
     {"action": "delete", "ids": [1], "why": "x"}, {"action": "delete", "ids": list(range(1, 502))}],
)  # fmt: skip
def test_actions_are_read_strictly(body: dict[str, Any]) -> None:
    project, admin, _ = crowd.small_project(1)
    reply = client_for(admin).post(f"/api/projects/{project.pk}/images/actions", body, format="json")
    assert reply.status_code == 422


def test_a_version_is_frozen_and_exported_through_the_api() -> None:
    project, admin, _ = crowd.small_project(8)
    client = client_for(admin)
    base = f"/api/projects/{project.pk}"
    made = client.post(f"{base}/versions", {"note": "first"}, format="json")
    assert made.status_code == 201
    version = made.json()
    assert (version["number"], version["state"], version["job"]["state"]) == (1, "queued", "queued")
    early = client.post(f"{base}/versions/{version['id']}/exports", {"format": "native"}, format="json")
    assert (early.status_code, early.json()["code"]) == (409, "version_not_ready")
    services.freeze_next()
    version = client.get(f"{base}/versions/{version['id']}").json()
    assert (version["state"], version["counts"]["labeled"], version["note"]) == ("ready", 8, "first")
    assert client.get(f"{base}/versions").json()["items"] == [version]

    path = f"{base}/versions/{version['id']}/exports"
    asked = {"format": "imagefolder", "options": {"votes": True}}
    export = client.post(path, asked, format="json").json()
    assert (export["state"], export["options"]) == ("queued", {"include": "labeled", "votes": True})
    waiting = client.get(f"{base}/exports/{export['id']}/download")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "export_not_ready")
    assert services.export_next()
    export = client.get(f"{base}/exports/{export['id']}").json()
    assert (export["state"], export["job"]["done"]) == ("ready", 8)
    assert export["losses"]["groups"] == 8
    reply = client.get(f"{base}/exports/{export['id']}/download")
    content = b"".join(reply.streaming_content)
    assert (len(content), hashlib.sha256(content).hexdigest()) == (export["bytes"], export["digest"])
    assert reply["Content-Disposition"] == 'attachment; filename="Pets-v1-imagefolder.zip"'
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        report = json.loads(archive.read("LOSSES.json"))
    assert {name: found["count"] for name, found in report["lost"].items()} == export["losses"]

    again = client.post(path, asked, format="json").json()
    assert again["id"] == export["id"]
    assert [row["id"] for row in client.get(path).json()["items"]] == [export["id"]]


def test_an_export_is_the_same_bytes_when_made_anew() -> None:
    project, admin, _ = crowd.small_project(6)
    version = services.start_freeze(project, actor=admin)
    services.freeze_next()
    version.refresh_from_db()
    digests = set()
    for _ in range(2):
        export = services.start_export(version, actor=admin, form="native")
        services.export_next()
        export.refresh_from_db()
        digests.add(export.digest)
        Export.objects.filter(pk=export.pk).update(state="failed")
    assert len(digests) == 1


def test_a_failed_export_says_why_and_may_be_asked_for_again() -> None:
    project, admin, _ = crowd.small_project(3)
    version = services.start_freeze(project, actor=admin)
    services.freeze_next()
    version.refresh_from_db()
    folder = services.freezing.selectors.folder_of(version)
    picture = next(folder.rglob("*.png"))
    picture.chmod(0o600)
    picture.write_bytes(b"changed")
    export = services.start_export(version, actor=admin, form="native")
    with pytest.raises(ValueError, match="was changed"):
        services.export_next()
    shown = client_for(admin).get(f"/api/projects/{project.pk}/exports/{export.pk}").json()
    assert shown["state"] == "failed"
    assert "was changed" in shown["job"]["message"]
    assert not [path for path in (folder.parents[2] / "exports").rglob("*") if path.is_file()]
    assert services.start_export(version, actor=admin, form="native").pk != export.pk


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"format": "tar"}, "unknown_format"),
        ({"format": "csv", "options": {"colour": 1}}, "bad_option"),
        ({"format": "csv", "options": {"votes": "yes"}}, "bad_option"),
        ({"format": "csv", "options": []}, "invalid"),
        ({}, "invalid"),
    ],
)
def test_what_cannot_be_exported_is_refused(body: dict[str, Any], code: str) -> None:
    project, admin, _ = crowd.small_project(2)
    version = services.start_freeze(project, actor=admin)
    services.freeze_next()
    reply = client_for(admin).post(f"/api/projects/{project.pk}/versions/{version.pk}/exports", body, format="json")
    assert (reply.status_code, reply.json()["code"]) == (422, code)


def test_versions_and_exports_of_others_do_not_exist() -> None:
    project, admin, _ = crowd.small_project(2)
    version = services.start_freeze(project, actor=admin)
    services.freeze_next()
    version.refresh_from_db()
    export = services.start_export(version, actor=admin, form="csv")
    services.export_next()
    other = make_project(name="other", admin=admin)
    client = client_for(admin)
    for path in (f"versions/{version.pk}", f"versions/{version.pk}/exports", f"exports/{export.pk}/download"):
        assert client.get(f"/api/projects/{other.pk}/{path}").status_code == 404
        assert client.get(f"/api/projects/{project.pk}/{path}").status_code == 200


def test_nothing_labeled_is_said_to_the_page() -> None:
    admin = make_user()
    project = make_project(admin=admin)
    reply = client_for(admin).post(f"/api/projects/{project.pk}/versions", {}, format="json")
    assert (reply.status_code, reply.json()["code"]) == (409, "nothing_labeled")


def test_formats_show_what_they_are() -> None:
    project, admin, _ = crowd.small_project(1)
    found = client_for(admin).get(f"/api/projects/{project.pk}/formats").json()
    assert [form["name"] for form in found] == ["native", "imagefolder", "csv", "coco", "voc", "yolo"]
    assert [form["accepts"] for form in found] == [True] * 3 + [False] * 3
    assert all(len(form["sample"]) == 3 for form in found)
    assert found[1]["options"][0]["choices"] == ["labeled", "settled", "all"]
