"""One's own figures: from the counters of one's seat and one's latest votes, never from the project's rows."""

from datetime import UTC, datetime
from statistics import median
from typing import Any

from annotate.consensus.models import Consensus
from annotate.kinds import KINDS
from annotate.labeling.models import Seat, Task, Vote
from annotate.labeling.schema import in_use, schema_of
from annotate.projects.models import Project

# How far back one's usual pace and agreement look, and what counts as the present.
USUAL, PRESENT, COMPARED = 500, 50, 200
# An agreement of fewer answers says more of chance than of the person.
LEAST_COMPARED = 20


def numbers(project: Project, user_id: int) -> dict[str, Any]:
    """Answers today and in all, the pace now and usually (answers a minute by the median time for one), agreement with
    what was settled after one's answer, and how long one person would take for what is open."""
    seat = Seat.objects.filter(project=project, user_id=user_id).first()
    today = seat.votes_today if seat and seat.day == datetime.now(UTC).date() else 0
    mine = Vote.objects.filter(project=project, user_id=user_id).order_by("-id")
    took = [ms for ms in mine.values_list("took_ms", flat=True)[:USUAL] if ms]
    return {
        "today": today,
        "in_all": seat.votes if seat else 0,
        "pace": _per_minute(took),
        "pace_now": _per_minute(took[:PRESENT]),
        "agreement": _agreement(project, user_id),
        "seconds_left": median(took) / 1000 * int(project.counts.get("tasks_open", 0)) if took else None,
    }


def _per_minute(took: list[int]) -> float | None:
    return 60_000 / median(took) if took else None


def _agreement(project: Project, user_id: int) -> dict[str, Any] | None:
    """The share of one's latest answers that the settled answer says too, and of how many; None for too few.

    Only what was settled by or after one's own answer, and not by that answer alone, can agree or not.
    """
    mine = Vote.objects.filter(project=project, user_id=user_id).select_related("task__consensus").order_by("-id")
    kind, live, same, of = KINDS[project.kind], schema_of(project).live, 0, 0
    for vote in mine[:COMPARED]:
        settled = _settled_after(vote)
        if settled is None or vote.outcome != Vote.Outcome.ANSWER or vote.superseded:
            continue
        said, stands = in_use(kind, vote.answer, live), in_use(kind, settled, live)
        if said is not None and stands is not None:
            of += 1
            same += kind.likeness(said, stands)[1]
    return {"share": same / of, "of": of} if of >= LEAST_COMPARED else None


def _settled_after(vote: Vote) -> Any:
    task, found = vote.task, getattr(vote.task, "consensus", None)
    closed = task.state == Task.State.CLOSED and task.closed_at is not None and task.closed_at >= vote.created_at
    if found is None or not closed or vote.asking != task.asking or found.asking != task.asking:
        return None
    by_others = found.votes > 1 or found.source != Consensus.Source.CONSENSUS
    return found.answer if by_others else None
