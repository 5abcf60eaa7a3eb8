"""The first page: where to go on, over all projects, without taking anything."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.consensus.models import Standing
from annotate.desk import home as desk
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.labeling.models import Lease, Seat, Task
from annotate.projects.models import Member, Project
from tests import crowd
from tests.make import client_for, make_image, make_member, make_project, make_user, make_volunteer

pytestmark = pytest.mark.django_db


def home(person: Any) -> dict[str, Any]:
    reply = client_for(person).get("/api/home")
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


def next_image(person: Any) -> int | None:
    after = home(person)["next"]
    return after and after["picture"]["id"]


def images_in_order(project: Project) -> list[int]:
    return list(Task.objects.filter(project=project).order_by("rank", "id").values_list("image_id", flat=True))


def test_it_shows_the_picture_that_a_take_brings_and_takes_nothing() -> None:
    project = crowd.opened(pictures=4, redundancy=2)
    ada, bob = crowd.crowd_of(project, 2)
    for place in range(3):
        expected = next_image(ada)
        assert (Lease.objects.count(), Seat.objects.filter(user=ada).count()) == (0, min(place, 1))
        (task,) = crowd.take(project, ada)
        assert Task.objects.get(pk=task).image_id == expected == images_in_order(project)[place]
        assert next_image(ada) == expected, "what one holds comes first"
        crowd.answer(project, ada, task, "cat")
    assert next_image(bob) == images_in_order(project)[0]
    (last,) = crowd.take(project, ada)
    crowd.answer(project, ada, last, "cat")
    assert home(ada)["next"] is None and home(bob)["next"] is not None
    assert home(ada)["days"][-1]["answers"] == 4


def test_a_task_that_offers_room_again_behind_ones_back_is_seen() -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    ada, bob = crowd.crowd_of(project, 2)
    first, second = (Task.objects.get(image_id=image).pk for image in images_in_order(project))
    assert crowd.take(project, bob) == [first]
    (task,) = crowd.take(project, ada)
    crowd.answer(project, ada, task, "cat")
    assert task == second and home(ada)["next"] is None
    labeling.release(project, user_id=bob.pk, task_ids=[first])
    assert next_image(ada) == Task.objects.get(pk=first).image_id


def test_the_order_that_a_model_has_changed_begins_anew() -> None:
    project = crowd.opened(pictures=3, redundancy=2)
    (ada,) = crowd.crowd_of(project, 1)
    first, second, third = (Task.objects.get(image_id=image) for image in images_in_order(project))
    for task in (first, second):
        crowd.take(project, ada)
        crowd.answer(project, ada, task.pk, "cat")
    labeling.set_ranks(project, {third.image_id: 0.9, first.image_id: 0.1, second.image_id: 0.2}, chosen_by="entropy")
    assert next_image(ada) == third.image_id


def test_it_goes_on_where_one_worked_last_and_skips_what_is_paused_or_not_ready() -> None:
    one, two = crowd.opened(pictures=2, name="one"), crowd.opened(pictures=2, name="two")
    make_member(one, ada := make_user())
    make_member(two, ada)
    crowd.take(two, ada, 0)
    crowd.take(one, ada, 0)
    found = home(ada)
    assert found["next"]["name"] == "one" and [queue["name"] for queue in found["queues"]] == ["one", "two"]
    Seat.objects.filter(project=one).update(paused_at=timezone.now(), paused_code=Seat.Pause.BY_HAND)
    found = home(ada)
    assert found["next"]["name"] == "two" and [queue["paused"] for queue in found["queues"]] == [True, False]
    Image.objects.filter(project=two).update(state=Image.State.DELETED)
    assert home(ada)["next"] is None
    assert client_for().get("/api/home").json()["code"] == "not_signed_in"


def test_a_volunteer_goes_on_without_seeing_what_was_not_asked() -> None:
    project = crowd.opened(pictures=2)
    vera = make_volunteer(project).user
    after = home(vera)["next"]
    assert after["project"] == project.pk and after["picture"] is None
    (task,) = crowd.take(project, vera)
    assert next_image(vera) == Task.objects.get(pk=task).image_id


def test_days_are_those_of_all_projects_together() -> None:
    projects = [crowd.opened(pictures=2, name=name) for name in ("one", "two")]
    ada, now = make_user(), timezone.now()
    yesterday, today = (str((now - timedelta(days=back)).date()) for back in (1, 0))
    for project in projects:
        make_member(project, ada)
        (task,) = crowd.take(project, ada)
        crowd.answer(project, ada, task, "cat")
        days = {yesterday: 3, today: 99, "2020-01-01": 7}
        Standing.objects.create(seat=Seat.objects.get(project=project), days=days, updated_at=now)
    days = home(ada)["days"]
    assert len(days) == 14 and sum(day["answers"] for day in days) == 8
    assert days[-2:] == [{"day": yesterday, "answers": 6}, {"day": today, "answers": 2}]


def test_the_cost_follows_neither_projects_nor_answers() -> None:
    made, ada = [], make_user()
    for number, pictures in enumerate((2, 5, 7)):
        project = crowd.opened(pictures=pictures, redundancy=2, name=str(number))
        make_member(project, ada)
        for task in crowd.tasks_of(project)[1:]:
            crowd.answer(project, ada, task, "cat")
        with CaptureQueriesContext(connection) as queries:
            assert desk.home(ada)["next"] is not None
        made.append(len(queries))
    assert made == [4, 4, 4]


def test_who_has_no_project_has_no_queue() -> None:
    make_image(make_project())
    grace = make_user("grace")
    found = home(grace)
    assert (found["next"], found["queues"]) == (None, []) and len(found["days"]) == 14
    assert Member.objects.count() == 0
