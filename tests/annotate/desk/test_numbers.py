"""One's own figures: counted where they are cheap, compared only with what others settled."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.desk import numbers as desk
from annotate.labeling.models import Seat, Vote
from tests import crowd
from tests.make import client_for, make_member, make_user

pytestmark = pytest.mark.django_db


def figures(project: Any, person: Any) -> dict[str, Any]:
    reply = client_for(person).get(f"/api/projects/{project.pk}/desk/numbers")
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


def test_counts_and_pace_are_ones_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "PRESENT", 2)
    project = crowd.opened(pictures=5, redundancy=2)
    ada, bob = crowd.crowd_of(project, 2)
    nothing = figures(project, ada)
    assert (nothing["today"], nothing["in_all"], nothing["pace"], nothing["seconds_left"]) == (0, 0, None, None)
    for task, took in zip(crowd.tasks_of(project), (6000, 6000, 6000, 1000, 1000), strict=True):
        crowd.answer(project, ada, task, "cat", took_ms=took)
    crowd.answer(project, bob, crowd.tasks_of(project)[0], "cat", took_ms=10)
    project.counts = {"tasks_open": 4}
    project.save()
    found = figures(project, ada)
    assert (found["today"], found["in_all"], found["pace"], found["pace_now"]) == (5, 5, 10, 60)
    assert found["seconds_left"] == 24
    Seat.objects.filter(user=ada).update(day=date(2020, 1, 1))
    assert figures(project, ada)["today"] == 0


def test_agreement_is_with_what_was_settled_afterwards_and_not_by_oneself_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(desk, "LEAST_COMPARED", 3)
    project = crowd.opened(pictures=6, redundancy=2, votes_cap=3, accept_confidence=0.6)
    ada, bob, cem = crowd.crowd_of(project, 3)
    one, two, three, four, five, six = crowd.tasks_of(project)
    for task in (one, two):
        crowd.answer(project, ada, task, "cat")
        crowd.answer(project, bob, task, "cat")
    assert figures(project, ada)["agreement"] is None
    crowd.answer(project, ada, three, "dog")
    for person in (bob, cem):
        crowd.answer(project, person, three, "cat")
    crowd.answer(project, ada, four, "cat")  # open
    for person in (bob, cem):
        crowd.answer(project, person, five, "cat")
    late = crowd.answer(project, ada, five, "cat")
    assert late.surplus
    crowd.answer(project, ada, six, crowd.CANNOT_TELL)
    found = figures(project, ada)["agreement"]
    assert found == {"share": pytest.approx(2 / 3), "of": 3}
    assert figures(project, cem)["agreement"] is None
    monkeypatch.setattr(desk, "LEAST_COMPARED", 2)
    crowd.archive(project, "dog")
    assert figures(project, ada)["agreement"] == {"share": 1.0, "of": 2}


def test_an_answer_that_settles_a_picture_alone_agrees_with_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "LEAST_COMPARED", 1)
    project = crowd.opened(pictures=2, redundancy=1)
    (ada,) = crowd.crowd_of(project, 1)
    for task in crowd.tasks_of(project):
        crowd.answer(project, ada, task, "cat")
    assert figures(project, ada)["agreement"] is None


def test_the_cost_does_not_follow_the_number_of_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "USUAL", 3)
    monkeypatch.setattr(desk, "COMPARED", 3)
    made = []
    for pictures in (2, 9):
        project = crowd.opened(pictures=pictures, redundancy=2, name=str(pictures))
        make_member(project, ada := make_user(f"ada{pictures}"))
        for task in crowd.tasks_of(project):
            crowd.answer(project, ada, task, "cat")
        with CaptureQueriesContext(connection) as queries:
            desk.numbers(project, ada.pk)
        made.append(len(queries))
    assert made[0] == made[1] == 3 and Vote.objects.count() == 11
