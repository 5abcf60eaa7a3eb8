"""The answer table, redundancy, surplus, superseding: what a vote may say and what becomes of it."""

import uuid
from typing import Any

import pytest

from annotate.consensus import services as consensus
from annotate.consensus.models import Consensus, Decision
from annotate.desk import services as desk
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.labeling.models import Lease, Task, Vote
from tests import crowd
from tests.crowd import BROKEN, CANNOT_TELL, NOTHING, SKIP
from tests.make import make_image, make_member, make_project, make_task

pytestmark = pytest.mark.django_db


def test_one_person_alone_settles_at_once() -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    (ada,) = crowd.crowd_of(project, 1)
    first, second = crowd.take(project, ada, 2)
    assert crowd.answer(project, ada, first, "cat").status == "stored"
    assert crowd.state_of(first) == ("closed", 1, 1)
    assert crowd.settled(first) == crowd.choice(project, "cat")
    assert Consensus.objects.get(task=first).agreement is None
    assert crowd.answer(project, ada, second, NOTHING).status == "stored"
    assert crowd.settled(second) == {"nothing": True}
    crowd.sound(project)


def test_unanimous_votes_close_at_the_redundancy() -> None:
    project = crowd.opened(pictures=1, redundancy=3)
    (task,) = crowd.tasks_of(project)
    for person in crowd.crowd_of(project, 3):
        assert crowd.state_of(task)[0] == "open"
        assert crowd.take(project, person) == [task]
        crowd.answer(project, person, task, "owl")
    row = Consensus.objects.get(task=task)
    assert crowd.state_of(task) == ("closed", 3, 3)
    assert (row.agreement, row.votes, row.counts) == (1.0, 3, {str(row.concept_id): 3})
    assert 0.9 < row.confidence < 1


def test_a_split_asks_for_more_until_the_cap_and_then_for_a_reviewer() -> None:
    project = crowd.opened(pictures=1, redundancy=2, accept_confidence=0.99)
    (task,) = crowd.tasks_of(project)
    people = crowd.crowd_of(project, 4)
    for person, said in zip(people, ["cat", "dog", "cat", "dog"], strict=True):
        assert crowd.take(project, person) == [task]
        crowd.answer(project, person, task, said)
    assert crowd.state_of(task) == ("review", 4, 4)
    assert Consensus.objects.get(task=task).agreement == 0.5


def test_confidence_enough_closes_a_split() -> None:
    project = crowd.opened(pictures=1, redundancy=3, accept_confidence=0.7)
    (task,) = crowd.tasks_of(project)
    for person, said in zip(crowd.crowd_of(project, 3), ["cat", "dog", "cat"], strict=True):
        crowd.take(project, person)
        crowd.answer(project, person, task, said)
    assert crowd.state_of(task) == ("closed", 3, 3)
    assert crowd.settled(task) == crowd.choice(project, "cat")


def test_a_split_holdout_goes_to_review_whatever_the_confidence_and_asks_nobody_more() -> None:
    project = crowd.opened(pictures=1, holdout=1, redundancy=1, holdout_votes=3, accept_confidence=0.1)
    (task,) = crowd.tasks_of(project)
    assert Task.objects.get(pk=task).votes_wanted == 3
    for person, said in zip(crowd.crowd_of(project, 3), ["cat", "dog", "cat"], strict=True):
        crowd.take(project, person)
        crowd.answer(project, person, task, said)
    assert crowd.state_of(task) == ("review", 3, 3)


@pytest.mark.parametrize(("redundancy", "needed"), [(1, 1), (2, 2), (3, 2)])
def test_cannot_tell_counts_and_enough_of_it_goes_to_review(redundancy: int, needed: int) -> None:
    project = crowd.opened(pictures=1, redundancy=redundancy)
    (task,) = crowd.tasks_of(project)
    for number, person in enumerate(crowd.crowd_of(project, needed), start=1):
        assert crowd.state_of(task)[0] == "open"
        crowd.take(project, person)
        crowd.answer(project, person, task, CANNOT_TELL)
        assert crowd.state_of(task)[2] == number
    assert crowd.state_of(task)[0] == "review"


def test_one_cannot_tell_among_agreeing_answers_is_no_veto() -> None:
    project = crowd.opened(pictures=1, redundancy=3)
    (task,) = crowd.tasks_of(project)
    for person, said in zip(crowd.crowd_of(project, 3), ["dog", CANNOT_TELL, "dog"], strict=True):
        crowd.take(project, person)
        crowd.answer(project, person, task, said)
    assert crowd.state_of(task)[0] == "closed"
    assert Consensus.objects.get(task=task).agreement == pytest.approx(2 / 3)


@pytest.mark.parametrize(("redundancy", "needed"), [(1, 1), (3, 2)])
def test_broken_does_not_count_and_enough_of_it_sets_the_picture_aside(redundancy: int, needed: int) -> None:
    project = crowd.opened(pictures=1, redundancy=redundancy)
    (task,) = crowd.tasks_of(project)
    for person in crowd.crowd_of(project, needed):
        assert crowd.take(project, person) == [task]
        outcome = crowd.answer(project, person, task, BROKEN)
        assert (outcome.status, outcome.surplus) == ("stored", False)
        assert crowd.state_of(task)[2] == 0
    assert crowd.state_of(task)[0] == "set_aside"
    assert Image.objects.get().state == Image.State.SET_ASIDE
    crowd.sound(project)


def test_one_broken_of_three_frees_its_place_for_another_and_is_not_asked_again() -> None:
    project = crowd.opened(pictures=1, redundancy=2)
    (task,) = crowd.tasks_of(project)
    ada, bob, eve = crowd.crowd_of(project, 3)
    assert crowd.take(project, ada) == crowd.take(project, bob) == [task]
    assert crowd.take(project, eve) == []
    crowd.answer(project, ada, task, BROKEN)
    assert crowd.take(project, ada) == []
    assert crowd.take(project, eve) == [task]


def test_a_skip_frees_the_lease_and_keeps_the_person_away_for_a_day() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    ada, bob = crowd.crowd_of(project, 2)
    crowd.take(project, ada)
    assert crowd.take(project, bob) == []
    outcome = crowd.answer(project, ada, task, SKIP)
    assert (outcome.status, outcome.surplus) == ("stored", False)
    assert crowd.take(project, ada) == []
    assert crowd.take(project, bob) == [task]
    crowd.sound(project)


def test_who_skipped_may_answer_after_all() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    crowd.take(project, ada)
    crowd.answer(project, ada, task, SKIP)
    assert crowd.answer(project, ada, task, "cat").status == "stored"
    assert crowd.state_of(task)[0] == "closed"


def test_the_same_ballot_again_is_answered_as_at_first_and_stored_once() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    key = uuid.uuid4()
    crowd.take(project, ada)
    first = crowd.answer(project, ada, task, "cat", key=key)
    again = crowd.answer(project, ada, task, "cat", key=key)
    assert (first.status, again.status) == ("stored", "repeated")
    assert Vote.objects.count() == 1
    assert crowd.state_of(task) == ("closed", 1, 1)


def test_the_same_key_with_another_answer_or_another_task_is_a_conflict() -> None:
    project = crowd.opened(pictures=2, redundancy=2)
    one, two = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    key = uuid.uuid4()
    crowd.answer(project, ada, one, "cat", key=key)
    for task, said in ((one, "dog"), (two, "cat")):
        outcome = crowd.answer(project, ada, task, said, key=key)
        assert outcome.why is not None
        assert (outcome.why.code, outcome.why.status) == ("key_reused", 409)
    assert Vote.objects.count() == 1
    assert crowd.state_of(two) == ("open", 2, 0)


def test_two_people_may_use_the_same_key() -> None:
    project = crowd.opened(pictures=1, redundancy=2)
    (task,) = crowd.tasks_of(project)
    key = uuid.uuid4()
    for person in crowd.crowd_of(project, 2):
        assert crowd.answer(project, person, task, "cat", key=key).status == "stored"


def test_a_second_answer_must_say_what_it_replaces() -> None:
    project = crowd.opened(pictures=1, redundancy=2)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    key = uuid.uuid4()
    crowd.answer(project, ada, task, "cat", key=key)
    outcome = crowd.answer(project, ada, task, "dog")
    assert outcome.why is not None
    assert (outcome.why.code, outcome.why.data["key"]) == ("already_answered", str(key))
    assert crowd.answer(project, ada, task, "dog", supersedes=key).status == "stored"
    old, new = Vote.objects.order_by("pk")
    assert (old.superseded, new.superseded, new.supersedes_id) == (True, False, old.pk)
    assert crowd.state_of(task) == ("open", 2, 1)
    crowd.sound(project)


def test_changing_an_answer_of_a_closed_task_refolds_it_until_a_decision() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    first, second = uuid.uuid4(), uuid.uuid4()
    crowd.answer(project, ada, task, "cat", key=first)
    assert crowd.answer(project, ada, task, "dog", key=second, supersedes=first).status == "stored"
    assert crowd.settled(task) == crowd.choice(project, "dog")
    assert crowd.state_of(task) == ("closed", 1, 1)
    consensus.settle(project, task, actor=ada, ruling=Decision.Ruling.SETTLE, answer=crowd.choice(project, "owl"))
    outcome = crowd.answer(project, ada, task, "cat", supersedes=second)
    assert outcome.why is not None
    assert outcome.why.code == "decided"
    assert crowd.settled(task) == crowd.choice(project, "owl")


def test_changing_an_answer_can_break_an_agreement_and_reopen_the_task() -> None:
    project = crowd.opened(pictures=1, redundancy=2, accept_confidence=0.99)
    (task,) = crowd.tasks_of(project)
    ada, bob, eve = crowd.crowd_of(project, 3)
    key = uuid.uuid4()
    crowd.answer(project, ada, task, "cat", key=key)
    crowd.answer(project, bob, task, "cat")
    assert crowd.state_of(task)[0] == "closed"
    crowd.answer(project, ada, task, "dog", supersedes=key)
    assert crowd.state_of(task) == ("open", 3, 2)
    assert crowd.take(project, eve) == [task]


def test_turning_an_answer_into_broken_gives_its_place_back() -> None:
    project = crowd.opened(pictures=1, redundancy=2)
    (task,) = crowd.tasks_of(project)
    ada, bob, eve = crowd.crowd_of(project, 3)
    key = uuid.uuid4()
    crowd.answer(project, ada, task, "cat", key=key)
    crowd.answer(project, bob, task, "cat")
    crowd.answer(project, ada, task, BROKEN, supersedes=key)
    assert crowd.state_of(task) == ("open", 2, 1)
    assert crowd.take(project, eve) == [task]
    crowd.sound(project)


@pytest.mark.parametrize("named", ["unknown", "superseded", "another's"])
def test_superseding_what_is_not_ones_own_live_vote_is_refused(named: str) -> None:
    project = crowd.opened(pictures=1, redundancy=3)
    (task,) = crowd.tasks_of(project)
    ada, bob = crowd.crowd_of(project, 2)
    key, later = uuid.uuid4(), uuid.uuid4()
    crowd.answer(project, ada, task, "cat", key=key)
    crowd.answer(project, ada, task, "dog", key=later, supersedes=key)
    person = bob if named == "another's" else ada
    target = {"unknown": uuid.uuid4(), "superseded": key, "another's": later}[named]
    before = Vote.objects.count()
    outcome = crowd.answer(project, person, task, "owl", supersedes=target)
    assert outcome.why is not None
    assert outcome.why.code == ("already_changed" if named == "superseded" else "unknown_vote")
    assert Vote.objects.count() == before


def test_a_lapsed_lease_counts_while_there_is_room_and_is_surplus_after() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    ada, bob = crowd.crowd_of(project, 2)
    crowd.take(project, ada)
    crowd.lapse()
    labeling.expire_leases()
    assert crowd.take(project, bob) == [task]
    late = crowd.answer(project, ada, task, "cat")  # the only place is promised to bob
    assert (late.status, late.surplus) == ("stored", True)
    assert crowd.state_of(task) == ("open", 1, 0)
    kept = crowd.answer(project, bob, task, "dog")
    assert (kept.status, kept.surplus) == ("stored", False)
    assert crowd.state_of(task) == ("closed", 1, 1)
    crowd.sound(project)


def test_a_late_vote_counts_where_nobody_took_the_place() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    crowd.take(project, ada)
    crowd.lapse()
    labeling.expire_leases()
    outcome = crowd.answer(project, ada, task, "cat")
    assert (outcome.status, outcome.surplus) == ("stored", False)
    assert crowd.state_of(task)[0] == "closed"


def test_a_lapsed_lease_of_another_holds_no_room_against_a_vote_that_is_here() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    ada, bob = crowd.crowd_of(project, 2)
    crowd.take(project, ada)
    crowd.lapse()
    assert not crowd.answer(project, bob, task, "cat").surplus
    assert crowd.state_of(task) == ("closed", 1, 1)
    crowd.sound(project)


def test_a_vote_after_the_task_closed_is_kept_as_surplus() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    ada, bob = crowd.crowd_of(project, 2)
    crowd.answer(project, ada, task, "cat")
    outcome = crowd.answer(project, bob, task, "dog")
    assert (outcome.status, outcome.surplus) == ("stored", True)
    assert crowd.state_of(task)[2] == 1


def test_a_vote_for_an_earlier_asking_is_kept_and_changes_nothing_now() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    ada, bob = crowd.crowd_of(project, 2)
    crowd.answer(project, ada, task, "cat")
    consensus.ask_again(project, task, actor=ada)
    outcome = crowd.answer(project, bob, task, "dog", asking=1)
    assert (outcome.status, outcome.surplus) == ("stored", True)
    assert crowd.state_of(task) == ("open", 1, 0)
    assert crowd.answer(project, ada, task, "owl", asking=2).surplus is False
    assert crowd.settled(task) == crowd.choice(project, "owl")


BAD = {
    "unknown class": ({"choice": [10**9]}, "bad_answer", 422),
    "two classes": ("two", "bad_answer", 422),
    "another kind": ({"boxes": []}, "bad_answer", 422),
    "no object": ([], "bad_answer", 422),
    "boolean class": ({"choice": [True]}, "bad_answer", 422),
    "unknown pass": ({"pass": "tired"}, "bad_answer", 422),
}


@pytest.mark.parametrize("name", sorted(BAD))
def test_answers_that_the_kind_or_the_classes_do_not_allow_change_nothing(name: str) -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    crowd.take(project, ada)
    said, code, status = BAD[name]
    answer: Any = {"choice": [1, 2]} if said == "two" else said
    outcome = crowd.answer(project, ada, task, answer)
    assert outcome.why is not None
    assert (outcome.why.code, outcome.why.status) == (code, status)
    assert not Vote.objects.exists()
    assert Lease.objects.count() == 1
    assert crowd.state_of(task) == ("open", 1, 0)


def test_another_projects_class_is_unknown_here() -> None:
    project, other = crowd.opened(pictures=1), make_project()
    (ada,) = crowd.crowd_of(project, 1)
    outcome = crowd.answer(project, ada, crowd.tasks_of(project)[0], crowd.choice(other, "cat"))
    assert outcome.why is not None
    assert outcome.why.code == "bad_answer"


def test_another_projects_task_is_unknown_here() -> None:
    project, other = crowd.opened(pictures=1), make_project()
    task = make_task(make_image(other, 7))
    (ada,) = crowd.crowd_of(project, 1)
    outcome = crowd.answer(project, ada, task.pk, "cat")
    assert outcome.why is not None
    assert (outcome.why.code, outcome.why.status) == ("unknown_task", 404)
    assert not Vote.objects.exists()


def test_an_asking_that_is_still_to_come_and_a_foreign_proposal_are_refused() -> None:
    project = crowd.opened(pictures=2, redundancy=2)
    one, two = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    images = list(Task.objects.filter(pk=two).values_list("image_id", flat=True))
    cat = crowd.choice(project, "cat")
    labeling.propose(project, model="m", answers={images[0]: (cat, 0.9)})
    proposal = Task.objects.get(pk=two).proposals.get()
    for more, code in (({"asking": 2}, "unknown_asking"), ({"shown_proposal": proposal.pk}, "unknown_proposal")):
        outcome = crowd.answer(project, ada, one, "cat", **more)
        assert outcome.why is not None
        assert outcome.why.code == code
    assert crowd.answer(project, ada, two, "cat", shown_proposal=proposal.pk).status == "stored"
    assert Vote.objects.get().proposal_id == proposal.pk


def test_one_refused_vote_blocks_no_other() -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    one, two = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    ballots = [
        labeling.Ballot(key=uuid.uuid4(), task=task, answer=said)
        for task, said in ((one, crowd.choice(project, "cat")), (10**9, NOTHING), (two, {"choice": []}), (two, NOTHING))
    ]
    done = desk.work(ada, project, votes=list(ballots), take=0, release=[])
    assert [one.status for one in done.results] == ["stored", "refused", "refused", "stored"]
    assert [one.key for one in done.results] == [ballot.key for ballot in ballots]
    assert Vote.objects.count() == 2


def test_progress_counts_answers_once_and_reasons_tell_why_nothing_came() -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    ada, bob = crowd.crowd_of(project, 2)
    first, second = crowd.tasks_of(project)
    key = uuid.uuid4()
    crowd.hold(project, ada, first)
    crowd.hold(project, ada, second)
    waiting = desk.work(bob, project, votes=[], take=1, release=[])
    assert (waiting.reason, waiting.progress["leased_by_others"], waiting.tasks) == ("leased", 2, [])
    crowd.answer(project, ada, first, "cat", key=key)
    crowd.answer(project, ada, first, "dog", supersedes=key)
    crowd.answer(project, ada, second, NOTHING)
    consensus.count(project)
    done = desk.work(ada, project, votes=[], take=1, release=[])
    assert done.reason == "done"
    assert done.progress == {"mine_today": 2, "mine": 2, "open": 0, "leased_by_others": 0, "done": 2, "total": 2}


def test_no_classes_and_no_tasks_have_their_own_words() -> None:
    empty = make_project(classes=())
    make_image(empty)
    labeling.open_tasks()
    (ada,) = crowd.crowd_of(empty, 1)
    assert desk.work(ada, empty, votes=[], take=1, release=[]).reason == "no_classes"
    fresh = make_project()
    make_member(fresh, ada)
    assert desk.work(ada, fresh, votes=[], take=1, release=[]).reason == "no_tasks"
    assert desk.work(ada, fresh, votes=[], take=0, release=[]).reason is None


def test_release_gives_tasks_back_at_once() -> None:
    project = crowd.opened(pictures=2, redundancy=1)
    ada, bob = crowd.crowd_of(project, 2)
    held = crowd.take(project, ada, 2)
    assert crowd.take(project, bob) == []
    desk.work(ada, project, votes=[], take=0, release=[*held, 10**9])
    assert sorted(crowd.take(project, bob) + crowd.take(project, bob)) == sorted(held)
    crowd.sound(project)
