"""How fast a volunteer may answer, by a clock of the test's own and over the desk's route."""

import uuid
from typing import Any

import pytest

from annotate.core import errors
from annotate.desk import tempo
from annotate.desk.tempo import Tempo
from annotate.desk.tickets import ticket_of
from annotate.labeling.models import Vote
from tests import crowd
from tests.make import client_for, make_member, make_user, make_volunteer


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def wait_of(one: Tempo, person: int, answers: int) -> int:
    with pytest.raises(errors.TooMany) as refused:
        one.spend(person, answers)
    assert refused.value.data["per_minute"] == one.limit
    return refused.value.retry_after


def test_a_minutes_worth_at_once_then_at_that_pace() -> None:
    clock = Clock()
    one = Tempo(120, clock=clock)
    for _ in range(120):
        one.spend(7, 1)
    assert wait_of(one, 7, 1) == 1 and wait_of(one, 7, 20) == 10
    one.spend(8, 120)
    clock.now += 10
    one.spend(7, 20)
    assert wait_of(one, 7, 2) == 1
    clock.now += 3600
    one.spend(7, 120)
    assert wait_of(one, 7, 120) == 60


def test_what_was_answered_without_a_connection_comes_in_and_takes_its_time() -> None:
    clock = Clock()
    one = Tempo(40, clock=clock)
    one.spend(7, 100)
    assert wait_of(one, 7, 1) == 92  # 60 too many, and the one that is asked for
    clock.now += 92
    one.spend(7, 1)


def test_it_remembers_a_bounded_number_of_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempo, "KEPT_PEOPLE", 3)
    one = Tempo(1, clock=Clock())
    for person in range(10):
        one.spend(person, 1)
    assert len(one._left) == 3


@pytest.mark.django_db
def test_the_desk_refuses_a_volunteer_who_answers_faster_than_people_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempo, "VOLUNTEERS", Tempo(2, clock=Clock()))
    project = crowd.opened(pictures=4, redundancy=2)
    url = f"/api/projects/{project.pk}/desk"

    vera = make_volunteer(project).user

    def vote(task: int) -> dict[str, Any]:
        answer = crowd.choice(project, "cat")
        return {"key": str(uuid.uuid4()), "task": task, "lease": ticket_of(vera.pk, task), "answer": answer}

    one, two, three, _ = crowd.tasks_of(project)
    client = client_for(vera)
    kept = client.post(url, {"votes": [vote(one), vote(two)], "take": 1}, format="json")
    assert [result["status"] for result in kept.json()["results"]] == ["stored", "stored"]
    late = vote(three)
    refused = client.post(url, {"votes": [late]}, format="json")
    assert (refused.status_code, refused.json()["code"], refused.headers["Retry-After"]) == (429, "too_fast", "30")
    assert client.post(url, {"take": 1}, format="json").status_code == 200
    assert Vote.objects.count() == 2
    make_member(project, ada := make_user("ada"))
    body = {"votes": [vote(task) for task in (one, two, three)]}
    assert client_for(ada).post(url, body, format="json").status_code == 200
