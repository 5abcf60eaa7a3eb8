"""Signing in and out, passwords, reset links, and the server admin's accounts - over the real routes."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.response import Response
from rest_framework.test import APIClient

from annotate.accounts import attempts
from annotate.accounts.models import ResetLink, User
from annotate.core import limits
from annotate.core.audit import Audit
from tests.make import PASSWORD, client_for, make_user

pytestmark = pytest.mark.django_db
NEW = "a quite different phrase"


def sign_in(client: APIClient, username: str = "ada", password: str = PASSWORD, **more: Any) -> Response:
    said = {"username": username, "password": password}
    reply: Response = client.post("/api/session/sign-in", said, format="json", **more)
    return reply


def who(client: APIClient) -> str | None:
    user = client.get("/api/session").json()["user"]
    return user and user["username"]


def test_signing_in_and_out() -> None:
    make_user("ada", first_name="Ada L.")
    client = client_for()
    assert who(client) is None
    reply = sign_in(client)
    assert reply.status_code == 200
    assert reply.json()["user"] | {"id": 0} == {
        "id": 0, "username": "ada", "name": "Ada L.", "language": "", "theme": "", "is_server_admin": False,
        "may_create_projects": False, "is_volunteer": False,
    }  # fmt: skip
    assert who(client) == "ada"
    assert client.post("/api/session/sign-out").json()["user"] is None
    assert who(client) is None


def test_the_session_id_and_the_token_change_at_sign_in() -> None:
    make_user("ada")
    client = client_for()
    client.session.save()
    before, token = client.session.session_key, client.get("/api/session").json()["csrf_token"]
    client.cookies["sessionid"] = before
    sign_in(client)
    assert client.cookies["sessionid"].value not in {before, ""}
    assert client.get("/api/session").json()["csrf_token"] != token


def test_a_wrong_name_and_a_wrong_password_are_told_alike_after_like_work(monkeypatch: pytest.MonkeyPatch) -> None:
    make_user("ada")
    make_user("eve", is_active=False)
    hashed: list[str] = []
    real = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> Any:
        hashed.append(password)
        return real(self, password, salt)

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    replies, work = [], []
    for username, password in (("ada", "wrong"), ("nobody", "wrong"), ("eve", PASSWORD)):
        hashed.clear()
        replies.append(sign_in(client_for(), username, password))
        work.append(len(hashed))
    assert {reply.status_code for reply in replies} == {401}
    assert replies[0].json()["code"] == "wrong_credentials"
    assert len({reply.content for reply in replies}) == 1
    assert len(set(work)) == 1 and work[0] > 0


def test_guessing_is_stopped_for_that_name_from_that_address_only() -> None:
    make_user("ada")
    make_user("bob")
    for _ in range(attempts.BY_NAME.limit):
        assert sign_in(client_for(), password="wrong").status_code == 401
    stopped = sign_in(client_for())
    assert (stopped.status_code, stopped.json()["code"]) == (429, "too_many_attempts")
    assert 0 < int(stopped["Retry-After"]) <= limits.WINDOW_SECONDS
    assert sign_in(client_for(), "bob").status_code == 200
    assert sign_in(client_for(), REMOTE_ADDR="192.0.2.7").status_code == 200
    forged = sign_in(client_for(), HTTP_X_FORWARDED_FOR="192.0.2.9")
    assert forged.status_code == 429


def test_signing_in_rightly_uses_up_nothing() -> None:
    make_user("ada")
    for _ in range(attempts.BY_NAME.limit + 2):
        assert sign_in(client_for()).status_code == 200


def test_behind_our_own_proxies_the_address_is_what_they_saw(settings: LazySettings) -> None:
    settings.PROXIES = 1
    make_user("ada")
    for count in range(attempts.BY_NAME.limit):
        told = f"198.51.100.{count}, 192.0.2.7"
        assert sign_in(client_for(), password="wrong", HTTP_X_FORWARDED_FOR=told).status_code == 401
    assert sign_in(client_for(), HTTP_X_FORWARDED_FOR="192.0.2.7").status_code == 429
    assert sign_in(client_for(), HTTP_X_FORWARDED_FOR="192.0.2.8").status_code == 200


def test_a_giant_password_is_refused_before_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*args: object, **kwargs: object) -> None:
        raise AssertionError("hashed")

    user = make_user("ada")
    client = client_for(user)
    giant = "x" * 1_000_000
    monkeypatch.setattr(MD5PasswordHasher, "encode", never)
    for reply in (
        sign_in(client_for(), password=giant),
        client.post("/api/session/password", {"old": giant, "new": NEW}, format="json"),
        client.post("/api/session/password", {"old": PASSWORD, "new": giant}, format="json"),
        client_for().post("/api/reset", {"token": "t", "password": giant}, format="json"),
    ):
        assert (reply.status_code, reply.json()["code"]) == (400, "password_too_long")


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one() -> None:
    make_user("ada")
    here, there = client_for(), client_for()
    sign_in(here)
    sign_in(there)
    wrong = here.post("/api/session/password", {"old": "wrong", "new": NEW}, format="json")
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_password")
    weak = here.post("/api/session/password", {"old": PASSWORD, "new": "password"}, format="json")
    assert (weak.status_code, weak.json()["code"]) == (422, "password_weak")
    assert set(weak.json()["data"]["reasons"]) >= {"password_too_common", "password_too_short"}
    assert who(there) == "ada"
    assert here.post("/api/session/password", {"old": PASSWORD, "new": NEW}, format="json").status_code == 200
    assert (who(here), who(there)) == ("ada", None)
    assert sign_in(client_for()).status_code == 401
    assert sign_in(client_for(), password=NEW).status_code == 200


def test_guessing_the_old_password_of_an_open_session_is_stopped_too() -> None:
    client = client_for(make_user("ada"))
    said = {"old": "wrong", "new": NEW}
    statuses = [client.post("/api/session/password", said, format="json").status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]


def test_preferences_are_ones_own_and_nothing_else_is_set() -> None:
    user = make_user("ada")
    client = client_for(user)
    reply = client.patch("/api/session", {"name": "Ada", "language": "zh-CN", "theme": "dark"}, format="json")
    told = reply.json()["user"]
    assert (told["name"], told["language"], told["theme"]) == ("Ada", "zh-CN", "dark")
    for said in ({"is_superuser": True}, {"username": "root"}, {"language": "xx"}, {"theme": 1}):
        assert client.patch("/api/session", said, format="json").status_code == 422
    user.refresh_from_db()
    assert (user.username, user.is_superuser, user.language) == ("ada", False, "zh-CN")
    assert client_for().patch("/api/session", {"name": "x"}, format="json").status_code == 401


def reset(token: str, password: str = NEW) -> Response:
    reply: Response = client_for().post("/api/reset", {"token": token, "password": password}, format="json")
    return reply


def token_in(url: str) -> str:
    found = re.fullmatch(r"https?://[^/]+/reset/([\w-]{43})", url.strip())
    assert found, url
    return found[1]


def test_a_reset_link_of_the_server_admin_works_once() -> None:
    admin, ada = make_user("root", is_superuser=True), make_user("ada")
    there = client_for()
    sign_in(there)
    made = client_for(admin).post(f"/api/accounts/{ada.pk}/reset-link")
    assert made.status_code == 201
    token = token_in(made.json()["url"])
    assert not ResetLink.objects.filter(token_hash=token).exists()
    weak = reset(token, "short")
    assert (weak.status_code, weak.json()["code"]) == (422, "password_weak")
    assert reset(token).json() == {"username": "ada"}
    again = reset(token, "yet another phrase")
    assert (again.status_code, again.json()["code"]) == (404, "reset_link_over")
    assert who(there) is None
    assert sign_in(client_for(), password=NEW).status_code == 200
    verbs = list(Audit.objects.filter(subject_id=ada.pk).values_list("verb", "actor"))
    assert verbs == [("reset_link_made", admin.pk), ("password_reset", ada.pk)]


def test_a_newer_link_ends_the_older_and_each_ends_after_a_day() -> None:
    client, ada = client_for(make_user("root", is_superuser=True)), make_user("ada")
    first, second = (token_in(client.post(f"/api/accounts/{ada.pk}/reset-link").json()["url"]) for _ in range(2))
    assert reset(first).status_code == 404
    link = ResetLink.objects.latest("id")
    assert timedelta(hours=23) < link.expires_at - timezone.now() <= timedelta(hours=24)
    ResetLink.objects.update(expires_at=timezone.now())
    assert reset(second).status_code == 404
    assert reset("made up").status_code == 404


def test_a_closed_account_cannot_come_back_by_a_link() -> None:
    root, ada = make_user("root", is_superuser=True), make_user("ada")
    client, theirs = client_for(root), client_for(ada)
    token = token_in(client.post(f"/api/accounts/{ada.pk}/reset-link").json()["url"])
    closed = client.patch(f"/api/accounts/{ada.pk}", {"is_active": False}, format="json")
    assert closed.json()["is_active"] is False
    assert who(theirs) is None
    assert reset(token).status_code == 404
    assert client.patch(f"/api/accounts/{ada.pk}", {"is_active": True}, format="json").status_code == 200
    own = client.patch(f"/api/accounts/{root.pk}", {"is_active": False}, format="json")
    assert (own.status_code, own.json()["code"]) == (409, "own_account")


def test_the_server_admin_makes_accounts() -> None:
    client = client_for(make_user("root", is_superuser=True))
    made = client.post("/api/accounts", {"username": "mary", "name": "Mary", "password": NEW}, format="json")
    assert (made.status_code, made.json()["name"]) == (201, "Mary")
    assert sign_in(client_for(), "mary", NEW).status_code == 200
    bare = client.post("/api/accounts", {"username": "tom"}, format="json").json()
    assert not User.objects.get(pk=bare["id"]).has_usable_password()
    assert client.patch("/api/accounts/999999", {}, format="json").status_code == 404
    assert client.patch(f"/api/accounts/{10**30}", {}, format="json").status_code == 404


@pytest.mark.parametrize("name", ["ADA", "ａｄａ", "аda", "ada ", "\u0430d\u0430"])
def test_a_name_that_looks_like_anothers_is_refused(name: str) -> None:
    make_user("ada")
    client = client_for(make_user("root", is_superuser=True))
    reply = client.post("/api/accounts", {"username": name, "password": NEW}, format="json")
    assert (reply.status_code, reply.json()["code"]) == (422, "username_taken")
    assert User.objects.count() == 2


@pytest.mark.parametrize("name", ["a b", "a\u200bda", "<b>", "x" * 61, "a/b"])
def test_a_name_of_other_characters_is_refused(name: str) -> None:
    client = client_for(make_user("root", is_superuser=True))
    reply = client.post("/api/accounts", {"username": name, "password": NEW}, format="json")
    assert (reply.status_code, reply.json()["code"]) == (422, "bad_username")


def test_the_list_of_accounts_costs_the_same_for_many(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = client_for(make_user("root", is_superuser=True))
    with django_assert_num_queries(3):
        assert len(client.get("/api/accounts").json()["items"]) == 1
    for number in range(20):
        make_user(f"user{number}")
    with django_assert_num_queries(3):
        assert len(client.get("/api/accounts").json()["items"]) == 21


def test_create_admin_prints_a_password_once(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("create_admin", username="boss")
    said = capsys.readouterr().out.strip()
    password = said.rpartition(" ")[2]
    assert "boss" in said and sign_in(client_for(), "boss", password).json()["user"]["is_server_admin"]
    call_command("create_admin", username="other")
    assert capsys.readouterr().out == ""
    assert User.objects.count() == 1


def test_create_admin_does_not_take_over_somebodys_name() -> None:
    make_user("admin")
    with pytest.raises(CommandError, match="already"):
        call_command("create_admin")


def test_reset_link_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    make_user("ada")
    call_command("reset_link", "ada")
    assert reset(token_in(capsys.readouterr().out)).status_code == 200
    with pytest.raises(CommandError, match="nobody"):
        call_command("reset_link", "nobody")
