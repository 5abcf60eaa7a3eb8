"""Making, reading and changing projects."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import DjangoAssertNumQueries
from rest_framework.test import APIClient

from annotate.accounts.models import User
from annotate.consensus.methods import METHODS
from annotate.core.audit import Audit
from annotate.kinds import KINDS
from annotate.projects import offers, services
from annotate.projects.models import Project
from tests.make import client_for, make_member, make_project, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss() -> User:
    return make_user("boss", may_create_projects=True)


@pytest.fixture
def client(boss: User) -> APIClient:
    return client_for(boss)


@pytest.fixture
def guess() -> Iterator[str]:
    """A method of consensus that is offered while the test runs."""
    kept = dict(offers._OFFERS["consensus_method"])
    offers.offer("consensus_method", ["guess"])
    yield "guess"
    offers._OFFERS["consensus_method"] = kept


def test_who_makes_a_project_is_its_admin(client: APIClient, boss: User) -> None:
    said = {"name": " Birds ", "redundancy": 3, "holdout_share": 0.25, "classes_text": "owl | at night\nhawk"}
    made = client.post("/api/projects", said, format="json")
    assert made.status_code == 201
    told = made.json()
    assert (told["name"], told["redundancy"], told["holdout_share"], told["role"]) == ("Birds", 3, 0.25, "admin")
    assert told["actions"] == ["browse", "label", "manage", "see", "settle", "work"]
    assert client.get(f"/api/projects/{told['id']}").json() == told
    names = [(row["name"], row["definition"]) for row in client.get(f"/api/projects/{told['id']}/classes").json()]
    assert names == [("owl", "at night"), ("hawk", "")]
    assert Audit.objects.filter(project_id=told["id"], actor=boss.pk, verb="project_created").count() == 1


def test_a_bad_class_list_makes_no_project(client: APIClient) -> None:
    reply = client.post("/api/projects", {"name": "Birds", "classes_text": "owl\nOWL"}, format="json")
    assert (reply.status_code, reply.json()["code"]) == (422, "class_name_twice")
    assert not Project.objects.exists()


def test_only_whom_the_server_admin_lets_makes_projects() -> None:
    ada, root = make_user("ada"), make_user("root", is_superuser=True)
    refused = client_for(ada).post("/api/projects", {"name": "Birds"}, format="json")
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    said = {"may_create_projects": True}
    assert client_for(root).patch(f"/api/accounts/{ada.pk}", said, format="json").status_code == 200
    assert client_for(ada).post("/api/projects", {"name": "Birds"}, format="json").status_code == 201
    assert client_for(root).post("/api/projects", {"name": "Bees"}, format="json").status_code == 201


@pytest.mark.parametrize(
    "said",
    [
        {"name": ""},
        {"name": "  "},
        {"name": "x" * 201},
        {"name": 5},
        {"redundancy": 0},
        {"redundancy": 51},
        {"redundancy": True},
        {"redundancy": "3"},
        {"holdout_share": 0.95},
        {"holdout_share": -0.1},
        {"accept_confidence": 0.4},
        {"votes_cap": 0},
        {"order": "whatever"},
        {"consensus_method": "unheard"},
        {"show_proposals": 1},
        {"kind": "smell"},
        {"seed": 1},
        {"created_by": 1},
        {"counts": {}},
        {"schema_number": 9},
    ],
)
def test_a_setting_out_of_its_bounds_is_refused(client: APIClient, boss: User, said: dict[str, object]) -> None:
    project = make_project(admin=boss)
    assert client.patch(f"/api/projects/{project.pk}", said, format="json").status_code == 422
    assert client.post("/api/projects", {"name": "Two", **said}, format="json").status_code == 422
    assert Project.objects.get().name == "Pets"


def test_settings_change_and_the_change_is_kept(client: APIClient, boss: User, guess: str) -> None:
    project = make_project(admin=boss)
    said = {"redundancy": 3, "votes_cap": 5, "holdout_votes": 5, "consensus_method": guess, "licence": "CC0"}
    told = client.patch(f"/api/projects/{project.pk}", said, format="json").json()
    assert {key: told[key] for key in said} == said
    assert told["guide_version"] == 1
    row = Audit.objects.get(verb="project_changed")
    assert row.data["redundancy"] == [1, 3] and row.actor == boss.pk
    assert client.patch(f"/api/projects/{project.pk}", said, format="json").status_code == 200
    assert Audit.objects.filter(verb="project_changed").count() == 1
    low = client.patch(f"/api/projects/{project.pk}", {"votes_cap": 2}, format="json")
    assert (low.status_code, low.json()["code"]) == (422, "cap_below_redundancy")


def test_what_is_offered_can_be_asked(client: APIClient, boss: User, guess: str) -> None:
    told = client.get(f"/api/projects/{make_project(admin=boss).pk}/offers").json()
    assert guess in told["consensus_method"] and "random" in told["order"]


def test_the_guide_is_not_overwritten_unseen(client: APIClient, boss: User) -> None:
    project = make_project(admin=boss)
    first = client.patch(
        f"/api/projects/{project.pk}", {"guide_text": "Look twice.", "guide_version": 1}, format="json"
    )
    assert first.json()["guide_version"] == 2
    late = client.patch(f"/api/projects/{project.pk}", {"guide_text": "Once.", "guide_version": 1}, format="json")
    assert (late.status_code, late.json()["code"], late.json()["data"]) == (409, "guide_changed", {"guide_version": 2})
    assert client.get(f"/api/projects/{project.pk}").json()["guide_text"] == "Look twice."


def test_ones_list_holds_only_ones_own_and_costs_the_same_for_many(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    ada, eve = make_user("ada"), make_user("eve")
    make_member(make_project(), ada)
    make_project(admin=eve, name="Secret")
    client = client_for(ada)
    with django_assert_num_queries(3):
        items = client.get("/api/projects").json()["items"]
    assert [(item["name"], item["role"], item["actions"]) for item in items] == [
        ("Pets", "annotator", ["label", "see"])
    ]
    for _ in range(10):
        make_member(make_project(), ada)
    with django_assert_num_queries(3):
        assert len(client.get("/api/projects").json()["items"]) == 11


def test_an_archived_project_is_gone_for_everybody(client: APIClient, boss: User) -> None:
    project = make_project(admin=boss)
    Project.objects.update(archived_at="2025-01-01T00:00:00Z")
    assert client.get(f"/api/projects/{project.pk}").status_code == 404
    assert client.get("/api/projects").json()["items"] == []


def test_a_setting_that_is_none_is_a_mistake_of_ours(boss: User) -> None:
    with pytest.raises(TypeError, match="seed"):
        services.update_project(make_project(admin=boss), actor=boss, seed=3)


def test_every_method_and_strategy_there_is_can_be_chosen(client: APIClient, boss: User) -> None:
    project = make_project(admin=boss)
    catalogue = json.loads((Path(__file__).parents[3] / "training" / "catalogue.json").read_text())
    told = client.get(f"/api/projects/{project.pk}/offers").json()
    assert told == {"consensus_method": ["dawid_skene", "majority"], "order": sorted(catalogue["strategies"])}
    for key, values in told.items():
        for value in values:
            changed = client.patch(f"/api/projects/{project.pk}", {key: value}, format="json")
            assert changed.json()[key] == value


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_is_chosen_once_and_has_its_own_methods(client: APIClient, kind: str) -> None:
    made = client.post("/api/projects", {"name": "One", "kind": kind}, format="json").json()
    assert made["kind"] == kind
    serving = sorted(name for name, method in METHODS.items() if kind in method.kinds)
    assert made["consensus_method"] in serving
    assert client.get(f"/api/projects/{made['id']}/offers").json()["consensus_method"] == serving
    assert client.patch(f"/api/projects/{made['id']}", {"kind": kind}, format="json").status_code == 422
    for name in sorted(set(METHODS) - set(serving)):
        refused = client.patch(f"/api/projects/{made['id']}", {"consensus_method": name}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (422, "not_offered")


def test_a_method_of_another_kind_and_an_unknown_kind_are_refused(client: APIClient) -> None:
    for said, code in (
        ({"kind": "box", "consensus_method": "majority"}, "not_offered"),
        ({"kind": "choice", "consensus_method": "boxes"}, "not_offered"),
        ({"kind": "smell"}, "unknown_kind"),
    ):
        refused = client.post("/api/projects", {"name": "One", **said}, format="json")
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    assert not Project.objects.exists()
