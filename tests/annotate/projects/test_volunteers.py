"""Open links: who comes in by them, how many, for how long, and what ends with them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from annotate.accounts import attempts
from annotate.accounts.models import User
from annotate.core import errors
from annotate.projects import services
from annotate.projects.models import Member, Project, VolunteerLink
from tests.annotate.projects.test_people import NEW, invite, together
from tests.make import client_for, make_member, make_project, make_user, make_volunteer

pytestmark = pytest.mark.django_db


@pytest.fixture
def project() -> Project:
    return make_project(admin=make_user("boss"), description="Which animal is it?")


@pytest.fixture
def admin(project: Project) -> APIClient:
    return client_for(project.members.get().user)


def open_link(admin: APIClient, project: Project, **said: Any) -> str:
    """The path of the API behind a new open link."""
    made = admin.post(f"/api/projects/{project.pk}/volunteer-links", said, format="json")
    assert made.status_code == 201, made.content
    return "/api/volunteer-links/" + str(made.json()["url"].rpartition("/join/")[2])


def come(path: str, client: APIClient | None = None, name: str = "Vera") -> APIClient:
    client = client or client_for()
    client.last = client.post(path, {"name": name}, format="json")
    return client


def test_a_stranger_chooses_a_name_and_labels(admin: APIClient, project: Project) -> None:
    path = open_link(admin, project, note="for the fair", days=3, most=7)
    stranger = client_for()
    offer = stranger.get(path).json()
    assert offer["project_name"] == "Pets" and (offer["who"], offer["name"]) == ("stranger", None)
    came = come(path, stranger).last.json()
    assert came["project"] == project.pk and came["session"]["user"]["name"] == "Vera"
    assert stranger.get(f"/api/projects/{project.pk}").json()["role"] == "volunteer"
    assert stranger.post(f"/api/projects/{project.pk}/desk", {"take": 1}, format="json").status_code == 200
    assert stranger.session.get_expiry_age() > timedelta(days=300).total_seconds()


def test_the_same_browser_goes_on_as_the_same_person(admin: APIClient, project: Project) -> None:
    path, other = open_link(admin, project), open_link(admin, project)
    vera = come(path)
    assert vera.get(path).json()["name"] == "Vera" and vera.get(path).json()["project"] == project.pk
    for again in (path, other):
        assert come(again, vera, "Somebody else").last.json()["session"]["user"]["name"] == "Vera"
    assert list(VolunteerLink.objects.order_by("id").values_list("people", flat=True)) == [1, 0]
    theirs = make_project(name="Plants", admin=make_user("gardener"))
    link, _ = services.open_volunteer_link(theirs, actor=theirs.members.get().user)
    assert come(f"/api/volunteer-links/{link}", vera, "").last.json()["project"] == theirs.pk
    assert len(vera.get("/api/projects").json()["items"]) == 2
    assert User.objects.filter(volunteer=True).count() == 1


def test_who_has_an_account_is_told_to_use_it(admin: APIClient, project: Project) -> None:
    path, ada = open_link(admin, project), client_for(make_user("ada"))
    assert ada.get(path).json()["who"] == "account" and ada.get(path).json()["project"] is None
    assert (come(path, ada).last.status_code, ada.last.json()["code"]) == (409, "signed_in")
    assert admin.get(path).json()["project"] == project.pk
    assert not Member.objects.filter(user__username="ada").exists()


def test_a_link_ends_by_hand_or_by_its_time_and_with_it_the_right_of_who_came(
    admin: APIClient, project: Project
) -> None:
    paths = [open_link(admin, project) for _ in range(2)]
    people = [come(path) for path in paths]
    withdrawn, lapsed = VolunteerLink.objects.order_by("id")
    url = f"/api/projects/{project.pk}"
    assert admin.delete(f"{url}/volunteer-links/{withdrawn.pk}").status_code == 204
    VolunteerLink.objects.filter(pk=lapsed.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    told = set()
    for path, person in zip([*paths, "/api/volunteer-links/made-up"], [*people, client_for()], strict=True):
        told |= {client_for().get(path).content, come(path).last.content, come(path, person).last.content}
    assert len(told) == 1 and b"volunteer_link_over" in told.pop()
    for person in people:
        seen = person.get(url)
        assert (seen.status_code, seen.json()["code"]) == (404, "volunteer_over")
        assert seen.content == person.get("/api/projects/999999").content
        assert person.post(f"{url}/desk", {"take": 1}, format="json").status_code == 404
        assert person.get("/api/projects").json()["items"] == []
    longer = admin.patch(f"{url}/volunteer-links/{lapsed.pk}", {"days": 2}, format="json")
    assert longer.status_code == 200 and people[1].get(url).status_code == 200
    refused = admin.patch(f"{url}/volunteer-links/{withdrawn.pk}", {"days": 2}, format="json")
    assert refused.json()["code"] == "link_withdrawn" and people[0].get(url).status_code == 404
    fresh = open_link(admin, project)
    assert come(fresh, people[0]).last.status_code == 200 and people[0].get(url).status_code == 200


def test_ten_thousand_who_come_are_as_many_as_the_link_is_for(admin: APIClient, project: Project) -> None:
    path = open_link(admin, project, most=3)
    people = [come(path) for _ in range(5)]
    assert [one.last.status_code for one in people] == [200, 200, 200, 409, 409]
    assert people[3].last.json()["code"] == "volunteer_link_full"
    assert User.objects.filter(volunteer=True).count() == 3
    assert come(path, people[0]).last.status_code == 200
    statuses = {come(path).last.status_code for _ in range(attempts.JOINS_BY_ADDRESS.limit)}
    assert statuses == {409, 429} and come(path).last.headers["Retry-After"]
    link = VolunteerLink.objects.get()
    url = f"/api/projects/{project.pk}/volunteer-links/{link.pk}"
    assert admin.patch(url, {"most": 2}, format="json").json()["code"] == "more_have_come"
    assert admin.patch(url, {"most": 4}, format="json").json()["most"] == 4
    member = services.enter(path.rpartition("/")[2], user=None, name="Fourth")
    assert member.project == project


def test_who_leaves_gives_the_place_back_and_who_is_removed_does_not(admin: APIClient, project: Project) -> None:
    path = open_link(admin, project, most=2)
    vera, walt = come(path), come(path)
    assert come(path).last.status_code == 409
    assert vera.post(f"/api/projects/{project.pk}/leave").status_code in {200, 204}
    assert VolunteerLink.objects.get().people == 1
    assert come(path, vera).last.status_code == 200 and come(path).last.status_code == 409
    removed = Member.objects.filter(role="volunteer").exclude(user__first_name="").order_by("pk").first()
    assert removed is not None
    admin.delete(f"/api/projects/{project.pk}/members/{removed.pk}")
    assert VolunteerLink.objects.get().people == 2 and come(path).last.status_code == 409
    assert {come(path, one).last.status_code for one in (vera, walt)} == {200, 403}


@pytest.mark.django_db(transaction=True)
def test_the_last_place_is_given_to_one_of_many() -> None:
    project = make_project(admin=make_user("boss"))
    token, _ = services.open_volunteer_link(project, actor=project.members.get().user, most=2)
    outcomes = together([lambda: services.enter(token, user=None, name="Vera") for _ in range(6)])
    assert sum(isinstance(outcome, Member) for outcome in outcomes) == 2
    assert sum(isinstance(outcome, errors.Conflict) for outcome in outcomes) == 4
    assert User.objects.filter(volunteer=True).count() == VolunteerLink.objects.get().people == 2


@pytest.mark.parametrize("name", ["", "   ", "x" * 41, "Ve\u202era", "\u200b", "\u3164"])
def test_a_name_that_deceives_takes_no_place(admin: APIClient, project: Project, name: str) -> None:
    path = open_link(admin, project)
    reply = come(path, name=name).last
    assert (reply.status_code, reply.json()["code"]) == (422, "bad_name")
    assert VolunteerLink.objects.get().people == 0 and not User.objects.filter(volunteer=True).exists()


@pytest.mark.parametrize("said", [{"most": 0}, {"most": 5001}, {"days": 366}, {"role": "admin"}, {"most": True}])
def test_a_malformed_link_is_refused(admin: APIClient, project: Project, said: dict[str, Any]) -> None:
    assert admin.post(f"/api/projects/{project.pk}/volunteer-links", said, format="json").status_code == 422
    assert not VolunteerLink.objects.exists()


def test_whom_an_admin_removes_stays_out_and_nobody_is_made_more_than_a_volunteer(
    admin: APIClient, project: Project
) -> None:
    path = open_link(admin, project)
    vera = come(path)
    member = Member.objects.get(role="volunteer")
    url = f"/api/projects/{project.pk}/members/{member.pk}"
    assert admin.patch(url, {"role": "admin"}, format="json").json()["code"] == "is_volunteer"
    reader = make_member(project, make_user("ada"))
    to_volunteer = admin.patch(f"/api/projects/{project.pk}/members/{reader.pk}", {"role": "volunteer"}, format="json")
    assert to_volunteer.status_code == 422
    bad = {"role": "volunteer"}
    assert admin.post(f"/api/projects/{project.pk}/invitations", bad, format="json").status_code == 422
    assert admin.delete(url).status_code == 204
    assert vera.get(f"/api/projects/{project.pk}").status_code == 404
    assert (come(path, vera).last.status_code, vera.last.json()["code"]) == (403, "volunteer_removed")
    assert len(admin.get(f"/api/projects/{project.pk}/members").json()["items"]) == 2


def test_a_volunteer_who_is_invited_makes_an_account(admin: APIClient, project: Project) -> None:
    vera, path = client_for(make_volunteer(project).user), invite(admin, project)
    assert vera.get(path).json()["needs_account"] is True
    assert vera.post(path, {}, format="json").status_code == 422
    joined = vera.post(path, {"username": "vera", "password": NEW}, format="json").json()
    assert joined["user"]["username"] == "vera" and not joined["user"]["is_volunteer"]
    token = path.rpartition("/")[2]
    with pytest.raises(errors.Conflict):
        services.join(token, user=make_volunteer(project, "Walt").user)


def test_a_volunteer_learns_how_far_the_work_is_and_not_what_others_say(project: Project) -> None:
    project.counts = {"tasks": 9, "tasks_open": 4, "per_class": {"1": 5}, "holdout": 2, "people": 3}
    project.save()
    vera = client_for(make_volunteer(project).user)
    assert vera.get(f"/api/projects/{project.pk}").json()["counts"] == {"tasks": 9, "tasks_open": 4}
    (row,) = vera.get("/api/projects").json()["items"]
    assert "per_class" not in row["counts"]
    vera.post(f"/api/projects/{project.pk}/leave")
    assert vera.get(f"/api/projects/{project.pk}").status_code == 404
