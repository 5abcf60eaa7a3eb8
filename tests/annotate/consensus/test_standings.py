"""How people do: speed, agreement with what was settled, confusion, volume, the worst answers; and pausing them."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from annotate.consensus import services as consensus
from annotate.consensus.models import Standing
from annotate.core.intervals import wilson
from annotate.labeling.models import GoldAnswer, Seat, Task, Vote
from annotate.projects.models import Project
from tests import crowd
from tests.make import client_for, make_member, make_user, make_volunteer

pytestmark = pytest.mark.django_db


def voted(*, pictures: int = 6, **settings: Any) -> tuple[Project, list[Any], Any]:
    """Three people agree on cats, but for the third, who calls every other one a dog; the reviewer's client."""
    project = crowd.opened(pictures=pictures, redundancy=3, accept_confidence=0.5, **settings)
    people = crowd.crowd_of(project, 3, name=f"person of {project.pk} ")
    for place, task in enumerate(crowd.tasks_of(project)):
        for number, person in enumerate(people):
            said = "dog" if number == 2 and place % 2 else "cat"
            crowd.answer(project, person, task, said, took_ms=1000 * (number + 1) + place)
    make_member(project, reviewer := make_user(f"reviewer of {project.pk}"), "reviewer")
    return project, people, client_for(reviewer)


def of(client: Any, project: Project, user: Any = None) -> Any:
    path = f"/api/projects/{project.pk}/people" + (f"/{user.pk}" if user else "")
    return client.get(path).json()


def test_people_with_their_speed_agreement_and_volume() -> None:
    project, people, client = voted()
    before = of(client, project)["items"]
    assert [row["counted_at"] for row in before] == [None] * 3
    assert before[0]["agreement"] == {"hits": 0, "count": 0, "value": None, "low": 0.0, "high": 1.0}
    assert consensus.follow_people() == 3
    rows = {row["user_id"]: row for row in of(client, project)["items"]}
    assert [rows[one.pk]["votes"] for one in people] == [6, 6, 6]
    assert [rows[one.pk]["median_ms"] for one in people] == [1002, 2002, 3002]
    told = [(rows[one.pk]["agreement"]["hits"], rows[one.pk]["agreement"]["count"]) for one in people]
    assert told == [(6, 6), (6, 6), (3, 6)]
    share = wilson(3, 6)
    assert rows[people[2].pk]["agreement"]["low"] == pytest.approx(share.low)
    page = of(client, project, people[2])
    cat, dog = (str(crowd.choice(project, name)["choice"][0]) for name in ("cat", "dog"))
    assert page["confusion"] == [
        {"settled": cat, "said": cat, "count": 3}, {"settled": cat, "said": dog, "count": 3},
    ]  # fmt: skip
    assert len(page["days"]) == 90 and page["days"][-1]["answers"] == 6
    assert [one["likeness"] for one in page["worst"]] == [0.0] * 3
    assert {one["image"] for one in page["worst"]} == set(
        Task.objects.filter(pk__in=crowd.tasks_of(project)[1::2]).values_list("image_id", flat=True)
    )
    assert page["worst"][0]["answer"] == crowd.choice(project, "dog")
    assert page["worst"][0]["settled"] == crowd.choice(project, "cat")


def test_ones_own_word_is_nothing_to_agree_with_and_a_ruling_is() -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    (ada,) = crowd.crowd_of(project, 1)
    make_member(project, reviewer := make_user("reviewer"), "reviewer")
    first, second = crowd.tasks_of(project)
    for task in (first, second):
        crowd.answer(project, ada, task, "cat")
    consensus.follow_people()
    assert Standing.objects.get().compared == 0
    consensus.settle(project, first, actor=reviewer, ruling="settle", answer=crowd.choice(project, "owl"))
    consensus.count(project)
    assert consensus.follow_people() == 0  # not again so soon
    Standing.objects.update(updated_at=timezone.now() - timedelta(minutes=5))
    assert consensus.follow_people() == 1
    row = Standing.objects.get()
    assert (row.compared, row.agreed, [vote for vote, _ in row.worst]) == (
        1, 0, [Vote.objects.get(task_id=first).pk],
    )  # fmt: skip
    Standing.objects.update(updated_at=timezone.now() - timedelta(minutes=5))
    assert consensus.follow_people() == 0  # nothing has happened since
    # A changed answer is no second one, and a skip none at all.
    vote = Vote.objects.get(task_id=second)
    crowd.answer(project, ada, second, "dog", supersedes=vote.key)
    assert consensus.follow_people() == 1
    assert sum(Standing.objects.get().days.values()) == 2


def test_a_changed_answer_is_one_answer_of_its_day() -> None:
    project = crowd.opened(pictures=3, redundancy=3)
    (ada,) = crowd.crowd_of(project, 1)
    kept, changed, skipped = crowd.tasks_of(project)
    crowd.answer(project, ada, kept, "cat")
    for said in ("cat", "dog", crowd.SKIP, "owl"):
        before = Vote.objects.filter(task_id=changed, superseded=False).values_list("key", flat=True).first()
        assert crowd.answer(project, ada, changed, said, supersedes=before).status == "stored"
    crowd.answer(project, ada, skipped, crowd.SKIP)
    for new in ("cat", "dog"):  # also where the change is seen by a later look than the answer
        consensus.follow_people()
        assert sum(Standing.objects.get().days.values()) == Seat.objects.get(user=ada).votes == 2
        key = Vote.objects.get(task_id=kept, superseded=False).key
        crowd.answer(project, ada, kept, new, supersedes=key)
        consensus.count(project)
        Standing.objects.update(updated_at=timezone.now() - timedelta(minutes=5))


def test_answers_to_known_questions_are_counted_apart() -> None:
    project, _, client = voted()
    task = crowd.tasks_of(project)[0]
    reviewer = make_user("another reviewer")
    make_member(project, reviewer, "reviewer")
    newcomer = crowd.crowd_of(project, 1, name="newcomer")[0]
    consensus.mark_gold(project, task, actor=reviewer, gold=True)
    crowd.hold(project, newcomer, task)
    crowd.answer(project, newcomer, task, "owl")
    consensus.follow_people()
    row = of(client, project, newcomer)
    assert (row["agreement"]["count"], row["gold"]["hits"], row["gold"]["count"]) == (0, 0, 1)
    assert row["gold"]["high"] == pytest.approx(wilson(0, 1).high)
    assert row["worst"] == []


def test_boxes_agree_by_what_they_share() -> None:
    project = crowd.box_project(pictures=1, redundancy=2, accept_confidence=0.5)
    people = crowd.crowd_of(project, 2)
    (task,) = crowd.tasks_of(project)
    make_member(project, reviewer := make_user("reviewer"), "reviewer")
    drawn = [("cat", 0, 0, 10, 10), ("dog", 20, 10, 30, 20)]
    for person, said in zip(people, (drawn, drawn[:1]), strict=True):
        crowd.answer(project, person, task, crowd.boxes(project, *said))
    consensus.settle(project, task, actor=reviewer, ruling="settle", answer=crowd.boxes(project, *drawn))
    consensus.follow_people()
    good, poor = (of(client_for(reviewer), project, person) for person in people)
    assert (good["agreement"]["hits"], poor["agreement"]["hits"], poor["agreement"]["count"]) == (1, 0, 1)
    assert poor["worst"][0]["likeness"] == pytest.approx(2 / 3, abs=1e-3)
    assert poor["confusion"] == []


def test_an_archived_class_is_held_against_nobody() -> None:
    project = crowd.opened(pictures=3, redundancy=3, accept_confidence=0.5)
    people = crowd.crowd_of(project, 3)
    for task, odd in zip(crowd.tasks_of(project), ("dog", "owl", "cat"), strict=True):
        for person, said in zip(people, ("cat", "cat", odd), strict=True):
            crowd.answer(project, person, task, said)
    boxed = crowd.box_project(pictures=1, redundancy=2, accept_confidence=0.5, name="boxed")
    make_member(boxed, ada := make_user("ada"))
    make_member(boxed, reviewer := make_user("reviewer"), "reviewer")
    (task,) = crowd.tasks_of(boxed)
    crowd.answer(boxed, ada, task, crowd.boxes(boxed, ("cat", 0, 0, 10, 10), ("dog", 20, 10, 30, 20)))
    consensus.settle(boxed, task, actor=reviewer, ruling="settle", answer=crowd.boxes(boxed, ("cat", 0, 0, 10, 10)))
    found = []
    for _ in range(2):
        consensus.follow_people()
        rows = Standing.objects.order_by("seat_id").values_list("compared", "agreed")
        found.append([*rows.filter(seat__user__in=(people[2], ada)), len(Standing.objects.get(seat__user=ada).worst)])
        for one in (project, boxed):
            crowd.archive(one, "dog")
        Standing.objects.update(updated_at=timezone.now() - timedelta(minutes=5), mark="")
    assert found == [[(3, 1), (1, 0), 1], [(2, 1), (1, 1), 0]]


def test_the_cost_does_not_grow_with_people_or_answers() -> None:
    numbers = []
    for pictures in (2, 8):
        project, people, client = voted(pictures=pictures, name=str(pictures))
        for extra in crowd.crowd_of(project, pictures, name=f"more of {project.pk} "):
            crowd.answer(project, extra, crowd.tasks_of(project)[0], "owl")
        consensus.follow_people(limit=100)
        cost = []
        for user in (None, people[2]):
            with CaptureQueriesContext(connection) as made:
                assert of(client, project, user)
            cost.append(len(made))
        numbers.append(cost)
    assert numbers[0] == numbers[1]


def test_pages_of_people_begin_with_the_busiest() -> None:
    project, people, client = voted(pictures=2)
    Seat.objects.filter(user=people[1]).update(votes=50)
    first = client.get(f"/api/projects/{project.pk}/people?limit=1").json()
    rest = client.get(f"/api/projects/{project.pk}/people?limit=5&cursor={first['next']}").json()
    assert [row["user_id"] for row in first["items"] + rest["items"]] == [people[1].pk, people[0].pk, people[2].pk]


def test_the_name_of_a_volunteer_is_for_admins() -> None:
    project, _, reviewer = voted(pictures=2)
    vera = make_volunteer(project).user
    crowd.answer(project, vera, crowd.tasks_of(project)[0], "cat")
    make_member(project, admin := make_user("the admin"), "admin")
    for client, name in ((reviewer, vera.username), (client_for(admin), vera.name)):
        assert {row["user_id"]: row["name"] for row in of(client, project)["items"]}[vera.pk] == name
        assert of(client, project, vera)["name"] == name


def test_pausing_and_resuming_over_http() -> None:
    project, people, client = voted(pictures=2)
    url = f"/api/projects/{project.pk}/people/{people[0].pk}/pause"
    assert client_for(people[1]).post(url, {}, format="json").status_code == 403
    assert client.delete(url).json()["code"] == "not_paused"
    paused = client.post(url, {"note": "a word first"}, format="json").json()
    assert (paused["pause"]["code"], paused["pause"]["note"]) == ("by_hand", "a word first")
    assert client.post(url, {}, format="json").json()["code"] == "paused_already"
    assert client.post(url, {"note": 7}, format="json").status_code == 422
    assert client.delete(url).json()["pause"] is None
    nobody = client.post(f"/api/projects/{project.pk}/people/{make_user('stranger').pk}/pause", {}, format="json")
    assert (nobody.status_code, nobody.json()["code"]) == (404, "unknown_person")
    assert not GoldAnswer.objects.exists()
