"""A reviewer's word: settle, gold, set aside, send back, restore."""

from typing import Any

import pytest

from annotate.consensus import services as consensus
from annotate.consensus.models import Consensus, Decision
from annotate.core import errors
from annotate.core.audit import Audit
from annotate.ingest.models import Image
from annotate.labeling import services as labeling
from annotate.labeling.models import Lease, Task
from tests import crowd

pytestmark = pytest.mark.django_db


def test_settling_and_gold_close_the_task_over_its_votes() -> None:
    project = crowd.opened(pictures=2, redundancy=2)
    ada, bob, ruler = crowd.crowd_of(project, 3)
    for task, ruling, source in zip(crowd.tasks_of(project), ("settle", "gold"), ("decision", "gold"), strict=True):
        crowd.hold(project, bob, task)
        crowd.answer(project, ada, task, "cat")
        made = consensus.settle(
            project, task, actor=ruler, ruling=ruling, answer=crowd.choice(project, "owl"), note="n"
        )
        row = Consensus.objects.get(task=task)
        assert (row.answer, row.confidence, row.decided, row.source) == (
            crowd.choice(project, "owl"),
            1.0,
            True,
            source,
        )
        assert row.counts == {str(crowd.choice(project, "cat")["choice"][0]): 1}
        assert (made.asking, made.actor, made.note) == (1, ruler, "n")
        assert crowd.state_of(task)[0] == "closed"
        assert Task.objects.get(pk=task).gold == (crowd.choice(project, "owl") if ruling == "gold" else None)
        late = crowd.answer(project, bob, task, "dog")
        assert (late.status, late.surplus) == ("stored", True)
        assert crowd.settled(task) == crowd.choice(project, "owl")
    assert not Lease.objects.exists()
    assert Audit.objects.filter(verb__startswith="ruled_").count() == 2
    crowd.sound(project)


def test_a_later_ruling_replaces_an_earlier_one_and_both_are_kept() -> None:
    project = crowd.opened(pictures=1)
    (task,) = crowd.tasks_of(project)
    (ruler,) = crowd.crowd_of(project, 1)
    consensus.settle(project, task, actor=ruler, ruling="gold", answer=crowd.choice(project, "cat"))
    consensus.settle(project, task, actor=ruler, ruling="settle", answer=crowd.NOTHING)
    assert list(Decision.objects.order_by("pk").values_list("ruling", flat=True)) == ["gold", "settle"]
    assert crowd.settled(task) == crowd.NOTHING
    assert Task.objects.get().gold is None


def test_setting_aside_takes_the_picture_out_and_restoring_asks_anew() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    ada, ruler = crowd.crowd_of(project, 2)
    crowd.hold(project, ada, task)
    consensus.settle(project, task, actor=ruler, ruling="set_aside")
    assert (Image.objects.get().state, crowd.state_of(task)[0]) == ("set_aside", "set_aside")
    assert crowd.take(project, ada) == []
    consensus.settle(project, task, actor=ruler, ruling="restore")
    assert (Image.objects.get().state, crowd.state_of(task)) == ("ready", ("open", 1, 0))
    assert crowd.take(project, ada) == [task]
    crowd.sound(project)


def test_a_picture_called_broken_is_settled_by_a_reviewer_who_can_see_it() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    ada, ruler = crowd.crowd_of(project, 2)
    crowd.answer(project, ada, task, crowd.BROKEN)
    consensus.settle(project, task, actor=ruler, ruling="settle", answer=crowd.choice(project, "cat"))
    assert (Image.objects.get().state, crowd.state_of(task)[0]) == ("ready", "closed")


def test_sending_back_asks_again_with_its_note() -> None:
    project = crowd.opened(pictures=1, redundancy=1)
    (task,) = crowd.tasks_of(project)
    ada, ruler = crowd.crowd_of(project, 2)
    crowd.answer(project, ada, task, "cat")
    consensus.settle(project, task, actor=ruler, ruling="send_back", note="look at the ears")
    assert crowd.state_of(task) == ("open", 1, 0)
    assert crowd.settled(task) is None
    assert Audit.objects.get(verb="task_asked_again").data == {"asking": 2, "note": "look at the ears"}
    assert crowd.take(project, ada) == [task]


BAD: dict[str, tuple[str, Any, str]] = {
    "no answer": ("settle", None, "bad_answer"),
    "a pass": ("gold", {"pass": "cannot_tell"}, "bad_answer"),
    "an unknown class": ("settle", {"choice": [10**9]}, "bad_answer"),
    "an answer too many": ("set_aside", {"nothing": True}, "no_answer_here"),
    "nothing set aside": ("restore", None, "not_set_aside"),
    "nothing to send back": ("send_back", None, "already_open"),
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_rulings_that_cannot_be_carried_out_leave_no_trace(case: str) -> None:
    project = crowd.opened(pictures=1)
    (task,) = crowd.tasks_of(project)
    (ruler,) = crowd.crowd_of(project, 1)
    ruling, answer, code = BAD[case]
    with pytest.raises(errors.Refused) as refused:
        consensus.settle(project, task, actor=ruler, ruling=ruling, answer=answer)
    assert refused.value.code == code
    assert not Decision.objects.exists()
    assert crowd.state_of(task)[0] == "open"


def test_a_task_of_another_project_or_of_a_picture_taken_out_is_not_ruled_on() -> None:
    project, other = crowd.opened(pictures=1), crowd.opened(pictures=1)
    (ruler,) = crowd.crowd_of(project, 1)
    foreign = crowd.tasks_of(other)[0]
    with pytest.raises(errors.NotFound):
        consensus.settle(project, foreign, actor=ruler, ruling="settle", answer=crowd.NOTHING)
    Image.objects.filter(project=project).update(state=Image.State.DELETED)
    labeling.follow_images(project, Image.objects.values_list("pk", flat=True))
    with pytest.raises(errors.Conflict):
        consensus.settle(project, crowd.tasks_of(project)[0], actor=ruler, ruling="settle", answer=crowd.NOTHING)
    assert not Decision.objects.exists()
