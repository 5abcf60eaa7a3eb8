"""What needs somebody: only what is surely so, and only for whoever may do something about it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.consensus.models import Standing
from annotate.labeling.models import Seat
from annotate.projects.models import Project
from tests.make import client_for, make_member, make_project, make_user
from tests.training.cast import ready_version
from training.models import Run
from training.selectors.attention import attention

pytestmark = pytest.mark.django_db


def stand(project: Project, name: str, *, agreed: int, compared: int, **seat: Any) -> int:
    """Somebody who agreed so often with what was settled."""
    person = make_user(name)
    row = Seat.objects.create(project=project, user=person, votes=compared, **seat)
    Standing.objects.create(seat=row, agreed=agreed, compared=compared, updated_at=timezone.now())
    return person.pk


def codes(person: Any) -> set[tuple[str, int | None, int]]:
    items = client_for(person).get("/api/attention").json()["items"]
    return {(one["what"], one["subject"], one["count"]) for one in items}


def test_each_role_is_told_what_it_can_do_something_about() -> None:
    project = make_project(counts={"tasks_review": 3, "tasks_set_aside": 1})
    version = ready_version(project)
    people = {role: make_user(role) for role in ("admin", "reviewer", "researcher", "annotator")}
    for role, person in people.items():
        make_member(project, person, role)
    failed = Run.objects.create(project=project, version=version, state=Run.State.FAILED, name="tiny")
    low = stand(project, "low", agreed=8, compared=40)
    stand(project, "unsure", agreed=13, compared=21)  # 62 %, but the interval reaches above
    stand(project, "few", agreed=0, compared=10)
    stand(project, "dealt with", agreed=0, compared=40, paused_at=timezone.now())
    review, run, person = ("review", None, 4), ("failed_run", failed.pk, 0), ("low_agreement", low, 40)
    assert codes(people["admin"]) == {review, run, person}
    assert codes(people["reviewer"]) == {review}
    assert codes(people["researcher"]) == {run}
    assert codes(people["annotator"]) == codes(make_user("stranger")) == set()
    Run.objects.create(project=project, version=version, state=Run.State.QUEUED)
    assert codes(people["researcher"]) == set(), "a newer run has taken its place"


def test_the_cost_does_not_follow_the_number_of_projects() -> None:
    ada, made = make_user(), []
    for number in range(3):
        project = make_project(name=str(number), counts={"tasks_review": 1}, admin=ada)
        Run.objects.create(project=project, version=ready_version(project), state=Run.State.FAILED)
        stand(project, f"low{number}", agreed=1, compared=40)
        with CaptureQueriesContext(connection) as queries:
            assert len(attention(ada)) == 3 * (number + 1)
        made.append(len(queries))
    assert made == [3, 3, 3]
