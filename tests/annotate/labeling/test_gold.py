"""Known questions: blind, never twice, at the rate that was set; judged, with a pause and a way back."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from annotate.accounts.models import User
from annotate.consensus import services as consensus
from annotate.consensus.models import Consensus
from annotate.core import errors
from annotate.core.audit import Audit
from annotate.core.intervals import wilson
from annotate.ingest.models import Image
from annotate.kinds import KINDS
from annotate.labeling import facts
from annotate.labeling import services as labeling
from annotate.labeling.models import GoldAnswer, Lease, Seat, Task, Vote
from annotate.labeling.services import gold, votes
from annotate.projects.models import Project
from tests import crowd
from tests.make import client_for, make_image, make_member, make_user

pytestmark = pytest.mark.django_db
TRUTH = "cat"


def known_and_open(*, known: int, pictures: int, **settings: Any) -> tuple[Project, User, list[int]]:
    """A project with so many known pictures (all cats) and as many others; who marked them, and the known tasks."""
    project = crowd.opened(pictures=known, **{"redundancy": 1, "gold_share": 0.3, "seed": 7, **settings})
    ruler = make_user("ruler")
    make_member(project, ruler, "reviewer")
    tasks = crowd.tasks_of(project)
    answer = crowd.choice(project, TRUTH) if project.kind == "choice" else crowd.boxes(project, (TRUTH, 1, 1, 11, 11))
    for task in tasks:
        consensus.settle(project, task, actor=ruler, ruling="gold", answer=answer)
    for number in range(known, known + pictures):
        make_image(project, number)
    labeling.open_tasks()
    consensus.count(project)
    return project, ruler, tasks


def work_off(project: Project, person: User, *, said: Any = TRUTH, want: int = 5) -> Iterator[int]:
    """Answers everything that the person is handed, task after task."""
    while got := crowd.take(project, person, want):
        for task in got:
            assert crowd.answer(project, person, task, said).status == "stored"
            yield task


def bare(task: dict[str, Any]) -> dict[str, Any]:
    """What a task on the wire looks like without what names it."""
    shape = {key: value for key, value in task.items() if key not in {"id", "lease", "expires_at", "image"}}
    return {**shape, "image": sorted(task["image"])}


def test_on_the_wire_a_known_question_is_any_other() -> None:
    project, _, known = known_and_open(known=12, pictures=20)
    (ada,) = crowd.crowd_of(project, 1)
    client = client_for(ada)
    desk = f"/api/projects/{project.pk}/desk"
    tasks = client.post(desk, {"take": 20}, format="json").json()["tasks"]
    asked = [task for task in tasks if task["id"] in known]
    assert len(tasks) == 20 and 0 < len(asked) < 20
    assert len({json.dumps(bare(task), sort_keys=True) for task in tasks}) == 1
    assert len({task["lease"] for task in tasks}) == 20
    assert Lease.objects.filter(user=ada).count() == 20
    crowd.sound(project)
    # Handed back or lapsed it is free again, as the others are.
    client.post(desk, {"release": [task["id"] for task in tasks]}, format="json")
    assert not Lease.objects.exists()
    crowd.sound(project)
    again = client.post(desk, {"take": 20}, format="json").json()["tasks"]
    crowd.lapse(user=ada)
    assert labeling.expire_leases() == len(again) == 20
    crowd.sound(project)
    # An answer that comes later still is like any other for which there is room.
    late = [
        {"key": str(uuid.uuid4()), "task": one["id"], "lease": one["lease"], "answer": crowd.choice(project, TRUTH)}
        for one in again
    ]
    replies = client.post(desk, {"votes": late}, format="json").json()["results"]
    assert {(one["status"], one["surplus"]) for one in replies} == {("stored", False)}
    assert Vote.objects.filter(gold=True).count() == sum(one["id"] in known for one in again) > 0
    # Who was never asked is late with any picture that is settled, known or not.
    stranger = make_user("stranger")
    make_member(project, stranger)
    for one in again:
        assert crowd.answer(project, stranger, one["id"], TRUTH, lease=one["lease"]).surplus


def test_the_reply_to_an_answer_and_the_own_list_tell_nothing_and_undo_works() -> None:
    project, _, known = known_and_open(known=12, pictures=12)
    (ada,) = crowd.crowd_of(project, 1)
    client = client_for(ada)
    desk = f"/api/projects/{project.pk}/desk"
    shown: dict[bool, set[str]] = {True: set(), False: set()}
    for _ in range(12):
        (task,) = client.post(desk, {"take": 1}, format="json").json()["tasks"]
        first, second = str(uuid.uuid4()), str(uuid.uuid4())
        vote = {"key": first, "task": task["id"], "answer": crowd.choice(project, "dog")}
        change = {"key": second, "task": task["id"], "answer": crowd.choice(project, TRUTH), "supersedes": first}
        replies = [client.post(desk, {"votes": [one]}, format="json").json() for one in (vote, vote, change)]
        results = [{**reply["results"][0], "key": ""} for reply in replies]
        rows = client.get(f"{desk}/mine?limit=2").json()["items"]
        told = [{key: row[key] for key in ("superseded", "surplus", "decided", "asking", "current")} for row in rows]
        assert rows[0]["key"] == second
        shown[task["id"] in known].add(json.dumps([results, told], sort_keys=True))
    assert shown[True] == shown[False] and len(shown[True]) == 1
    seat = Seat.objects.get(user=ada)
    assert (seat.votes, seat.gold_answered) == (12, seat.gold_right)
    assert GoldAnswer.objects.count() == seat.gold_answered > 0
    assert Vote.objects.filter(gold=True).count() == 2 * seat.gold_answered
    crowd.sound(project)


def test_a_skip_of_a_known_question_is_as_any_other_and_tells_nothing() -> None:
    project, _, known = known_and_open(known=12, pictures=12, gold_bar=0.9)
    (ada,) = crowd.crowd_of(project, 1)
    desk, client = f"/api/projects/{project.pk}/desk", client_for(ada)
    shown: dict[bool, set[str]] = {True: set(), False: set()}
    for task in client.post(desk, {"take": 12}, format="json").json()["tasks"]:
        vote = {"key": str(uuid.uuid4()), "task": task["id"], "lease": task["lease"], "answer": crowd.SKIP}
        crowd.lapse(user=ada)
        labeling.expire_leases()
        (result,) = client.post(desk, {"votes": [vote]}, format="json").json()["results"]
        assert (result["status"], result["surplus"]) == ("stored", False)
        shown[task["id"] in known].add(json.dumps({**result, "key": ""}, sort_keys=True))
    assert shown[True] == shown[False] and len(shown[True]) == 1
    # It says nothing of the person either, and takes back what was said before.
    seat = Seat.objects.get(user=ada)
    assert (seat.votes, seat.gold_answered, seat.gold_passed) == (0, 0, 0) and not GoldAnswer.objects.exists()
    skipped = Vote.objects.filter(gold=True).latest("pk")
    for said, answered in ((TRUTH, 1), (crowd.SKIP, 0)):
        before = Vote.objects.get(task_id=skipped.task_id, superseded=False).key
        assert crowd.answer(project, ada, skipped.task_id, said, supersedes=before).status == "stored"
        assert Seat.objects.get(user=ada).gold_answered == answered


def test_known_answers_leave_the_picture_as_it_was() -> None:
    project, ruler, known = known_and_open(known=10, pictures=30)
    before = list(Consensus.objects.filter(task_id__in=known).order_by("pk").values())
    (ada,) = crowd.crowd_of(project, 1)
    asked = set(work_off(project, ada, said="dog")) & set(known)
    assert asked
    consensus.refit(project)
    assert list(Consensus.objects.filter(task_id__in=known).order_by("pk").values()) == before
    assert {crowd.state_of(task) for task in known} == {("closed", 1, 0)}
    # Not even a ruling that ends its being known hears them; asked again, it hears only who answers then.
    first, *_ = asked
    consensus.settle(project, first, actor=ruler, ruling="settle", answer=crowd.choice(project, TRUTH))
    row = Consensus.objects.get(task_id=first)
    assert (row.votes, row.counts, Task.objects.get(pk=first).gold_lot) == (0, {}, None)
    assert not GoldAnswer.objects.filter(task_id=first).exists()
    assert Seat.objects.get(user=ada).gold_answered == len(asked) - 1


def test_nobody_is_asked_the_same_twice_nor_what_they_know_nor_what_is_held_out() -> None:
    project, ruler, known = known_and_open(known=10, pictures=60)
    early = crowd.crowd_of(project, 1)[0]
    held = make_image(project, 500, split=Image.Split.HOLDOUT)
    labeling.open_tasks()
    task = Task.objects.get(image=held).pk
    consensus.settle(project, task, actor=ruler, ruling="gold", answer=crowd.choice(project, TRUTH))
    Image.objects.filter(tasks=known[0]).update(state=Image.State.EXCLUDED)
    project.classes.filter(concept_id=crowd.choice(project, "owl")["choice"][0]).update(archived_at="2026-01-01T00:00Z")
    Task.objects.filter(pk=known[1]).update(gold=crowd.choice(project, "owl"))
    Project.objects.filter(pk=project.pk).update(schema_number=2)
    asked = [one for one in work_off(project, early) if one in known]
    assert len(asked) == len(set(asked)) > 5
    assert not {task, known[0], known[1]} & set(asked)
    # With all of them had, the others go on without a gap.
    for number in range(600, 630):
        make_image(project, number)
    labeling.open_tasks()
    later = list(work_off(project, early))
    assert len(later) >= 30 and len(set(later) & set(known)) == 8 - len(asked)
    assert [one for one in work_off(project, ruler) if one in known] == []


def test_the_rate_holds_and_too_few_known_pictures_are_never_asked() -> None:
    project, _, _ = known_and_open(known=1, pictures=1, gold_share=0.05)
    project.counts = {"gold": gold.LEAST_GOLD - 1}
    assert not any(gold.known_slots(project, user_id=1, first=0, count=500))
    project.counts = {"gold": gold.LEAST_GOLD}
    for share in (0.05, 0.3):
        project.gold_share = share
        drawn = sum(sum(gold.known_slots(project, user_id=user, first=0, count=2000)) for user in range(5))
        # Four standard deviations of so many draws.
        assert abs(drawn - 10_000 * share) < 4 * (10_000 * share * (1 - share)) ** 0.5
        first = gold.known_slots(project, user_id=1, first=0, count=40)
        assert first[7:12] == gold.known_slots(project, user_id=1, first=7, count=5)
        assert first != gold.known_slots(project, user_id=2, first=0, count=40)
    project.gold_share = 0
    assert not any(gold.known_slots(project, user_id=1, first=0, count=500))


def test_the_handed_questions_keep_to_the_draw() -> None:
    project, _, known = known_and_open(known=40, pictures=60)
    (ada,) = crowd.crowd_of(project, 1)
    seen = list(work_off(project, ada, want=7))
    drawn = gold.known_slots(project, user_id=ada.pk, first=0, count=len(seen))
    assert [task in known for task in seen] == drawn
    assert Seat.objects.get(user=ada).handed == len(seen) == 60 + sum(drawn)


@pytest.mark.parametrize(
    ("slots", "filled", "due"),
    [
        ([False, True, False], 2, 1),
        ([False, True, False], 1, 1),
        ([False, True], 0, 0),
        ([True], 0, 1),
        ([True, False, True], 0, 1),
    ],
)
def test_known_questions_end_with_the_others(slots: list[bool], filled: int, due: int) -> None:
    assert gold.due_among(slots, filled) == due


def test_a_take_costs_nothing_more_until_one_is_due() -> None:
    project, _, known = known_and_open(known=12, pictures=40)
    (ada,) = crowd.crowd_of(project, 1)
    crowd.take(project, ada, 0)
    costs: dict[bool, set[int]] = {True: set(), False: set()}
    for _ in range(20):
        with CaptureQueriesContext(connection) as made:
            (handed,) = labeling.take(project, user_id=ada.pk, want=1).tasks
        costs[handed.task in known].add(len(made))
    Project.objects.filter(pk=project.pk).update(gold_share=0)
    project.refresh_from_db()
    with CaptureQueriesContext(connection) as made:
        labeling.take(project, user_id=ada.pk, want=1)
    assert costs[False] == {len(made)}
    assert costs[True] and max(costs[True]) <= len(made) + 2


def test_an_answer_to_a_known_question_reads_nobody_elses() -> None:
    project, _, known = known_and_open(known=10, pictures=1)
    others, (ada,) = crowd.crowd_of(project, 5, name="other"), crowd.crowd_of(project, 1)
    for person in others:
        answer_known(project, person, known[:1], TRUTH)
    crowd.hold(project, ada, known[0])
    first, read = uuid.uuid4(), facts.votes_of
    seen: list[int] = []

    def counted(*which: Any, **more: Any) -> list[facts.VoteFacts]:
        found = read(*which, **more)
        seen.append(len(found))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(votes, "votes_of", counted)
        crowd.answer(project, ada, known[0], "dog", key=first)
        assert crowd.answer(project, ada, known[0], "dog", key=first).status == "repeated"
        assert crowd.answer(project, ada, known[0], TRUTH, supersedes=first).status == "stored"
        assert crowd.answer(project, ada, known[0], TRUTH).why.code == "already_answered"
    assert seen == [0, 1, 1, 2]
    with connection.cursor() as cursor:
        indexes = connection.introspection.get_constraints(cursor, Vote._meta.db_table)
    assert indexes["vote_task"]["columns"] == ["task_id", "user_id"]


def test_late_answers_to_what_became_known_meanwhile_are_kept_and_judged() -> None:
    project, ruler, _ = known_and_open(known=10, pictures=1)
    (ada,) = crowd.crowd_of(project, 1)
    fresh = Task.objects.get(state="open").pk
    crowd.hold(project, ada, fresh)
    consensus.settle(project, fresh, actor=ruler, ruling="gold", answer=crowd.choice(project, "owl"))
    outcome = crowd.answer(project, ada, fresh, "owl")
    assert (outcome.status, outcome.surplus) == ("stored", True)
    assert list(GoldAnswer.objects.values_list("task_id", "right", "likeness")) == [(fresh, True, 1.0)]
    # The reviewer knew: such an answer says nothing.
    crowd.answer(project, ruler, fresh, "owl")
    assert GoldAnswer.objects.count() == 1


def test_a_corrected_truth_judges_anew() -> None:
    project, ruler, known = known_and_open(known=10, pictures=20)
    (ada,) = crowd.crowd_of(project, 1)
    asked = [task for task in work_off(project, ada, said="dog") if task in known]
    assert Seat.objects.get(user=ada).gold_right == 0
    consensus.settle(project, asked[0], actor=ruler, ruling="gold", answer=crowd.choice(project, "dog"))
    seat = Seat.objects.get(user=ada)
    assert (seat.gold_right, seat.gold_answered) == (1, len(asked))


CAT, NEAR, OFF = (("cat", *at) for at in ((0, 0, 10, 10), (1, 0, 11, 10), (20, 12, 30, 22)))


@pytest.mark.parametrize(
    ("said", "alike", "right"),
    [([CAT], 1.0, True), ([NEAR], 1.0, True), ([OFF], 0.0, False), ([CAT, OFF], 2 / 3, False), ([], 0.0, False)],
)
def test_boxes_are_right_by_what_they_share(said: list[Any], alike: float, right: bool) -> None:
    project = crowd.box_project(pictures=0)
    answer = crowd.boxes(project, *said) if said else crowd.NOTHING
    found = KINDS["box"].likeness(answer, crowd.boxes(project, CAT))
    assert found == (pytest.approx(alike), right)


def test_one_slip_in_three_boxes_is_forgiven_and_two_are_not() -> None:
    project = crowd.box_project(pictures=0)
    truth = [("cat", at, 0, at + 8, 8) for at in (0, 10, 20)]
    known = crowd.boxes(project, *truth)
    assert KINDS["box"].likeness(crowd.boxes(project, *truth[:2]), known) == (pytest.approx(0.8), True)
    assert KINDS["box"].likeness(crowd.boxes(project, truth[0]), known) == (pytest.approx(0.5), False)
    assert KINDS["choice"].likeness(crowd.NOTHING, crowd.NOTHING) == (1.0, True)


@pytest.mark.parametrize(
    ("hits", "count", "low", "high"),
    [
        (0, 0, 0.0, 1.0),
        (0, 10, 0.0, 0.27753),
        (10, 10, 0.72247, 1.0),
        (81, 263, 0.25530, 0.36619),
        (1, 29, 0.00611, 0.17175),
    ],
)
def test_intervals_against_published_values(hits: int, count: int, low: float, high: float) -> None:
    """The last two from Newcombe, Statistics in Medicine 17 (1998), table I, method 3."""
    share = wilson(hits, count)
    assert (share.low, share.high) == (pytest.approx(low, abs=2e-4), pytest.approx(high, abs=2e-4))
    assert share.value == (hits / count if count else None)


def answer_known(project: Project, person: User, tasks: list[int], said: Any) -> None:
    for task in tasks:
        crowd.hold(project, person, task)
        assert crowd.answer(project, person, task, said).status == "stored"


def test_who_is_surely_below_what_is_demanded_is_paused_and_sees_why() -> None:
    project, _, known = known_and_open(known=24, pictures=6, gold_bar=0.8)
    (ada,) = crowd.crowd_of(project, 1)
    desk, client = f"/api/projects/{project.pk}/desk", client_for(ada)
    assert client.get(f"{desk}/pause").json()["misses"] == []
    answer_known(project, ada, known[:5], TRUTH)
    answer_known(project, ada, known[5:7], crowd.CANNOT_TELL)
    answer_known(project, ada, known[7:14], "dog")
    told = client.get(f"{desk}/pause").json()
    assert (told["paused"], told["code"], told["misses"]) == (False, None, [])
    answer_known(project, ada, known[14:15], "dog")  # 5 of 13, surely below 80 % whenever one looks; 5 of 12 was not
    seat = Seat.objects.get(user=ada)
    assert (seat.gold_answered, seat.gold_right, seat.gold_passed) == (13, 5, 2)
    assert seat.paused_at is not None
    reply = client.post(desk, {"take": 5}, format="json").json()
    assert (reply["tasks"], reply["reason"]) == ([], "paused")
    told = client.get(f"{desk}/pause").json()
    assert (told["code"], told["answered"], told["right"], told["demanded"]) == ("accuracy", 13, 5, 0.8)
    assert [(one["answer"], one["known"]) for one in told["misses"]] == [
        (crowd.choice(project, "dog"), crowd.choice(project, TRUTH))
    ] * 8
    assert Audit.objects.get(verb="person_paused").data["answered"] == 13
    # What was shown stands; nothing else of the person's changes hands.
    shown = Vote.objects.filter(task_id=known[14]).latest("pk")
    change = crowd.answer(project, ada, known[14], TRUTH, supersedes=shown.key)
    assert (change.status, change.why and change.why.code) == ("refused", "decided")


def test_a_paused_persons_answers_are_kept_and_count_and_a_reviewer_lets_them_go_on() -> None:
    project, ruler, known = known_and_open(known=24, pictures=6, gold_bar=0.8, gold_share=0)
    (ada,) = crowd.crowd_of(project, 1)
    waiting = crowd.take(project, ada, 3)
    answer_known(project, ada, known[:10], "dog")
    assert Seat.objects.get(user=ada).paused_at is not None
    assert crowd.answer(project, ada, waiting[0], "dog").surplus is False
    assert crowd.state_of(waiting[0]) == ("closed", 1, 1)
    with pytest.raises(errors.Conflict) as refused:
        labeling.pause(project, ada.pk, actor=ruler)
    assert refused.value.code == "paused_already"
    labeling.resume(project, ada.pk, actor=ruler)
    assert crowd.take(project, ada, 1) != []
    # The slate is clean: nine more misses are not yet ten, the tenth is.
    answer_known(project, ada, known[10:19], "dog")
    assert Seat.objects.get(user=ada).paused_at is None
    answer_known(project, ada, known[19:20], "dog")
    assert Seat.objects.get(user=ada).paused_at is not None
    assert list(Audit.objects.filter(subject="person").order_by("pk").values_list("verb", "actor")) == [
        ("person_paused", None), ("person_resumed", ruler.pk), ("person_paused", None),
    ]  # fmt: skip
    assert Vote.objects.filter(user=ada, superseded=False).count() == 21


def test_without_a_demand_nobody_is_paused_and_by_hand_with_a_word() -> None:
    project, ruler, known = known_and_open(known=12, pictures=3)
    ada, stranger = crowd.crowd_of(project, 2)
    answer_known(project, ada, known[:11], "dog")
    crowd.take(project, ada, 0)
    assert Seat.objects.get(user=ada).paused_at is None
    labeling.pause(project, ada.pk, actor=ruler, note="call me")
    assert crowd.take(project, ada, 1) == []
    told = client_for(ada).get(f"/api/projects/{project.pk}/desk/pause").json()
    assert (told["code"], told["note"], told["demanded"]) == ("by_hand", "call me", None)
    for person, act, code in ((stranger, labeling.pause, "unknown_person"), (ruler, labeling.resume, "unknown_person")):
        with pytest.raises(errors.NotFound) as refused:
            act(project, person.pk, actor=ruler)
        assert refused.value.code == code


def test_settled_pictures_are_marked_and_unmarked_from_the_wall() -> None:
    project = crowd.opened(pictures=3, holdout=1, redundancy=1)
    make_member(project, reviewer := make_user("reviewer"), "reviewer")
    (ada,) = crowd.crowd_of(project, 1)
    held, settled, fresh = crowd.tasks_of(project)
    for task in (held, settled):
        crowd.answer(project, ada, task, "owl")
    images = dict(Task.objects.values_list("pk", "image_id"))
    url, ids = f"/api/projects/{project.pk}/images/actions", list(images.values())
    done = client_for(reviewer).post(url, {"action": "mark_gold", "ids": ids}, format="json").json()
    assert done["done"] == 1
    assert {one["id"]: one["code"] for one in done["refused"]} == {
        images[held]: "holdout_gold", images[fresh]: "not_settled",
    }  # fmt: skip
    row = Task.objects.get(pk=settled)
    assert (row.gold, row.gold_by_id, row.gold_lot is not None) == (crowd.choice(project, "owl"), reviewer.pk, True)
    assert Consensus.objects.get(task=settled).source == "gold"
    page = f"/api/projects/{project.pk}/images"
    tiles = client_for(reviewer).get(page).json()["items"]
    assert {tile["id"]: tile["gold"] for tile in tiles} == {image: task == settled for task, image in images.items()}
    done = client_for(reviewer).post(url, {"action": "unmark_gold", "ids": ids}, format="json").json()
    assert done["done"] == 1 and Task.objects.get(pk=settled).gold is None
    assert Consensus.objects.get(task=settled).source == "decision"
    assert client_for(ada).post(url, {"action": "mark_gold", "ids": ids}, format="json").status_code == 403


def test_a_settled_set_of_boxes_is_known_without_the_words_of_how_sure_it_is() -> None:
    project = crowd.box_project(pictures=1, redundancy=2)
    make_member(project, reviewer := make_user("reviewer"), "reviewer")
    (task,) = crowd.tasks_of(project)
    for person in crowd.crowd_of(project, 2):
        crowd.answer(project, person, task, crowd.boxes(project, CAT))
    assert "confidence" in crowd.settled(task)["boxes"][0]
    consensus.mark_gold(project, task, actor=reviewer, gold=True)
    assert Task.objects.get(pk=task).gold == crowd.boxes(project, CAT)
