"""What needs somebody, over all projects of a person: disagreements, a failed run, people who agree with few."""

from collections.abc import Collection
from typing import Any

from django.db.models import F, OuterRef, Subquery

from annotate.accounts.models import User
from annotate.consensus.models import Standing
from annotate.core import intervals
from annotate.projects import selectors as projects
from annotate.projects.models import Member, Project
from annotate.projects.roles import ALLOWED, Action
from training.models import Run

MOST = 200
# Below this share a person is surely more often against the settled answer than is good for it.
LOW = 0.7
LEAST_COMPARED = 20


def attention(user: User) -> list[dict[str, Any]]:
    """Disagreements to settle, newest runs that failed, and people whose whole interval of agreement lies below 70 %.

    Each only for whoever may do something about it. Three queries, however many projects there are.
    """
    members = list(projects.memberships_of(user).order_by("-id")[:MOST])
    names = {member.project_id: member.project.name for member in members}
    found = _to_settle(members) + _failed_runs(_where(members, Action.WORK))
    found += _low_agreement(_where(members, Action.MANAGE))
    return [{**one, "name": names[one["project"]]} for one in found]


def _where(members: list[Member], action: Action) -> list[int]:
    return [member.project_id for member in members if action in ALLOWED[member.role]]


def _thing(what: str, project: int, *, count: int = 0, subject: int | None = None, of: str = "") -> dict[str, Any]:
    return {"what": what, "project": project, "count": count, "subject": subject, "of": of}


def _to_settle(members: list[Member]) -> list[dict[str, Any]]:
    """From the counters that the sweeps keep."""
    waiting = {
        member.project_id: sum(int(member.project.counts.get(f"tasks_{state}", 0)) for state in ("review", "set_aside"))
        for member in members
        if Action.SETTLE in ALLOWED[member.role]
    }
    return [_thing("review", project, count=count) for project, count in waiting.items() if count]


def _failed_runs(ids: Collection[int]) -> list[dict[str, Any]]:
    """Where the newest run failed: a later one, whatever became of it, has taken its place."""
    newest = Run.objects.filter(project=OuterRef("pk")).order_by("-id").values("pk")[:1]
    rows = Project.objects.filter(pk__in=ids).annotate(newest=Subquery(newest)).values("newest")
    failed = Run.objects.filter(pk__in=rows, state=Run.State.FAILED).order_by("-id")
    return [_thing("failed_run", run.project_id, subject=run.pk, of=run.name) for run in failed]


def _low_agreement(ids: Collection[int]) -> list[dict[str, Any]]:
    """People who are asked on; whoever is paused has been dealt with. Volunteers by their names for everybody."""
    rows = Standing.objects.filter(
        seat__project__in=ids, seat__paused_at=None, compared__gte=LEAST_COMPARED, agreed__lt=F("compared") * LOW
    ).select_related("seat__user")
    return [
        _thing(
            "low_agreement", one.seat.project_id, count=one.compared, subject=one.seat.user_id, of=one.seat.user.name
        )
        for one in rows.order_by("pk")[:MOST]
        if intervals.wilson(one.agreed, one.compared).high < LOW
    ]
