"""Asking again, choosing what comes first, and skipped tasks that come back after a day."""

from datetime import timedelta

import pytest
from django.utils import timezone

from annotate.consensus import services as consensus
from annotate.core import errors
from annotate.core.audit import Audit
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.labeling.models import Lease, Task, Vote
from tests import crowd

pytestmark = pytest.mark.django_db


def test_a_lone_annotator_can_look_again_and_the_old_vote_stays() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    crowd.answer(project, ada, task, "cat")
    labeling.ask_again(project, task, actor=ada)
    assert crowd.state_of(task) == ("open", 1, 0)
    assert crowd.take(project, ada) == [task]
    assert crowd.answer(project, ada, task, "dog").surplus is False
    assert crowd.settled(task) == crowd.choice(project, "dog")
    votes = Vote.objects.order_by("pk").values_list("asking", "superseded", "counted")
    assert list(votes) == [(1, False, True), (2, False, True)]
    assert Audit.objects.filter(verb="task_asked_again", subject_id=task).count() == 1
    crowd.sound(project)


def test_asking_again_ends_leases_and_forgets_a_ruling_and_gold() -> None:
    project = crowd.opened(pictures=1, redundancy=2)
    (task,) = crowd.tasks_of(project)
    ada, bob = crowd.crowd_of(project, 2)
    crowd.take(project, ada)
    crowd.answer(project, bob, task, "cat")
    consensus.settle(project, task, actor=ada, ruling="gold", answer=crowd.choice(project, "owl"))
    consensus.ask_again(project, task, actor=ada)
    row = Task.objects.get(pk=task)
    assert (row.gold, row.ruled, row.asking, row.leases_held, row.votes_wanted) == (None, False, 2, 0, 2)
    assert crowd.settled(task) is None
    assert crowd.take(project, ada) == crowd.take(project, bob) == [task]
    crowd.sound(project)


@pytest.mark.parametrize("case", ["open", "withdrawn", "unknown"])
def test_what_cannot_be_asked_again_is_refused(case: str) -> None:
    project = crowd.opened(pictures=1)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    if case == "withdrawn":
        Image.objects.update(state=Image.State.EXCLUDED)
        labeling.follow_images(project, Image.objects.values_list("pk", flat=True))
    codes = {"open": "already_open", "withdrawn": "withdrawn", "unknown": "unknown_task"}
    with pytest.raises(errors.Refused) as refused:
        labeling.ask_again(project, 10**9 if case == "unknown" else task, actor=ada)
    assert refused.value.code == codes[case]
    assert Task.objects.get(pk=task).asking == 1


def test_nothing_may_choose_what_is_asked_on_the_holdout() -> None:
    project = crowd.opened(pictures=2, holdout=1)
    before = list(Task.objects.order_by("pk").values_list("rank", "chosen_by"))
    ranks = dict.fromkeys(Image.objects.values_list("pk", flat=True), 0.1)
    with pytest.raises(errors.Invalid) as refused:
        labeling.set_ranks(project, ranks, chosen_by="entropy")
    assert refused.value.code == "holdout_chosen"
    assert list(Task.objects.order_by("pk").values_list("rank", "chosen_by")) == before


def test_a_skipped_task_comes_back_to_the_same_person_after_a_day() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    (ada,) = crowd.crowd_of(project, 1)
    crowd.take(project, ada)
    crowd.answer(project, ada, task, crowd.SKIP)
    assert labeling.return_skipped() == 0
    Vote.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert labeling.return_skipped() == 1
    assert labeling.return_skipped() == 0
    assert crowd.take(project, ada) == [task]
    assert crowd.answer(project, ada, task, "cat").status == "stored"
    assert Lease.objects.count() == 0
    crowd.sound(project)
