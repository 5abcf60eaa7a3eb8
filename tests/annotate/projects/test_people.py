"""Members and invitations: who comes in by which link, who may go, and that an admin remains."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import close_old_connections, connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries
from rest_framework.response import Response
from rest_framework.test import APIClient

from annotate.accounts.models import User
from annotate.core import errors
from annotate.projects import services
from annotate.projects.models import Invitation, Member, Project
from tests.make import PASSWORD, client_for, make_member, make_project, make_user

pytestmark = pytest.mark.django_db
NEW = "a quite different phrase"


@pytest.fixture
def project() -> Project:
    return make_project(admin=make_user("boss"))


@pytest.fixture
def client(project: Project) -> APIClient:
    return client_for(project.members.get().user)


def invite(client: APIClient, project: Project, **said: object) -> str:
    """The path of the API behind a new invitation's link."""
    made = client.post(f"/api/projects/{project.pk}/invitations", {"role": "annotator", **said}, format="json")
    assert made.status_code == 201, made.content
    return "/api/invitations/" + str(made.json()["url"].rpartition("/invitation/")[2])


def accept(path: str, client: APIClient | None = None, **said: str) -> Response:
    reply: Response = (client or client_for()).post(path, said, format="json")
    return reply


def test_a_stranger_joins_with_a_new_account_and_is_signed_in(client: APIClient, project: Project) -> None:
    path = invite(client, project, role="reviewer")
    stranger = client_for()
    offer = stranger.get(path).json()
    assert offer == {"project_name": "Pets", "role": "reviewer", "needs_account": True}
    joined = accept(path, stranger, username="mary", name="Mary", password=NEW)
    assert joined.json()["user"]["name"] == "Mary"
    assert [item["role"] for item in stranger.get("/api/projects").json()["items"]] == ["reviewer"]
    assert client_for(User.objects.get(username="mary")).get(path).status_code == 404


def test_who_is_signed_in_joins_as_that_and_a_second_click_changes_nothing(client: APIClient, project: Project) -> None:
    path = invite(client, project, role="researcher", uses=2)
    ada = client_for(make_user("ada"))
    assert ada.get(path).json()["needs_account"] is False
    assert accept(path, ada).status_code == 200
    assert accept(path, ada).status_code == 200
    assert Invitation.objects.get().uses_left == 1
    assert Member.objects.get(user__username="ada").role == "researcher"
    clash = accept(path, ada, username="other", password=NEW)
    assert (clash.status_code, clash.json()["code"]) == (409, "signed_in")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"username": "BOSS", "password": NEW}, "username_taken"),
        ({"username": "mary", "password": "short"}, "password_weak"),
        ({"username": "mary"}, "password_missing"),
        ({"username": "m y", "password": NEW}, "bad_username"),
        ({"password": NEW}, "bad_username"),
        ({"username": "mary", "password": NEW, "role": "admin"}, "invalid"),
    ],
)
def test_a_refused_account_uses_nothing_up(
    client: APIClient, project: Project, said: dict[str, str], code: str
) -> None:
    path = invite(client, project)
    reply = accept(path, **said)
    assert (reply.status_code, reply.json()["code"]) == (422, code)
    assert Invitation.objects.get().uses_left == 1 and User.objects.count() == 1


def test_a_link_that_is_used_up_withdrawn_expired_or_made_up_is_told_alike(client: APIClient, project: Project) -> None:
    used, withdrawn, expired = (invite(client, project) for _ in range(3))
    assert accept(used, username="mary", password=NEW).status_code == 200
    rows = list(Invitation.objects.order_by("id"))
    assert client.delete(f"/api/projects/{project.pk}/invitations/{rows[1].pk}").status_code == 204
    Invitation.objects.filter(pk=rows[2].pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    replies = []
    for path in (used, withdrawn, expired, "/api/invitations/made-up"):
        replies += [client_for().get(path), accept(path, username="tom", password=NEW)]
    assert {(reply.status_code, reply.json()["code"]) for reply in replies} == {(404, "invitation_over")}
    assert len({reply.content for reply in replies}) == 1
    assert not User.objects.filter(username="tom").exists()
    assert client.get(f"/api/projects/{project.pk}/invitations").json()["items"] == []


def test_the_token_is_shown_once_and_kept_as_a_hash(client: APIClient, project: Project) -> None:
    path = invite(client, project, note="for the course", days=2, uses=30)
    token = path.rpartition("/")[2]
    (row,) = client.get(f"/api/projects/{project.pk}/invitations").json()["items"]
    assert (row["note"], row["uses_left"]) == ("for the course", 30)
    assert "url" not in row and token not in str(row)
    kept = Invitation.objects.get()
    assert kept.token_hash != token and kept.expires_at - kept.created_at == pytest.approx(
        timedelta(days=2), abs=timedelta(minutes=1)
    )


@pytest.mark.parametrize(
    "said", [{"role": "owner"}, {"uses": 0}, {"uses": True}, {"days": 366}, {"days": 1.5}, {"token": "x"}]
)
def test_a_malformed_invitation_is_refused(client: APIClient, project: Project, said: dict[str, object]) -> None:
    reply = client.post(f"/api/projects/{project.pk}/invitations", {"role": "annotator", **said}, format="json")
    assert reply.status_code == 422
    assert not Invitation.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_last_use_is_given_to_one_of_many() -> None:
    project = make_project(admin=make_user("boss"))
    token, _ = services.invite(project, actor=project.members.get().user, role="annotator", uses=2)
    users = [make_user(f"user{number}") for number in range(6)]
    outcomes = together([lambda user=user: services.join(token, user=user) for user in users])
    assert sum(isinstance(outcome, Member) for outcome in outcomes) == 2
    assert sum(isinstance(outcome, errors.NotFound) for outcome in outcomes) == 4
    assert (Member.objects.count(), Invitation.objects.get().uses_left) == (3, 0)


@pytest.mark.django_db(transaction=True)
def test_two_admins_who_leave_at_once_do_not_both_leave() -> None:
    project = make_project(admin=make_user("one"))
    make_member(project, make_user("two"), Member.Role.ADMIN)
    members = list(project.members.select_related("user"))
    outcomes = together([lambda member=member: services.remove_member(member, actor=member.user) for member in members])
    assert sorted(isinstance(outcome, errors.Conflict) for outcome in outcomes) == [False, True]
    assert project.members.count() == 1


def together(calls: list[Callable[[], object]]) -> list[object]:
    """What each call returned or raised, all begun at once in threads of their own."""
    barrier, outcomes = threading.Barrier(len(calls)), []

    def run(call: Callable[[], object]) -> None:
        barrier.wait()
        try:
            outcomes.append(call())
        except Exception as error:
            outcomes.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    return outcomes


def test_roles_change_and_what_they_allow_with_them(client: APIClient, project: Project) -> None:
    ada = make_user("ada")
    member = make_member(project, ada)
    assert client_for(ada).get(f"/api/projects/{project.pk}/members").status_code == 403
    changed = client.patch(f"/api/projects/{project.pk}/members/{member.pk}", {"role": "admin"}, format="json")
    assert changed.json()["role"] == "admin"
    assert client_for(ada).get(f"/api/projects/{project.pk}/members").status_code == 200
    assert client.delete(f"/api/projects/{project.pk}/members/{member.pk}").status_code == 204
    assert client_for(ada).get(f"/api/projects/{project.pk}").status_code == 404


def test_the_last_admin_can_neither_go_nor_be_anything_less(client: APIClient, project: Project) -> None:
    make_member(project, make_user("closed", is_active=False), Member.Role.ADMIN)
    own = f"/api/projects/{project.pk}/members/{project.members.get(user__username='boss').pk}"
    for reply in (
        client.delete(own),
        client.patch(own, {"role": "annotator"}, format="json"),
        client.post(f"/api/projects/{project.pk}/leave"),
    ):
        assert (reply.status_code, reply.json()["code"]) == (409, "last_admin")
    assert client.patch(own, {"role": "admin"}, format="json").status_code == 200
    make_member(project, make_user("other"), Member.Role.ADMIN)
    assert client.post(f"/api/projects/{project.pk}/leave").status_code == 204


def test_anybody_leaves_a_project_on_their_own(project: Project) -> None:
    ada = make_user("ada")
    make_member(project, ada)
    assert client_for(ada).post(f"/api/projects/{project.pk}/leave").status_code == 204
    assert client_for(ada).get(f"/api/projects/{project.pk}").status_code == 404


def test_a_member_who_is_shut_out_in_mid_session_is_out_at_the_next_call(client: APIClient, project: Project) -> None:
    make_member(project, make_user("ada"))
    ada = client_for()
    ada.post("/api/session/sign-in", {"username": "ada", "password": PASSWORD}, format="json")
    assert ada.get(f"/api/projects/{project.pk}").status_code == 200
    User.objects.filter(username="ada").update(is_active=False)
    assert ada.get(f"/api/projects/{project.pk}").status_code == 401


def test_lists_of_people_cost_the_same_for_many(
    client: APIClient, project: Project, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        make_member(project, make_user(f"user{number}"))
        invite(client, project)
    with django_assert_num_queries(4):
        assert len(client.get(f"/api/projects/{project.pk}/members").json()["items"]) == 13
    with django_assert_num_queries(4):
        assert len(client.get(f"/api/projects/{project.pk}/invitations").json()["items"]) == 12
    with django_assert_num_queries(5):
        told = client.get(f"/api/projects/{project.pk}/audit").json()["items"]
    assert len(told) == 12 and told[0]["verb"] == "invited" and told[0]["actor"]["name"] == "boss"
