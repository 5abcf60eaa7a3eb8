"""A reviewer's word on a task: appended, and standing over every later refit."""

from dataclasses import replace
from typing import Any

from django.db import transaction

from annotate.accounts.models import User
from annotate.consensus.models import Consensus, Decision
from annotate.consensus.services.fold import write_ruling
from annotate.core import audit, errors
from annotate.kinds.box import SURE
from annotate.labeling import facts
from annotate.labeling import services as labeling
from annotate.labeling.facts import TaskFacts
from annotate.labeling.models import Task
from annotate.labeling.schema import schema_of
from annotate.projects.models import Project

Ruling = Decision.Ruling


def settle(project: Project, task_id: int, *, actor: User, ruling: str, answer: Any = None, note: str = "") -> Decision:
    """Appends a ruling and does what it says.

    settle, gold: this answer stands. set_aside: the picture is taken out of use. send_back: the task is asked again.
    restore: a picture that was set aside is asked about anew. Refused: an unknown task, an answer the task does not
    allow or that says nothing, a task whose picture is taken out, restoring what is not set aside.
    """
    with transaction.atomic():
        task = facts.lock_task(task_id, project_id=project.pk)
        if task is None:
            raise errors.NotFound("unknown_task", "There is no such task in this project.", {"task": task_id})
        if task.state == Task.State.WITHDRAWN:
            raise errors.Conflict("withdrawn", "The picture of this task has been taken out.")
        value = None
        if ruling in {Ruling.SETTLE, Ruling.GOLD}:
            value = _definite(project, task, answer)
        elif answer is not None:
            raise errors.Invalid("no_answer_here", "This ruling takes no answer.")
        if ruling == Ruling.RESTORE and task.state != Task.State.SET_ASIDE:
            raise errors.Conflict("not_set_aside", "This picture was not set aside.")
        decision = Decision.objects.create(
            task_id=task_id, asking=task.asking, ruling=ruling, answer=value, note=note, actor=actor
        )
        _carry_out(project, task, ruling=ruling, value=value, actor=actor, note=note)
        audit.record(
            f"ruled_{ruling}", actor=actor.pk, subject="task", subject_id=task_id, project_id=project.pk,
            data={"decision": decision.pk},
        )  # fmt: skip
    return decision


def mark_gold(project: Project, task_id: int, *, actor: User, gold: bool) -> Decision:
    """Makes the settled answer of a task a known one, or an ordinary ruling again; the answer itself stays.

    Refused: a task that is not settled, one whose picture is held out (it must stay unseen), and to unmark what is not
    marked.
    """
    with transaction.atomic():
        task = facts.lock_task(task_id, project_id=project.pk)
        found = Consensus.objects.filter(task_id=task_id, answer__isnull=False).first()
        if task is None or task.state != Task.State.CLOSED or found is None:
            raise errors.Conflict("not_settled", "Only a settled picture has an answer to be known.", {"task": task_id})
        if task.holdout:
            raise errors.Conflict("holdout_gold", "A picture set aside for testing is never a known question.")
        if not gold and not task.golden:
            raise errors.Conflict("not_gold", "This picture is not marked as known.")
        ruling = Ruling.GOLD if gold else Ruling.SETTLE
        return settle(project, task_id, actor=actor, ruling=ruling, answer=_plain(found.answer))


def _plain(answer: Any) -> Any:
    """A settled answer as a person would have given it: without the word of how sure each part is."""
    if not isinstance(answer.get("boxes"), list):
        return answer
    return {"boxes": [{name: box[name] for name in box if name not in SURE} for box in answer["boxes"]]}


def _definite(project: Project, task: TaskFacts, answer: Any) -> Any:
    value = labeling.parse_for(task, answer, schema_of(project).live)
    if "pass" in value:
        raise errors.Invalid("bad_answer", "A ruling says what is in the picture, or that nothing fits.", {})
    return value


def _carry_out(project: Project, task: TaskFacts, *, ruling: str, value: Any, actor: User, note: str) -> None:
    if ruling in {Ruling.SETTLE, Ruling.GOLD}:
        labeling.bring_back_image(task.image_id)
        gold = ruling == Ruling.GOLD
        if gold or task.golden:
            labeling.set_gold(project, task, value if gold else None, by=actor.pk)
        Task.objects.filter(pk=task.id).update(due=False)
        source = Consensus.Source.GOLD if gold else Consensus.Source.DECISION
        write_ruling(project, task, answer=value, source=source)
    elif ruling == Ruling.SET_ASIDE:
        labeling.set_aside_image(task.image_id)
        left = labeling.drop_leases(task.id)
        facts.save_task(task, replace(task, state=Task.State.SET_ASIDE, ruled=True, leases_held=left))
    else:
        ask_again(project, task.id, actor=actor, note=note)


def ask_again(project: Project, task_id: int, *, actor: User, note: str = "") -> TaskFacts:
    """Opens a task for a fresh set of votes and forgets what the earlier ones amounted to; they stay, and so do
    rulings, with the asking they belong to. Refusals are labeling's."""
    with transaction.atomic():
        task = labeling.ask_again(project, task_id, actor=actor, note=note)
        Consensus.objects.filter(task_id=task_id).update(
            asking=task.asking, answer=None, concept_id=None, named={}, confidence=0.0, agreement=None, distribution={},
            counts={}, votes=0, source=Consensus.Source.CONSENSUS, decided=False, last_vote=0,
        )  # fmt: skip
    return task
