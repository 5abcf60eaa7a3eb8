"""What an annotator does in one request: hand in answers, hand back tasks, take new ones."""

from dataclasses import dataclass, replace
from uuid import UUID

from django.db import transaction

from annotate.accounts.models import User
from annotate.consensus import services as consensus
from annotate.core import errors
from annotate.desk.body import Spoiled
from annotate.desk.tickets import ticket_of
from annotate.labeling import services as labeling
from annotate.labeling import sql
from annotate.labeling.models import Task
from annotate.labeling.schema import schema_of
from annotate.projects.models import Project


@dataclass(frozen=True)
class Outcome:
    """What became of one vote: stored, repeated (the same one was stored before) or refused with its reason."""

    key: UUID
    status: str
    surplus: bool = False
    why: errors.Refused | None = None


@dataclass(frozen=True)
class Work:
    """The desk's answer; `reason` says why no task came where some were asked for."""

    results: list[Outcome]
    tasks: list[labeling.Handed]
    progress: dict[str, int]
    reason: str | None


@sql.one_cursor()
def work(
    user: User,
    project: Project,
    *,
    votes: list[labeling.Ballot | Spoiled],
    take: int,
    release: list[int],
    most_held: int | None = None,
    held_back: str | None = None,
    handed_only: bool = False,
) -> Work:
    """Stores each vote, ends leases, takes. A refused vote changes nothing and blocks no other; what is answered is on
    disk. One vote alone, which is the usual request, shares its transaction with the take.

    Whoever would hold more than `most_held` tasks gets the own ones again; `held_back` says why nothing is taken. With
    `handed_only` a vote on a task that was never handed to this person is refused.
    """
    want = take if schema_of(project).live and not held_back else 0
    room = want if most_held is None or not want else most_held - labeling.leases_held(user.pk)
    want, full = max(0, min(want, room)), want > 0 >= room
    results, taken = [], None
    if len(votes) == 1 and not release:
        outcome, taken = _cast(user, project, votes[0], want=want, handed_only=handed_only)
        results = [outcome]
    else:
        results = [_cast(user, project, ballot, handed_only=handed_only)[0] for ballot in votes]
        labeling.release(project, user_id=user.pk, task_ids=release)
    if taken is None:
        taken = labeling.take(project, user_id=user.pk, want=want)
    if full and not taken.paused:
        taken = replace(taken, tasks=labeling.own_leases(project.pk, user.pk, take))
    reason, leased = held_back if take else None, taken.leased_by_others
    if taken.paused:
        reason = "paused"
    elif take and not taken.tasks and not held_back:
        leased = labeling.waiting_on_others(project, user.pk)
        reason = "leased" if full else _reason(project, leased=leased)
    counts = project.counts
    progress = {
        "mine_today": taken.mine_today,
        "mine": taken.mine,
        "open": int(counts.get("tasks_open", 0)),
        "leased_by_others": leased,
        "done": sum(int(counts.get(name, 0)) for name in ("tasks_closed", "tasks_review", "tasks_set_aside")),
        "total": int(counts.get("tasks", 0)),
    }
    return Work(results, taken.tasks, progress, reason)


def _cast(
    user: User,
    project: Project,
    ballot: labeling.Ballot | Spoiled,
    *,
    want: int | None = None,
    handed_only: bool = False,
) -> tuple[Outcome, labeling.Taken | None]:
    """One vote in a transaction of its own, and with `want` the take that follows it in the same one."""
    if isinstance(ballot, Spoiled):
        return Outcome(ballot.key, "refused", why=ballot.why), None
    handed = ballot.lease is not None and ballot.lease == ticket_of(user.pk, ballot.task)
    if handed_only and ballot.supersedes is None and not handed:
        why = errors.Forbidden("not_handed", "This picture was not asked of you.", {"task": ballot.task})
        return Outcome(ballot.key, "refused", why=why), None
    taken = None
    try:
        with transaction.atomic():
            cast = labeling.cast_vote(project, user_id=user.pk, ballot=ballot, handed=handed)
            consensus.fold_vote(project, cast)
            if want is not None:
                taken = labeling.take(project, user_id=user.pk, want=want, answered=int(cast.fresh))
            elif cast.fresh:
                labeling.sit(project.pk, user.pk, 1)
    except errors.Refused as why:
        return Outcome(ballot.key, "refused", why=why), None
    return Outcome(ballot.key, "repeated" if cast.repeated else "stored", surplus=cast.surplus), taken


def _reason(project: Project, *, leased: int) -> str:
    if not schema_of(project).live:
        return "no_classes"
    if leased:
        return "leased"
    asked = Task.objects.filter(project=project).exclude(state=Task.State.WITHDRAWN)
    return "done" if asked.exists() else "no_tasks"
