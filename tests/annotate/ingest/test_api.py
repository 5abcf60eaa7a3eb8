"""Deliveries and pictures over HTTP, as the browser sends them."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import FileResponse
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from annotate.accounts.models import User
from annotate.core.audit import Audit
from annotate.ingest import incoming, selectors, services
from annotate.ingest.models import Batch, BatchFile, Image
from annotate.projects.models import GuidePicture, Member, Project
from tests.annotate.ingest import hostile, sets
from tests.annotate.ingest.deliver import pictures, ready, take_in
from tests.make import client_for, concepts, make_image, make_member, make_user, picture_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> tuple[Project, User, APIClient]:
    project, admin = ready()
    return project, admin, client_for(admin)


def url(project: Project, *parts: object) -> str:
    return "/".join((f"/api/projects/{project.pk}", *map(str, parts)))


def opened(client: APIClient, project: Project, **said: Any) -> int:
    reply = client.post(url(project, "batches"), said, format="json")
    assert reply.status_code == 201, reply.json()
    return int(reply.json()["id"])


def send(client: APIClient, address: str, files: list[tuple[str, bytes]], **fields: str) -> Any:
    body: dict[str, Any] = {"files": [SimpleUploadedFile(name, content) for name, content in files], **fields}
    return client.post(address, body, format="multipart")


def staged() -> int:
    return len(list(incoming.folder().iterdir())) if incoming.folder().exists() else 0


def test_a_delivery_from_its_opening_to_its_end(cast: tuple[Project, User, APIClient]) -> None:
    project, _, client = cast
    bid = opened(client, project, name="Monday", labels_as="votes", source_name="zoo")
    address = url(project, "batches", bid)
    paths = json.dumps(["cat/a.jpg", "dog/b.jpg", "dog/c.jpg"])
    files = [("a.jpg", picture_bytes(1)), ("b.jpg", picture_bytes(2)), ("c.jpg", b"nothing")]
    reply = send(client, f"{address}/files", files, paths=paths)
    assert reply.status_code == 200
    assert [(one["path"], one["state"]) for one in reply.json()["results"]] == [
        ("cat/a.jpg", "received"), ("dog/b.jpg", "received"), ("dog/c.jpg", "received"),
    ]  # fmt: skip
    assert client.post(f"{address}/close").json()["state"] == "closed"
    services.ingest_pending()
    told = client.get(address).json()
    assert told["state"] == "done"
    assert told["counts"] == {
        "received": 3, "done": 3, "added": 2, "duplicate": 0, "refused": 1, "boxes": 0, "boxes_left_out": 0,
    }  # fmt: skip
    assert (told["job"]["state"], told["job"]["done"], told["job"]["total"]) == ("done", 3, 3)
    (refused,) = client.get(f"{address}/files", {"state": "refused"}).json()["items"]
    assert (refused["path"], refused["code"], refused["image_id"]) == ("dog/c.jpg", "not_a_picture", None)
    assert [one["id"] for one in client.get(url(project, "batches")).json()["items"]] == [bid]


def test_a_repeated_request_changes_nothing(cast: tuple[Project, User, APIClient]) -> None:
    project, _, client = cast
    address = url(project, "batches", opened(client, project))
    for _ in range(3):
        assert send(client, f"{address}/files", pictures(4)).status_code == 200
    assert client.get(address).json()["counts"]["received"] == 4
    assert staged() == 4


def test_groups_come_beside_the_files(cast: tuple[Project, User, APIClient]) -> None:
    project, _, client = cast
    address = url(project, "batches", opened(client, project))
    send(client, f"{address}/files", pictures(2), groups=json.dumps(["street 1", "street 2"]))
    assert list(BatchFile.objects.order_by("id").values_list("group_name", flat=True)) == ["street 1", "street 2"]


def test_a_file_that_is_too_large_is_named_and_the_others_go_in(
    cast: tuple[Project, User, APIClient], settings: Any
) -> None:
    settings.MAX_PICTURE_BYTES = 200_000
    project, _, client = cast
    address = url(project, "batches", opened(client, project))
    files = [("big.jpg", b"\xff" * 900_000), ("good.jpg", picture_bytes(1))]
    results = send(client, f"{address}/files", files).json()["results"]
    assert [(one["path"], one["state"], one["code"]) for one in results] == [
        ("big.jpg", "refused", "too_large"), ("good.jpg", "received", ""),
    ]  # fmt: skip
    assert staged() == 1


@pytest.mark.parametrize(
    ("fields", "status", "code"),
    [
        ({"paths": "[]"}, 422, "paths_do_not_match"), ({"paths": "[1]"}, 422, "paths_do_not_match"),
        ({"paths": "{"}, 400, "not_json"), ({"paths": '["a\\u0000"]'}, 422, "nul_in_text"),
        ({"paths": '["\\ud800"]'}, 422, "surrogate_in_text"), ({"paths": "[" * 99 + "]" * 99}, 400, "too_deep"),
        ({"groups": '"x"'}, 422, "paths_do_not_match"),
    ],
)  # fmt: skip
def test_odd_fields_are_refused_and_leave_nothing(
    cast: tuple[Project, User, APIClient], fields: dict[str, str], status: int, code: str
) -> None:
    project, _, client = cast
    address = url(project, "batches", opened(client, project))
    reply = send(client, f"{address}/files", pictures(1), **fields)
    assert (reply.status_code, reply.json()["code"]) == (status, code)
    assert staged() == 0
    assert not BatchFile.objects.exists()


def test_odd_bodies_are_refused(cast: tuple[Project, User, APIClient]) -> None:
    project, _, client = cast
    address = url(project, "batches", opened(client, project), "files")
    assert client.post(address, {}, format="multipart").json()["code"] == "no_files"
    assert client.post(address, {"x": 1}, format="json").status_code == 415
    broken = client.post(address, b"--x\r\nnonsense", content_type="multipart/form-data; boundary=y")
    assert broken.status_code == 400
    assert client.post(address, b"nonsense", content_type="multipart/form-data").status_code == 400
    many = send(client, address, [(f"{n}.jpg", b"x") for n in range(101)])
    assert (many.status_code, many.json()["code"]) == (400, "too_many_files")
    assert staged() == 0


def test_an_id_beyond_any_row_is_no_project_and_nothing_is_stored(cast: tuple[Project, User, APIClient]) -> None:
    project, _, client = cast
    for beyond in (2**63, 2**64, 10**30):
        for address in (f"/api/projects/{beyond}/batches/1/files", url(project, "batches", beyond, "files")):
            reply = send(client, address, [("1.jpg", picture_bytes(1))])
            assert (reply.status_code, reply.json()["code"]) == (404, "not_found"), address
    assert staged() == 0


def test_an_upload_with_the_csrf_check_on_is_taken_once(cast: tuple[Project, User, APIClient]) -> None:
    project, admin, _ = cast
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(admin)
    token = client.get("/api/session").json()["csrf_token"]
    address = url(project, "batches", services.open_batch(project, actor=admin).pk, "files")
    body = {"files": [SimpleUploadedFile("1.jpg", picture_bytes(1))]}
    assert client.post(address, body, format="multipart").status_code == 403
    assert staged() == 0
    body = {"files": [SimpleUploadedFile("1.jpg", picture_bytes(1))]}
    reply = client.post(address, body, format="multipart", HTTP_X_CSRFTOKEN=token)
    assert reply.status_code == 200, reply.json()
    assert staged() == 1
    many = {"files": [SimpleUploadedFile(f"{n}.jpg", b"x") for n in range(101)]}
    refused = client.post(address, many, format="multipart", HTTP_X_CSRFTOKEN=token)
    assert (refused.status_code, refused.json()["code"]) == (400, "too_many_files")
    assert staged() == 1


def test_whoever_may_not_upload_gets_no_byte_stored(
    cast: tuple[Project, User, APIClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    project, admin, _ = cast
    address = url(project, "batches", services.open_batch(project, actor=admin).pk, "files")
    monkeypatch.setattr(incoming, "Writer", None)
    reviewer = make_user("rev")
    make_member(project, reviewer, Member.Role.REVIEWER)
    for user, status in ((None, 401), (make_user("stranger"), 404), (reviewer, 403)):
        assert send(client_for(user), address, pictures(2)).status_code == status


def test_a_full_disk_is_said(cast: tuple[Project, User, APIClient], monkeypatch: pytest.MonkeyPatch) -> None:
    project, _, client = cast
    address = url(project, "batches", opened(client, project), "files")
    monkeypatch.setattr(incoming, "RESERVE", 2**62)
    reply = send(client, address, pictures(1))
    assert (reply.status_code, reply.json()["code"]) == (507, "no_room")
    assert staged() == 0


def test_deliveries_of_others_do_not_exist(cast: tuple[Project, User, APIClient]) -> None:
    project, _, client = cast
    other = Project.objects.create(name="other", taxonomy=project.taxonomy)
    foreign = services.open_batch(other, actor=None)
    for path, method in (("", client.get), ("/files", client.get), ("/close", client.post), ("/cancel", client.post)):
        assert method(url(project, "batches", foreign.pk) + path).status_code == 404
    assert send(client, url(project, "batches", foreign.pk, "files"), pictures(1)).status_code == 404
    assert staged() == 0
    assert Batch.objects.get(pk=foreign.pk).state == "open"


@pytest.mark.parametrize(
    "said", [{"labels_as": "maybe"}, {"labels_as": True}, {"take_splits": "yes"}, {"project": 3}, {"name": "x" * 201}]
)
def test_a_delivery_is_opened_by_known_words(cast: tuple[Project, User, APIClient], said: dict[str, Any]) -> None:
    project, _, client = cast
    assert client.post(url(project, "batches"), said, format="json").status_code == 422
    assert not Batch.objects.exists()


def test_cancel_over_http(cast: tuple[Project, User, APIClient]) -> None:
    project, admin, client = cast
    address = url(project, "batches", opened(client, project))
    send(client, f"{address}/files", pictures(3))
    told = client.post(f"{address}/cancel").json()
    assert (told["state"], told["counts"]["refused"]) == ("cancelled", 3)
    assert send(client, f"{address}/files", pictures(1)).json()["code"] == "batch_closed"
    assert Audit.objects.filter(verb="cancelled_delivery", actor=admin.pk).count() == 1


def test_files_are_paged_at_a_cost_that_does_not_grow(
    cast: tuple[Project, User, APIClient], django_assert_num_queries: Any
) -> None:
    project, admin, client = cast
    batch = services.open_batch(project, actor=admin)
    rows = [BatchFile(batch=batch, key=f"{n}", path=f"{n}.jpg", state="refused", code="empty") for n in range(120)]
    BatchFile.objects.bulk_create(rows)
    address = url(project, "batches", batch.pk, "files")
    seen: list[str] = []
    cursor = None
    with CaptureQueriesContext(connection) as few:
        client.get(address, {"limit": 1})
    while True:
        with django_assert_num_queries(len(few)):
            page = client.get(address, {"limit": 50, **({"cursor": cursor} if cursor else {})}).json()
        seen += [one["path"] for one in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == [f"{n}.jpg" for n in range(120)]
    assert client.get(address, {"state": "eaten"}).status_code == 400


def test_an_example_and_a_guide_picture_are_uploaded(cast: tuple[Project, User, APIClient]) -> None:
    project, _, client = cast
    row = project.classes.get(index=0)
    for address, label_class in (
        (url(project, "classes", row.pk, "examples"), row),
        (url(project, "guide/pictures"), None),
    ):
        body = {"file": SimpleUploadedFile("e.png", picture_bytes(1)), "caption": "like so"}
        reply = client.post(address, body, format="multipart")
        assert reply.status_code == 201, reply.json()
        picture = GuidePicture.objects.get(pk=reply.json()["id"])
        assert (picture.label_class, picture.caption) == (label_class, "like so")
        shown = client.get(reply.json()["url"])
        assert shown.status_code == 200
        assert shown["Content-Type"] == "image/png"
    bad = client.post(address, {"file": SimpleUploadedFile("e.png", b"<svg/>")}, format="multipart")
    assert (bad.status_code, bad.json()["code"]) == (422, "not_a_picture")
    foreign = Project.objects.create(name="other", taxonomy=project.taxonomy)
    theirs = foreign.classes.create(concept=row.concept, index=0, color="#000000", added_in=1)
    body = {"file": SimpleUploadedFile("e.png", picture_bytes(2))}
    assert client.post(url(project, "classes", theirs.pk, "examples"), body, format="multipart").status_code == 404
    assert staged() == 0


class TestPictures:
    def test_renditions_are_served_as_pictures_and_nothing_else(self, cast: tuple[Project, User, APIClient]) -> None:
        project, _, client = cast
        name = "cat/<script>alert(1)</script>\n.html"
        batch = take_in(project, [(name, hostile.files()["tail.jpg"][0])])
        image = Image.objects.get(batch=batch)
        for rendition in ("thumb", "display", "full"):
            reply = client.get(selectors.picture_url(project.pk, image.pk, rendition))
            assert isinstance(reply, FileResponse)
            content = b"".join(reply.streaming_content)  # type: ignore[arg-type]
            assert content.startswith(b"\xff\xd8")
            assert b"script" not in content
            assert reply["Content-Type"] == "image/jpeg"
            assert reply["X-Content-Type-Options"] == "nosniff"
            assert reply["Content-Security-Policy"] == "default-src 'none'; sandbox"
            assert "private" in reply["Cache-Control"]
            assert "immutable" in reply["Cache-Control"]
            again = client.get(selectors.picture_url(project.pk, image.pk, rendition), HTTP_IF_NONE_MATCH=reply["ETag"])
            assert again.status_code == 304

    def test_the_original_is_a_download_for_admins_and_researchers(self, cast: tuple[Project, User, APIClient]) -> None:
        project, _, client = cast
        content = hostile.files()["tail.jpg"][0]
        image = Image.objects.get(batch=take_in(project, [('x/odd\r\nname".html', content)]))
        address = selectors.picture_url(project.pk, image.pk, "original")
        reply = client.get(address)
        assert b"".join(reply.streaming_content) == content  # type: ignore[attr-defined]
        assert reply["Content-Disposition"].startswith("attachment; filename")
        assert ".jpg" in reply["Content-Disposition"]
        for role, status in ((Member.Role.RESEARCHER, 200), (Member.Role.REVIEWER, 403), (Member.Role.ANNOTATOR, 403)):
            user = make_user(role)
            make_member(project, user, role)
            assert client_for(user).get(address).status_code == status
            assert client_for(user).get(selectors.picture_url(project.pk, image.pk, "thumb")).status_code == 200

    def test_what_is_not_there_does_not_exist(self, cast: tuple[Project, User, APIClient]) -> None:
        project, _, client = cast
        foreign = make_image(Project.objects.create(name="other", taxonomy=project.taxonomy), 1)
        deleted, emptied = make_image(project, 2, state="deleted"), make_image(project, 3, state="emptied")
        annotator = make_user("ann")
        make_member(project, annotator)
        assert client.get(selectors.picture_url(project.pk, foreign.pk, "thumb")).status_code == 404
        assert client.get(selectors.picture_url(project.pk, deleted.pk, "huge")).status_code == 404
        assert client.get(selectors.picture_url(project.pk, emptied.pk, "thumb")).status_code == 404
        assert client.get(selectors.picture_url(project.pk, deleted.pk, "thumb")).status_code == 200
        assert client_for(annotator).get(selectors.picture_url(project.pk, deleted.pk, "thumb")).status_code == 404


def test_a_staged_delivery_from_its_opening_to_its_commit() -> None:
    project, admin = ready(kind="box")
    client = client_for(admin)
    base = f"/api/projects/{project.pk}/batches"
    opened = client.post(base, {"name": "blood", "staged": True}, format="json").json()
    assert (opened["staged"], opened["labels_as"]) == (True, "none")
    address = f"{base}/{opened['id']}"
    sent = SimpleUploadedFile("voc.zip", sets.voc_set())
    assert client.post(f"{address}/files", {"files": [sent]}, format="multipart").status_code == 200
    early = client.get(f"{address}/analysis")
    assert (early.status_code, early.json()["code"]) == (409, "not_analysed")
    client.post(f"{address}/close")
    services.ingest_pending()
    assert client.get(address).json()["state"] == "analysed"
    found = client.get(f"{address}/analysis").json()
    assert (found["pictures"], found["boxes"], found["fits"]) == (6, 4, True)
    assert found["classes"][0] == {"name": "cat", "pictures": 2, "boxes": 2, "concept": concepts(project)["cat"]}
    refused = client.post(f"{address}/commit", {"labels_as": "votes"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (422, "unmapped_classes")
    assert refused.json()["data"]["names"] == ["dust", "hound"]
    how = {"labels_as": "votes", "source_name": "lab", "take_splits": True,
           "mapping": [{"name": "dust", "ignore": True}, {"name": "hound", "new": "hound"}]}  # fmt: skip
    assert client.post(f"{address}/commit", how, format="json").status_code == 200
    services.ingest_pending()
    told = client.get(address).json()
    assert (told["state"], told["counts"]["added"], told["counts"]["boxes"]) == ("done", 6, 3)
    told_of = client.get(f"{address}/files?told=true").json()["items"]
    assert {one["code"] for one in told_of} == {"boxes_left_out", "bad_annotation", "no_picture"}
    again = client.post(f"{address}/commit", how, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "not_analysed")


@pytest.mark.parametrize("how", [
    {}, {"labels_as": "some"}, {"labels_as": "votes", "mapping": {}},
    {"labels_as": "votes", "mapping": [{"name": "a"}]},
    {"labels_as": "votes", "mapping": [{"name": "a", "new": "b", "ignore": True}]},
    {"labels_as": "votes", "mapping": [{"name": "a", "concept": True}]}, {"labels_as": "votes", "colour": 1},
])  # fmt: skip
def test_a_commit_that_is_none_is_refused_by_field(how: dict[str, Any]) -> None:
    project, admin = ready(kind="box")
    batch = services.open_batch(project, actor=admin, staged=True)
    address = f"/api/projects/{project.pk}/batches/{batch.pk}/commit"
    reply = client_for(admin).post(address, how, format="json")
    assert (reply.status_code, reply.json()["code"]) == (422, "invalid"), reply.json()
