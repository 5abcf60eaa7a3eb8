"""API tokens: made once, shown once, bounded in time, scope and project, and ended."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from annotate.accounts import attempts, bearer, services
from annotate.accounts.models import ApiToken, User
from annotate.core.audit import Audit
from tests.make import client_for, make_member, make_project, make_user, make_volunteer, picture_bytes

pytestmark = pytest.mark.django_db
NEW = "a quite different phrase"


def script(token: str) -> APIClient:
    """A client that shows a token and has no cookie; CSRF is enforced."""
    client = APIClient(enforce_csrf_checks=True)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def made(user: User, *scopes: str, **more: Any) -> tuple[str, ApiToken]:
    return services.make_api_token(user, actor=user.pk, name="night job", scopes=scopes or ("read",), **more)


def told(reply: Any) -> tuple[int, str]:
    return reply.status_code, reply.json()["code"]


def test_a_token_is_shown_once_and_kept_as_a_hash() -> None:
    ada = make_user("ada")
    project = make_project(admin=ada)
    browser = client_for(ada)
    said = {"name": "night job", "scopes": ["train", "read"], "project": project.pk, "days": 7}
    reply = browser.post("/api/tokens", said, format="json")
    assert reply.status_code == 201
    token = reply.json()["token"]
    row = ApiToken.objects.get()
    assert token.startswith(bearer.PREFIX) and len(token) > 40
    assert token not in str(row.__dict__) and token.startswith(row.start) and len(row.start) == 10
    (listed,) = browser.get("/api/tokens").json()["items"]
    assert "token" not in listed
    assert listed["scopes"] == ["read", "train"] and listed["project"] == {"id": project.pk, "name": "Pets"}
    assert row.expires_at is not None and abs(row.expires_at - timezone.now() - timedelta(days=7)) < timedelta(hours=1)
    assert Audit.objects.get(verb="token_made").data["scopes"] == ["read", "train"]


def test_ninety_days_by_itself_and_for_ever_only_where_said() -> None:
    browser = client_for(make_user("ada"))
    usual = browser.post("/api/tokens", {"name": "a", "scopes": ["read"]}, format="json").json()
    endless = browser.post("/api/tokens", {"name": "b", "scopes": ["read"], "days": None}, format="json").json()
    assert usual["expires_at"] is not None and endless["expires_at"] is None


@pytest.mark.parametrize(
    "wrong",
    [{"scopes": []}, {"scopes": ["all"]}, {"days": 0}, {"days": 9999}, {"name": ""}, {"scope": ["read"]}],
    ids=str,
)
def test_what_a_token_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    browser = client_for(make_user("ada"))
    reply = browser.post("/api/tokens", {"name": "a", "scopes": ["read"], **wrong}, format="json")
    assert told(reply) == (422, "invalid")


def test_a_token_for_somebody_elses_project_is_refused_as_if_there_were_none() -> None:
    project = make_project(admin=make_user("eve"))
    browser = client_for(make_user("ada"))
    for pid in (project.pk, 999_999):
        reply = browser.post("/api/tokens", {"name": "a", "scopes": ["read"], "project": pid}, format="json")
        assert told(reply) == (404, "not_found")


def test_a_script_needs_no_cookie_and_no_csrf_token() -> None:
    ada = make_user("ada", may_create_projects=True)
    token, _ = made(ada, "write")
    client = script(token)
    assert client.get("/api/session").json()["user"]["username"] == "ada"
    reply = client.post("/api/projects", {"name": "Birds", "classes_text": "robin\nowl"}, format="json")
    assert reply.status_code == 201
    assert client.post("/api/session/sign-out").status_code == 403


def test_a_token_wins_over_the_session_beside_it() -> None:
    ada, eve = make_user("ada"), make_user("eve")
    client = client_for(eve)
    assert client.get("/api/session", HTTP_AUTHORIZATION=f"Bearer {made(ada)[0]}").json()["user"]["username"] == "ada"
    assert told(client.get("/api/session", HTTP_AUTHORIZATION="Bearer fovea_wrong")) == (401, "bad_token")


@pytest.mark.parametrize("header", ["Basic YWRhOnB3", "Bearer of.another.service", "bearer", "fovea_x"])
def test_what_a_proxy_adds_leaves_the_session_alone(header: str) -> None:
    client = client_for(make_user("ada"))
    assert client.get("/api/session", HTTP_AUTHORIZATION=header).json()["user"]["username"] == "ada"


def test_it_ends_when_it_expires_is_revoked_or_its_owner_is_switched_off() -> None:
    ada = make_user("ada")
    token, row = made(ada, days=1)
    assert script(token).get("/api/projects").status_code == 200
    ApiToken.objects.filter(pk=row.pk).update(expires_at=timezone.now())
    expired = script(token).get("/api/projects")
    assert told(expired) == (401, "token_expired") and "Bearer" in expired["WWW-Authenticate"]
    token, row = made(ada)
    User.objects.filter(pk=ada.pk).update(is_active=False)
    assert told(script(token).get("/api/projects")) == (401, "bad_token")
    User.objects.filter(pk=ada.pk).update(is_active=True)
    assert script(token).get("/api/projects").status_code == 200
    browser = client_for(ada)
    assert browser.delete(f"/api/tokens/{row.pk}").status_code == 204
    assert told(script(token).get("/api/projects")) == (401, "bad_token")
    assert told(browser.delete(f"/api/tokens/{row.pk}")) == (404, "not_found")
    assert Audit.objects.get(verb="token_revoked").subject_id == row.pk


def test_wrong_tokens_are_counted_and_right_ones_are_not() -> None:
    ada = make_user("ada")
    token, _ = made(ada)
    for _ in range(attempts.BY_TOKEN.limit):
        assert told(script("fovea_guess").get("/api/projects")) == (401, "bad_token")
    stopped = script("fovea_guess").get("/api/projects")
    assert told(stopped) == (429, "too_many_attempts") and int(stopped["Retry-After"]) > 0
    assert script(token).get("/api/projects").status_code == 200
    elsewhere = script("fovea_guess").get("/api/projects", REMOTE_ADDR="192.0.2.7")
    assert told(elsewhere) == (401, "bad_token")


def test_last_use_is_written_once_in_some_minutes(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    ada = make_user("ada")
    project = make_project(admin=ada)
    token, row = made(ada)
    client, address = script(token), f"/api/projects/{project.pk}/offers"
    with django_assert_num_queries(3):  # token and owner, last use, membership and project
        assert client.get(address).status_code == 200
    with django_assert_num_queries(2):
        client.get(address)
    row.refresh_from_db()
    first = row.last_used_at
    assert first is not None
    ApiToken.objects.filter(pk=row.pk).update(last_used_at=first - bearer.COARSE)
    client.get(address)
    row.refresh_from_db()
    assert row.last_used_at is not None and row.last_used_at > first - bearer.COARSE


def test_tokens_end_with_the_password_and_with_the_account() -> None:
    root, ada = make_user("root", is_superuser=True), make_user("ada")
    (kept, _), browser = made(ada), client_for(ada)
    said = {"old": "correct horse battery", "new": NEW, "keep_tokens": True}
    assert browser.post("/api/session/password", said, format="json").status_code == 200
    assert script(kept).get("/api/projects").status_code == 200
    said = {"old": NEW, "new": "another good phrase"}
    assert browser.post("/api/session/password", said, format="json").status_code == 200
    assert told(script(kept).get("/api/projects")) == (401, "bad_token")
    by_reset, _ = made(ada)
    secret, _ = services.make_reset_link(ada, actor=None)
    services.use_reset_link(secret, password="a third good phrase")
    assert told(script(by_reset).get("/api/projects")) == (401, "bad_token")
    by_closing, _ = made(ada)
    server_admin, account = client_for(root), f"/api/accounts/{ada.pk}"
    for is_active in (False, True):  # opened again, it is not open to who held a token
        assert server_admin.patch(account, {"is_active": is_active}, format="json").status_code == 200
        assert told(script(by_closing).get("/api/projects")) == (401, "bad_token")
    ended = [(one.verb, one.data.get("tokens_ended")) for one in Audit.objects.filter(subject="user").order_by("pk")]
    assert ended == [
        ("password_set", 0), ("password_set", 1), ("reset_link_made", None), ("password_reset", 1),
        ("account_changed", 1), ("account_changed", None),
    ]  # fmt: skip


def test_there_is_an_end_to_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MAX_TOKENS", 2)
    ada = make_user("ada")
    browser = client_for(ada)
    rows = [made(ada)[1] for _ in range(2)]
    assert told(browser.post("/api/tokens", {"name": "a", "scopes": ["read"]}, format="json"))[1] == "too_many_tokens"
    services.revoke_api_token(rows[0], actor=ada.pk)
    assert browser.post("/api/tokens", {"name": "a", "scopes": ["read"]}, format="json").status_code == 201


def test_a_volunteer_has_none() -> None:
    volunteer = make_volunteer(make_project()).user
    body = {"name": "a", "scopes": ["label"]}
    assert told(client_for(volunteer).post("/api/tokens", body, format="json")) == (409, "is_volunteer")


def test_everybody_has_their_own_and_the_server_admin_ends_any() -> None:
    ada, eve, root = make_user("ada"), make_user("eve"), make_user("root", is_superuser=True)
    project = make_project(admin=ada)
    _, row = made(ada, project_id=project.pk)
    assert client_for(eve).get("/api/tokens").json()["items"] == []
    assert told(client_for(eve).delete(f"/api/tokens/{row.pk}")) == (404, "not_found")
    admin = client_for(root)
    (listed,) = admin.get(f"/api/accounts/{ada.pk}/tokens").json()["items"]
    assert listed["project"] == {"id": project.pk, "name": ""}, "projects are not the server admin's to know"
    assert told(admin.delete(f"/api/accounts/{eve.pk}/tokens/{row.pk}")) == (404, "not_found")
    assert admin.delete(f"/api/accounts/{ada.pk}/tokens/{row.pk}").status_code == 204
    assert client_for(ada).get("/api/tokens").json()["items"] == []


def test_a_token_of_one_project_sees_no_other_and_makes_none() -> None:
    ada = make_user("ada", may_create_projects=True)
    one, other = make_project(admin=ada, name="one"), make_project(name="other", classes=())
    make_member(other, ada, "admin")
    client = script(made(ada, "read", "write", project_id=one.pk)[0])
    assert [row["name"] for row in client.get("/api/projects").json()["items"]] == ["one"]
    assert client.get(f"/api/projects/{one.pk}/jobs").status_code == 200
    assert told(client.get(f"/api/projects/{other.pk}/jobs")) == (404, "not_found")
    assert told(client.post("/api/projects", {"name": "third"}, format="json")) == (403, "token_of_one_project")


def test_pictures_go_in_by_a_token_that_writes_and_by_no_other() -> None:
    ada = make_user("ada")
    project = make_project(admin=ada)
    writes, reads = made(ada, "write")[0], made(ada, "read", "label", "train")[0]
    bid = script(writes).post(f"/api/projects/{project.pk}/batches", {"name": "b"}, format="json").json()["id"]
    address = f"/api/projects/{project.pk}/batches/{bid}/files"
    for token, status in ((writes, 200), (reads, 403), ("fovea_none", 401)):
        file = SimpleUploadedFile("a.png", picture_bytes(3), "image/png")
        reply = script(token).post(address, {"files": file}, format="multipart")
        assert reply.status_code == status, reply.content
    assert script(writes).get(f"/api/projects/{project.pk}/batches/{bid}").json()["counts"]["received"] == 1
