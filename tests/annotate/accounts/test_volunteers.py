"""Volunteers as accounts: how they come back, what they may not do, and what is left of who asks to be forgotten."""

import pytest
from rest_framework.test import APIClient

from annotate.accounts import attempts
from annotate.accounts.models import ComeBackLink, User
from annotate.core.audit import Audit
from annotate.core.limits import Spent
from tests import crowd
from tests.make import PASSWORD, client_for, make_project, make_user, make_volunteer

pytestmark = pytest.mark.django_db


def private_link(client: APIClient) -> str:
    made = client.post("/api/session/come-back")
    assert made.status_code == 201
    return str(made.json()["url"].rpartition("#")[2])


def come_back(token: str, client: APIClient | None = None) -> APIClient:
    client = client or client_for()
    client.last = client.post("/api/come-back", {"token": token}, format="json")
    return client


def test_a_private_link_leads_back_to_oneself_on_another_device_until_a_newer_one_is_made() -> None:
    volunteer = make_volunteer(make_project()).user
    phone = client_for(volunteer)
    first = private_link(phone)
    assert first not in str(ComeBackLink.objects.values().get())
    laptop = come_back(first)
    assert laptop.last.json()["user"]["id"] == volunteer.pk and laptop.last.json()["user"]["is_volunteer"]
    assert [one["role"] for one in laptop.get("/api/projects").json()["items"]] == ["volunteer"]
    second = private_link(laptop)
    assert (come_back(first).last.status_code, come_back(second).last.status_code) == (404, 200)
    assert phone.get("/api/session").json()["user"]["id"] == volunteer.pk


def test_a_private_link_is_not_guessed_and_takes_nobody_elses_place() -> None:
    volunteer = make_volunteer(make_project()).user
    token = private_link(client_for(volunteer))
    for wrong in ("", "x", token[:-1], token + "x", "\u0000"):
        assert come_back(wrong).last.status_code in {404, 422}
    ada = client_for(make_user("ada"))
    assert come_back(token, ada).last.json()["code"] == "signed_in"
    assert ada.get("/api/session").json()["user"]["username"] == "ada"
    assert ada.post("/api/session/come-back").status_code == 403
    Spent.objects.all().delete()
    for _ in range(attempts.COME_BACK.limit):
        come_back("made-up")
    assert (come_back(token).last.status_code, come_back(token).last.json()["code"]) == (429, "too_many_attempts")


def test_there_is_no_password_to_a_volunteer_and_no_way_to_one() -> None:
    volunteer = make_volunteer(make_project()).user
    client, root = client_for(volunteer), client_for(make_user("root", is_superuser=True))
    said = {"username": volunteer.username, "password": PASSWORD}
    assert client_for().post("/api/session/sign-in", said, format="json").status_code == 401
    change = {"old": "", "new": PASSWORD}
    assert client.post("/api/session/password", change, format="json").status_code == 403
    assert volunteer.username not in str(root.get("/api/accounts?limit=200").json())
    assert root.post(f"/api/accounts/{volunteer.pk}/reset-link").status_code == 404
    made = root.patch(f"/api/accounts/{volunteer.pk}", {"may_create_projects": True}, format="json")
    assert made.status_code == 404
    assert client.post("/api/projects", {"name": "mine"}, format="json").status_code == 403


def test_a_volunteer_changes_name_and_language_within_the_rules() -> None:
    client = client_for(make_volunteer(make_project()).user)
    said = {"name": " Vera  Z ", "language": "zh-CN", "theme": "dark"}
    assert client.patch("/api/session", said, format="json").json()["user"]["name"] == "Vera Z"
    for bad in ("x" * 41, "V\u202era", "\u200b"):
        reply = client.patch("/api/session", {"name": bad}, format="json")
        assert (reply.status_code, reply.json()["code"]) == (422, "bad_name")


def test_of_who_is_forgotten_the_votes_stay_under_a_number() -> None:
    project = crowd.opened(pictures=1)
    member = make_volunteer(project, "Vera Verily")
    client = client_for(member.user)
    token = private_link(client)
    (task,) = crowd.take(project, member.user)
    assert crowd.answer(project, member.user, task, "cat").status == "stored"
    assert client.post("/api/session/forget").json()["user"] is None
    assert client.get(f"/api/projects/{project.pk}").status_code == 401
    assert come_back(token).last.status_code == 404
    gone = User.objects.get(pk=member.user_id)
    assert (gone.first_name, gone.is_active, gone.language) == ("", False, "")
    assert "Verily" not in str(list(Audit.objects.values())) + str(list(User.objects.values()))
    assert crowd.settled(task) == crowd.choice(project, "cat")
