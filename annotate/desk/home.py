"""What one person meets first: where to go on, with the next picture itself, and how far each of their queues is."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from annotate.accounts.models import User
from annotate.desk import practice, selectors
from annotate.ingest import looking
from annotate.labeling import services as labeling
from annotate.labeling.models import Seat, Task
from annotate.projects import selectors as projects
from annotate.projects.models import Member
from annotate.projects.roles import ALLOWED, Action, Role

MOST = 200
DAYS = 14


def home(user: User) -> dict[str, Any]:
    """A person's day, the project to go on with, and their queues, the one last worked in first.

    Takes and leases nothing, and asks the same few questions of the database however many projects, tasks and answers
    there are.
    """
    members = list(projects.memberships_of(user).order_by("-id")[:MOST])
    mine = [member for member in members if Action.LABEL in ALLOWED[member.role]]
    rows = Seat.objects.filter(user=user, project__in=[member.project_id for member in mine]).select_related("standing")
    seats = {seat.project_id: seat for seat in rows}
    mine.sort(key=lambda member: seats[member.project_id].seen_at.timestamp() if member.project_id in seats else 0,
              reverse=True)  # fmt: skip
    open_to = [member.project_id for member in mine if not _paused(seats.get(member.project_id))]
    waiting = labeling.peek(user.pk, open_to)
    today = datetime.now(UTC).date()
    first = next((member for member in mine if member.project_id in waiting), None)
    return {
        "days": _days(list(seats.values())),
        "next": _next(first, waiting[first.project_id]) if first else None,
        "queues": [
            _queue(member, seats.get(member.project_id), waits=member.project_id in waiting, today=today.isoformat())
            for member in mine
        ],
    }


def _paused(seat: Seat | None) -> bool:
    return seat is not None and seat.paused_at is not None


def _next(member: Member, task_id: int) -> dict[str, Any]:
    """The question to go on with. Its picture is shown to whoever may look at it unasked."""
    task = Task.objects.select_related("image").get(pk=task_id)
    image = task.image
    volunteer = member.role == Role.VOLUNTEER
    shown = not volunteer or looking.may_look(member.user_id, image.pk)
    picture = selectors.picture(member.project_id, image.pk, width=image.width, height=image.height)
    return {
        "project": member.project_id,
        "name": member.project.name,
        "kind": task.kind,
        "question": task.question,
        "picture": picture if shown else None,
        "practice": practice.needed(member),
    }


def _queue(member: Member, seat: Seat | None, *, waits: bool, today: str) -> dict[str, Any]:
    counts = member.project.counts
    done = sum(int(counts.get(name, 0)) for name in ("tasks_closed", "tasks_review", "tasks_set_aside"))
    on = seat is not None and seat.day is not None and seat.day.isoformat() == today
    return {
        "project": member.project_id,
        "name": member.project.name,
        "waits": waits,
        "paused": _paused(seat),
        "open": int(counts.get("tasks_open", 0)),
        "done": done,
        "today": seat.votes_today if seat is not None and on else 0,
        "mine": seat.votes if seat is not None else 0,
    }


def _days(seats: list[Seat]) -> list[dict[str, Any]]:
    """Answers of each of the last fourteen days, today last: earlier ones as a sweep counted them, today's as they are
    kept with every vote."""
    today = datetime.now(UTC).date()
    found: Counter[str] = Counter()
    for seat in seats:
        standing = getattr(seat, "standing", None)
        for day, number in (standing.days if standing else {}).items():
            found[day] += number if day != today.isoformat() else 0
        found[today.isoformat()] += seat.votes_today if seat.day == today else 0
    dates = [(today - timedelta(days=back)).isoformat() for back in range(DAYS - 1, -1, -1)]
    return [{"day": date, "answers": found[date]} for date in dates]
