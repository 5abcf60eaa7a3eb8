"""Guided practice: which pictures, what is told when, and that nothing of it is a vote."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from annotate.consensus import services as consensus
from annotate.consensus.models import Consensus
from annotate.desk import practice
from annotate.desk.models import Practice
from annotate.ingest.models import Image
from annotate.kinds import KINDS
from annotate.labeling import services as labeling
from annotate.labeling.models import GoldAnswer, Task, Vote
from annotate.projects.models import Member, Project
from tests import crowd
from tests.annotate.labeling.test_gold import known_and_open, work_off
from tests.make import client_for, make_member, make_user, make_volunteer

pytestmark = pytest.mark.django_db


def known_project(
    gold: int = 3, settled: int = 0, *, pictures: int | None = None, **settings: Any
) -> tuple[Project, Member]:
    """A project with so many pictures known by gold (cats) and by rulings (dogs), and its reviewer."""
    project = crowd.opened(pictures=pictures or gold + settled, **settings)
    reviewer = make_member(project, make_user(f"reviewer {project.pk}"), Member.Role.REVIEWER)
    tasks = iter(crowd.tasks_of(project))
    for number, ruling, said in ((gold, "gold", "cat"), (settled, "settle", "dog")):
        rule(project, reviewer, tasks, number, ruling=ruling, said=said)
    return project, reviewer


def rule(project: Project, reviewer: Member, tasks: Iterator[int], number: int, *, ruling: str, said: str) -> None:
    for _ in range(number):
        answer = crowd.choice(project, said)
        consensus.settle(project, next(tasks), actor=reviewer.user, ruling=ruling, answer=answer)


def begun(project: Project, person: Member, seed: int = 1) -> Practice:
    return practice.begin(project, person.user, seed=seed)


def say(client: APIClient, project: Project, one: int, place: int, answer: Any) -> Any:
    body = {"practice": one, "place": place, "answer": answer}
    return client.post(f"/api/projects/{project.pk}/desk/practice/answer", body, format="json")


def test_the_known_answer_is_told_after_ones_own_and_the_first_is_what_counts() -> None:
    project, _ = known_project(3)
    client = client_for(make_volunteer(project).user)
    cat, owl = crowd.choice(project, "cat"), crowd.choice(project, "owl")
    url = f"/api/projects/{project.pk}/desk/practice"
    made = client.post(url)
    assert made.status_code == 201 and set(made.json()) == {"id", "kind", "pictures"}
    one, pictures = made.json()["id"], made.json()["pictures"]
    assert len(pictures) == 3 and set(pictures[0]) == {"id", "width", "height", "thumb", "display"}
    assert all(client.get(picture["display"]).status_code == 200 for picture in pictures)
    missed = say(client, project, one, 0, owl).json()
    assert (missed["right"], missed["known"], missed["overlap"]) == (False, cat, 0.0)
    again = say(client, project, one, 0, cat).json()
    assert again["right"] is True and again["score"] == {"right": 0, "of": 3, "finished_at": None}
    assert say(client, project, one, 1, {"pass": "cannot_tell"}).json()["right"] is False
    last = say(client, project, one, 2, cat).json()
    assert (last["score"]["right"], last["score"]["of"]) == (1, 3) and last["score"]["finished_at"]
    assert client.get(url).json()["last"]["right"] == 1
    assert not Vote.objects.exists() and Consensus.objects.filter(votes__gt=0).count() == 0
    assert practice.practised_on(Practice.objects.get().user_id, crowd.tasks_of(project)) == set(
        crowd.tasks_of(project)
    )


def test_a_practice_is_its_owners_and_its_answers_are_checked() -> None:
    project, _ = known_project(3)
    vera, walt = (make_volunteer(project, name) for name in ("Vera", "Walt"))
    one, client = begun(project, vera).pk, client_for(vera.user)
    cat = crowd.choice(project, "cat")
    assert say(client_for(walt.user), project, one, 0, cat).json()["code"] == "no_such_practice"
    for place, status in ((3, 404), (-1, 422), (True, 422)):
        assert say(client, project, one, place, cat).status_code == status
    for bad in ({}, {"choice": [10**9]}, {"boxes": []}, {"choice": [cat["choice"][0]], "gold": True}):
        assert say(client, project, one, 0, bad).json()["code"] == "bad_answer"
    assert Practice.objects.get(pk=one).marks == [None, None, None]
    image = Task.objects.get(pk=Practice.objects.get(pk=one).tasks[0]).image_id
    picture = f"/api/projects/{project.pk}/images/{image}/picture/display"
    assert client_for(vera.user).get(picture).status_code == 200
    assert client_for(walt.user).get(picture).status_code == 404


def test_rulings_come_first_then_gold_never_the_holdout_nor_what_left_the_queue() -> None:
    project, reviewer = known_project(6, 9, pictures=20, holdout=2)
    held, gone = crowd.tasks_of(project)[:2], crowd.tasks_of(project)[2]
    assert Task.objects.filter(holdout=True).count() == 2
    Image.objects.filter(tasks=gone).update(state=Image.State.EXAMPLE)
    vera = make_volunteer(project)
    drawn = begun(project, vera).tasks
    gold = set(Task.objects.exclude(gold=None).values_list("pk", flat=True)) - {*held, gone}
    assert len(drawn) == len(set(drawn)) == 10 and len(gold) == 3 and len(gold & set(drawn)) == 1
    assert not {*held, gone} & set(drawn)
    consensus.ask_again(project, drawn[0], actor=reviewer.user)
    reply = practice.answer(project, vera.user, practice_id=Practice.objects.get().pk, place=0, said={"nothing": True})
    assert reply.right is None and reply.known is None
    assert practice.score(reply.practice) == {"right": 0, "of": 9}


def test_another_practice_shows_other_pictures_and_every_class() -> None:
    project, _ = known_project(12, 12)
    vera = make_volunteer(project)
    first, second = set(begun(project, vera, 1).tasks), set(begun(project, vera, 2).tasks)
    assert len(first) == len(second) == 10 and len(first & second) <= 8
    gold = set(Task.objects.exclude(gold=None).values_list("pk", flat=True))
    assert not (first | second) & gold and len(second - first) == 2
    walt, wilma = (make_volunteer(project, name) for name in ("Walt", "Wilma"))
    assert begun(project, walt, 3).tasks == begun(project, wilma, 3).tasks


def test_boxes_are_right_when_they_lie_where_they_should() -> None:
    project = crowd.box_project(pictures=3)
    reviewer = make_member(project, make_user("rita"), Member.Role.REVIEWER)
    truth = crowd.boxes(project, ("cat", 2, 2, 20, 20), ("dog", 22, 4, 30, 20))
    for task in crowd.tasks_of(project):
        consensus.settle(project, task, actor=reviewer.user, ruling="gold", answer=truth)
    vera = make_volunteer(project)
    one, client = begun(project, vera).pk, client_for(vera.user)
    near = crowd.boxes(project, ("cat", 3, 2, 20, 20), ("dog", 22, 4, 29, 20))
    far = crowd.boxes(project, ("cat", 2, 2, 20, 20))
    found = [say(client, project, one, place, said).json() for place, said in enumerate((near, far, {"nothing": True}))]
    kind = KINDS[project.kind]
    assert [reply["right"] for reply in found] == [kind.likeness(said, truth)[1] for said in (near, far, crowd.NOTHING)]
    assert [reply["right"] for reply in found] == [True, False, False]
    assert found[0]["overlap"] == pytest.approx((17 / 18 + 7 / 8) / 2) and found[1]["overlap"] == 0.5
    assert say(client, project, one, 0, crowd.boxes(project, ("cat", 0, 0, 99, 9))).json()["code"] == "outside_picture"


def test_with_too_few_known_pictures_there_is_nothing_to_practise_and_nothing_is_held_back() -> None:
    project, _ = known_project(2, pictures=4, practice_required=True)
    vera = make_volunteer(project)
    client, url = client_for(vera.user), f"/api/projects/{project.pk}/desk"
    found = client.get(f"{url}/practice").json()
    assert found == {"known": 2, "enough": False, "offered": False, "required": False, "last": None}
    assert client.post(f"{url}/practice").json()["code"] == "nothing_to_practise"
    assert len(client.post(url, {"take": 1}, format="json").json()["tasks"]) == 1


def test_where_it_is_required_newcomers_practise_first_and_all_others_do_not() -> None:
    project, reviewer = known_project(3, pictures=8, practice_required=True)
    vera, old = make_volunteer(project), make_member(project, make_user("old"))
    (task,) = [task for task in crowd.tasks_of(project) if Task.objects.get(pk=task).state == "open"][:1]
    crowd.answer(project, old.user, task, "cat")
    client, url = client_for(vera.user), f"/api/projects/{project.pk}/desk"
    held = client.post(url, {"take": 5}, format="json").json()
    assert (held["tasks"], held["reason"]) == ([], "practice")
    assert client.get(f"{url}/practice").json()["required"] is True
    for other in (old, reviewer):
        assert client_for(other.user).post(url, {"take": 1}, format="json").json()["tasks"]
    one = begun(project, vera)
    for place in range(3):
        say(client, project, one.pk, place, crowd.choice(project, "owl"))
    assert client.post(url, {"take": 1}, format="json").json()["tasks"]
    assert client.get(f"{url}/practice").json()["required"] is False


def test_it_is_offered_to_a_volunteer_once_ten_are_known() -> None:
    project, _ = known_project(10, pictures=11)
    vera, ada = make_volunteer(project), make_member(project, make_user("ada"))
    assert practice.state(vera)["offered"] is True and practice.state(ada)["offered"] is False
    Practice.objects.create(project=project, user=vera.user, tasks=[], marks=[], finished_at="2026-01-01T00:00Z")
    assert practice.state(vera)["offered"] is False


def test_a_draw_costs_the_same_however_many_are_known() -> None:
    made = []
    for number in (4, 24):
        project, _ = known_project(number, name=str(number))
        vera = make_volunteer(project)
        with CaptureQueriesContext(connection) as queries:
            begun(project, vera)
        made.append(len(queries))
    assert made[0] >= made[1]


def test_a_volunteer_holds_no_more_than_two_windows_and_gets_the_own_ones_again() -> None:
    project = crowd.opened(pictures=60)
    client = client_for(make_volunteer(project).user)
    url = f"/api/projects/{project.pk}/desk"
    taken = [client.post(url, {"take": want}, format="json").json()["tasks"] for want in (12, 50, 12)]
    assert [len(tasks) for tasks in taken] == [12, 12, 12]
    ids = [{task["id"] for task in tasks} for tasks in taken]
    assert not ids[0] & ids[1] and ids[2] <= ids[0] | ids[1]
    assert labeling.leases_held(Member.objects.get(role="volunteer").user_id) == 24
    ada = make_member(project, make_user("ada"))
    assert len(client_for(ada.user).post(url, {"take": 50}, format="json").json()["tasks"]) > 12


def test_what_was_practised_on_is_not_asked_blind_of_the_same_person() -> None:
    project, _, known = known_and_open(known=14, pictures=60, redundancy=2)
    vera, walt = (make_volunteer(project, name) for name in ("Vera", "Walt"))
    told = set(begun(project, vera).tasks)
    assert len(told) == practice.LEAST and told <= set(known)
    asked = set(work_off(project, vera.user)) & set(known)
    assert asked and not asked & told
    assert set(work_off(project, walt.user)) & told


def test_what_people_all_agreed_on_comes_before_gold_and_the_blind_gold_keeps_enough() -> None:
    project, _, gold = known_and_open(known=30, pictures=8, redundancy=2, votes_cap=3, accept_confidence=0.6)
    ada, bob, cem = crowd.crowd_of(project, 3)
    *alike, split = Task.objects.filter(state="open").values_list("pk", flat=True)[:5]
    for task in (*alike, split):
        for person, said in ((ada, "cat"), (bob, "dog" if task == split else "cat"), (cem, "cat")):
            if Task.objects.get(pk=task).state == "open":
                crowd.answer(project, person, task, said)
    consensus.count(project)
    assert Task.objects.get(pk=split).state == "closed"
    people = [make_volunteer(project, f"Vera {number}") for number in range(6)]
    told = [set(begun(project, person, seed).tasks) for seed, person in enumerate(people * 2)]
    assert all(set(alike) <= one and len(one) == 10 and split not in one for one in told)
    assert len(set.union(*told) & set(gold)) == len(gold) // practice.GOLD_PART
    vera = client_for(people[0].user)
    one = Practice.objects.filter(user=people[0].user).latest("pk")
    place = one.tasks.index(alike[0])
    assert say(vera, project, one.pk, place, crowd.choice(project, "cat")).json()["right"] is True
    # Where nothing is asked blind there is nothing to spare.
    Project.objects.filter(pk=project.pk).update(gold_share=0)
    project.refresh_from_db()
    assert len(set.union(*(set(begun(project, people[0], seed).tasks) for seed in range(4))) & set(gold)) > 6


def test_there_is_an_end_to_practising_in_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(practice, "MOST_A_DAY", 2)
    project, _ = known_project(3)
    client = client_for(make_volunteer(project).user)
    url = f"/api/projects/{project.pk}/desk/practice"
    assert [client.post(url).status_code for _ in range(3)] == [201, 201, 429]


def test_what_was_told_in_practice_is_judged_no_more() -> None:
    project, _, known = known_and_open(known=10, pictures=1)
    (ada,) = crowd.crowd_of(project, 1)
    for task in known:
        crowd.hold(project, ada, task)
        assert crowd.answer(project, ada, task, "dog").status == "stored"
    before = GoldAnswer.objects.filter(user=ada, right=False).count()
    assert before == len(known)
    practice.begin(project, ada, seed=1)
    told = practice.practised_on(ada.pk, known)
    for task in told:
        vote = Vote.objects.get(task_id=task, user=ada, superseded=False)
        outcome = crowd.answer(project, ada, task, "cat", supersedes=vote.key)
        assert outcome.status == "refused"
    assert told
    assert GoldAnswer.objects.filter(user=ada, right=False).count() == before


def test_whether_an_answer_was_told_is_asked_of_the_one_task() -> None:
    project, _, known = known_and_open(known=10, pictures=1)
    ada, bob = crowd.crowd_of(project, 2)
    practice.begin(project, ada, seed=1)
    (task, *_) = sorted(practice.practised_on(ada.pk, known))
    assert practice.practised_on(ada.pk, [task]) == {task} and practice.practised_on(bob.pk, known) == set()
    for person in (ada, bob):
        crowd.hold(project, person, task)
        with CaptureQueriesContext(connection) as made:
            assert crowd.answer(project, person, task, "cat").status == "stored"
        asked = [one["sql"] for one in made if "desk_" in one["sql"]]
        assert len(asked) == 1 and f"IN ({task})" in asked[0] and "desk_practice" not in asked[0]
    assert list(GoldAnswer.objects.values_list("user_id", flat=True)) == [bob.pk]
