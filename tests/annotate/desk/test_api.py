"""The desk and the review page over HTTP: shapes, refusals, blindness, and queries that do not grow."""

import json
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.consensus import services as consensus
from annotate.consensus.models import Decision
from annotate.labeling import services as labeling
from annotate.labeling.models import Task, Vote
from annotate.projects.models import Member, Project
from tests import crowd
from tests.make import client_for, make_image, make_member, make_user

pytestmark = pytest.mark.django_db


def post(client: Any, project: Project, body: Any) -> Any:
    return client.post(f"/api/projects/{project.pk}/desk", body, format="json")


def ballot(task: int, answer: Any, **more: Any) -> dict[str, Any]:
    return {"key": str(uuid.uuid4()), "task": task, "answer": answer, **more}


def test_it_works() -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    (ada,) = crowd.crowd_of(project, 1)
    client = client_for(ada)
    first = post(client, project, {"take": 1}).json()
    assert first["reason"] is None
    (task,) = first["tasks"]
    image = Task.objects.get(pk=task["id"]).image
    assert task["image"] == {
        "id": image.pk,
        "width": 32,
        "height": 24,
        "thumb": f"/api/projects/{project.pk}/images/{image.pk}/picture/thumb",
        "display": f"/api/projects/{project.pk}/images/{image.pk}/picture/display",
    }
    vote = ballot(
        task["id"], crowd.choice(project, "cat"), lease=task["lease"], asking=task["asking"], took_ms=812,
        started="2026-01-01T00:00:00Z",
    )  # fmt: skip
    reply = post(client, project, {"votes": [vote], "take": 1, "release": []})
    assert reply.status_code == 200
    said = reply.json()
    assert said["results"] == [
        {"key": vote["key"], "status": "stored", "surplus": False, "code": None, "message": None, "data": None}
    ]
    assert said["tasks"][0]["id"] != task["id"]
    assert (said["progress"]["mine"], said["progress"]["mine_today"]) == (1, 1)
    assert Vote.objects.get().took_ms == 812
    again = post(client, project, {"votes": [vote]}).json()
    assert again["results"][0]["status"] == "repeated"
    assert (again["tasks"], again["reason"]) == ([], None)


def test_a_lost_reply_is_made_good_by_sending_the_same_again() -> None:
    project = crowd.opened(pictures=3, redundancy=1)
    (ada,) = crowd.crowd_of(project, 1)
    client = client_for(ada)
    task = post(client, project, {"take": 1}).json()["tasks"][0]["id"]
    body = {"votes": [ballot(task, crowd.choice(project, "cat"))], "take": 1}
    lost = post(client, project, body).json()
    found = post(client, project, body).json()
    assert found["results"][0]["status"] == "repeated"
    assert found["tasks"][0]["id"] not in {task, lost["tasks"][0]["id"]}
    assert Vote.objects.count() == 1
    rest = post(client, project, {"take": 1}).json()["tasks"]
    assert rest, "what the lost reply handed out is shown again when nothing else is left"
    crowd.sound(project)


SPOILED: dict[str, Any] = {
    "no object": [],
    "a number": 7,
    "unknown field": {"take": 1, "project": 2},
    "take of text": {"take": "1"},
    "take of a boolean": {"take": True},
    "take of a fraction": {"take": 1.0},
    "take below zero": {"take": -1},
    "take beyond the limit": {"take": 51},
    "votes no list": {"votes": {}},
    "vote no object": {"votes": ["x"]},
    "vote without key": {"votes": [{"task": 1, "answer": {"nothing": True}}]},
    "key no uuid": {"votes": [{"key": "x" * 36, "task": 1, "answer": {"nothing": True}}]},
    "key a number": {"votes": [{"key": 7, "task": 1, "answer": {"nothing": True}}]},
    "release of text": {"release": ["1"]},
    "release of a boolean": {"release": [True]},
    "too many votes": {"votes": [{}] * 101},
}


@pytest.mark.parametrize("name", sorted(SPOILED))
def test_a_request_without_shape_is_refused_as_a_whole(name: str) -> None:
    project = crowd.opened(pictures=1)
    (ada,) = crowd.crowd_of(project, 1)
    reply = post(client_for(ada), project, SPOILED[name])
    assert reply.status_code in {400, 413, 422}
    assert set(reply.json()) == {"code", "message", "data"}
    assert not Vote.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [
        '{"take": NaN}',
        '{"take": 1e400}',
        '{"take": 1, "take": 2}',
        '{"take": 99999999999999999999}',
        '{"votes": [{"key": "\\u0000"}]}',
        '{"votes": [{"key": "\\ud800"}]}',
        "[" * 2000 + "]" * 2000,
        '{"take": 1} x',
        "\ufeff{}",
    ],
)
def test_what_is_not_strict_json_is_refused(raw: str) -> None:
    project = crowd.opened(pictures=1)
    (ada,) = crowd.crowd_of(project, 1)
    url = f"/api/projects/{project.pk}/desk"
    reply = client_for(ada).post(url, raw.encode("utf-8", "surrogatepass"), content_type="application/json")
    assert reply.status_code in {400, 422}
    assert set(reply.json()) == {"code", "message", "data"}


SINGLE: dict[str, tuple[dict[str, Any], str]] = {
    "task of text": ({"task": "1"}, "bad_field"),
    "task of a boolean": ({"task": True}, "bad_field"),
    "no answer": ({"answer": ...}, "bad_field"),
    "unknown field": ({"user": 1}, "unknown_field"),
    "asking zero": ({"asking": 0}, "bad_field"),
    "negative time": ({"took_ms": -5}, "bad_field"),
    "supersedes no uuid": ({"supersedes": "mine"}, "bad_field"),
    "proposal of text": ({"shown_proposal": "1"}, "bad_field"),
    "answer null": ({"answer": None}, "bad_answer"),
    "class of a boolean": ({"answer": {"choice": [True]}}, "bad_answer"),
    "class of a fraction": ({"answer": {"choice": [1.5]}}, "bad_answer"),
    "unknown task": ({"task": 10**9}, "unknown_task"),
}


@pytest.mark.parametrize("name", sorted(SINGLE))
def test_a_vote_that_cannot_be_read_is_refused_alone(name: str) -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    (ada,) = crowd.crowd_of(project, 1)
    one, two = crowd.tasks_of(project)
    spoil, code = SINGLE[name]
    bad = {key: value for key, value in {**ballot(one, {"nothing": True}), **spoil}.items() if value is not ...}
    reply = post(client_for(ada), project, {"votes": [bad, ballot(two, {"nothing": True})]})
    results = reply.json()["results"]
    assert reply.status_code == 200
    assert [result["status"] for result in results] == ["refused", "stored"]
    assert (results[0]["code"], results[0]["key"]) == (code, bad["key"])
    assert results[0]["message"]
    assert Vote.objects.count() == 1


def test_nobody_outside_the_project_gets_to_the_desk() -> None:
    project = crowd.opened(pictures=1)
    assert post(client_for(), project, {"take": 1}).status_code == 401
    assert post(client_for(make_user()), project, {"take": 1}).status_code == 404
    assert client_for(make_user("bob")).get(f"/api/projects/{project.pk}/desk/guide").status_code == 404


def test_nothing_that_is_known_leaks_before_the_answer() -> None:
    """The same task for a second person, byte for byte, whatever the first one said and whatever is known."""
    shown = []
    for number, said in enumerate((None, "cat", "owl")):
        project = crowd.opened(pictures=0, redundancy=2, name=f"p{number}", show_proposals=True)
        make_image(project, 5)
        labeling.open_tasks()
        first, second = (make_user(f"u{number}{role}") for role in "ab")
        for person in (first, second):
            make_member(project, person)
        (task,) = crowd.tasks_of(project)
        if said:
            crowd.answer(project, first, task, said)
            consensus.refit(project)
            Task.objects.filter(pk=task).update(chosen_by="entropy", gold=crowd.choice(project, said))
            labeling.add_predictions(project, model="m", distributions={Task.objects.get(pk=task).image_id: {"1": 0.9}})
        reply = post(client_for(second), project, {"take": 1})
        (handed,) = reply.json()["tasks"]
        image = handed.pop("image")
        for volatile in ("id", "lease", "expires_at"):
            handed.pop(volatile)
        shown.append((sorted(handed.items(), key=str), sorted(image), sorted(reply.headers)))
    assert shown[0] == shown[1] == shown[2]


def test_own_answers_are_listed_newest_first_and_are_nobody_elses() -> None:
    project = crowd.opened(pictures=3, redundancy=2)
    ada, bob = crowd.crowd_of(project, 2)
    one, two, three = crowd.tasks_of(project)
    key = uuid.uuid4()
    crowd.answer(project, ada, one, "cat", key=key)
    crowd.answer(project, bob, one, "dog")
    crowd.answer(project, ada, one, "owl", supersedes=key)
    crowd.answer(project, ada, two, crowd.SKIP)
    crowd.answer(project, ada, three, "dog")
    consensus.settle(project, three, actor=bob, ruling="settle", answer=crowd.NOTHING)
    client = client_for(ada)
    page = client.get(f"/api/projects/{project.pk}/desk/mine?limit=3").json()
    rest = client.get(f"/api/projects/{project.pk}/desk/mine?limit=3&cursor={page['next']}").json()
    items = page["items"] + rest["items"]
    assert [item["task"] for item in items] == [three, two, one, one]
    assert [item["decided"] for item in items] == [True, False, False, False]
    assert [item["superseded"] for item in items] == [False, False, False, True]
    assert items[-1]["key"] == str(key)
    assert rest["next"] is None
    assert crowd.NOTHING not in [item["answer"] for item in items]


def test_the_guide_holds_what_the_page_needs() -> None:
    project = crowd.opened(pictures=1, guide_text="Look at the ears.")
    (ada,) = crowd.crowd_of(project, 1)
    guide = client_for(ada).get(f"/api/projects/{project.pk}/desk/guide").json()
    assert guide["guide_text"] == "Look at the ears."
    assert [row["name"] for row in guide["classes"]] == ["cat", "dog", "owl"]
    assert set(guide) == {"guide_text", "guide_version", "pictures", "classes", "show_proposals"}


def disputed(pictures: int = 3, **settings: Any) -> tuple[Project, Any, list[Any]]:
    """Tasks that wait for a reviewer, each with more doubt than the one before; the reviewer's client."""
    project = crowd.opened(pictures=pictures, holdout=pictures, redundancy=3, **settings)
    people = crowd.crowd_of(project, 3, name=f"person of {project.pk} ")
    splits = [("cat", "cat", "dog"), ("cat", "dog", "owl"), ("dog", "dog", crowd.CANNOT_TELL)]
    for number, task in enumerate(crowd.tasks_of(project)):
        for person, said in zip(people, splits[number % 3], strict=True):
            crowd.answer(project, person, task, said)
    make_member(project, reviewer := make_user(f"reviewer of {project.pk}"), Member.Role.REVIEWER)
    return project, client_for(reviewer), people


def test_review_shows_the_least_certain_first_without_names() -> None:
    project, client, people = disputed()
    page = client.get(f"/api/projects/{project.pk}/review?limit=2").json()
    rest = client.get(f"/api/projects/{project.pk}/review?limit=2&cursor={page['next']}").json()
    items = page["items"] + rest["items"]
    assert [item["confidence"] for item in items] == sorted(item["confidence"] for item in items)
    assert sorted(item["task"] for item in items) == sorted(crowd.tasks_of(project))
    assert len(items[0]["votes"]) == 3
    assert set(items[0]["votes"][0]) == {"answer", "surplus", "proposed", "asking"}
    assert items[0]["distribution"][0]["p"] >= items[0]["distribution"][-1]["p"]
    assert "person" not in json.dumps(items)
    assert client.get(f"/api/projects/{project.pk}/review?state=set_aside").json()["items"] == []
    assert client.get(f"/api/projects/{project.pk}/review?state=open").status_code == 400
    assert client.get(f"/api/projects/{project.pk}/review?cursor=nonsense").status_code == 400
    assert client_for(people[0]).get(f"/api/projects/{project.pk}/review").status_code == 403


def test_ruling_over_http() -> None:
    project, client, people = disputed()
    one, two, _ = crowd.tasks_of(project)
    url = f"/api/projects/{project.pk}/review"
    reply = client.post(f"{url}/{one}", {"ruling": "settle", "answer": crowd.choice(project, "owl")}, format="json")
    assert (reply.status_code, reply.json()["ruling"]) == (200, "settle")
    sent_back = client.post(f"{url}/{two}", {"ruling": "send_back", "note": "ears"}, format="json")
    assert sent_back.status_code == 200
    assert len(client.get(url).json()["items"]) == 1
    assert client_for(people[0]).post(f"{url}/{two}", {"ruling": "set_aside"}, format="json").status_code == 403
    bad: list[tuple[Any, int]] = [
        ({"ruling": "guess"}, 422),
        ({}, 422),
        ({"ruling": "settle"}, 422),
        ({"ruling": "settle", "answer": {"choice": [10**9]}}, 422),
        ({"ruling": "settle", "answer": {"nothing": True}, "actor": 1}, 422),
        ({"ruling": True}, 422),
    ]
    for body, status in bad:
        assert client.post(f"{url}/{two}", body, format="json").status_code == status
    assert client.post(f"{url}/{10**9}", {"ruling": "set_aside"}, format="json").status_code == 404
    assert Decision.objects.count() == 2


@pytest.mark.parametrize("path", ["desk/mine", "desk/guide", "review"])
def test_queries_of_the_lists_do_not_grow_with_their_rows(path: str) -> None:
    numbers = []
    for pictures in (2, 12):
        project, client, people = disputed(pictures=pictures, name=str(pictures))
        reader = client if path == "review" else client_for(people[0])
        with CaptureQueriesContext(connection) as made:
            reply = reader.get(f"/api/projects/{project.pk}/{path}?limit=200")
        assert reply.status_code == 200
        assert path == "desk/guide" or len(reply.json()["items"]) == pictures
        numbers.append(len(made))
    assert numbers[0] == numbers[1]


def test_a_page_that_belongs_to_somebody_else_is_refused_whole() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    ada, bob = crowd.crowd_of(project, 2)
    client = client_for(ada)
    vote = ballot(crowd.tasks_of(project)[0], crowd.choice(project, "cat"))
    path = f"/api/projects/{project.pk}/desk"
    reply = client.post(path, {"votes": [vote], "take": 1}, format="json", HTTP_X_FOVEA_USER=str(bob.pk))
    assert (reply.status_code, reply.json()["code"]) == (409, "other_user")
    assert not Vote.objects.exists()
    reply = client.post(path, {"votes": [vote]}, format="json", HTTP_X_FOVEA_USER=str(ada.pk))
    assert reply.json()["results"][0]["status"] == "stored"
