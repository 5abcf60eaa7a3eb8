"""How people do in a project, as its reviewers see it."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from annotate.consensus.models import Standing
from annotate.consensus.services.standings import last_days
from annotate.core import errors, intervals
from annotate.ingest import selectors as ingest
from annotate.labeling.models import Seat, Vote
from annotate.projects.models import Member, Project


def people_of(project: Project) -> QuerySet[Seat]:
    """Everybody who has answered here, members still or not, to be ordered by (-votes, id)."""
    return Seat.objects.filter(project=project, votes__gt=0).select_related("user", "standing")


def seat_in(project: Project, user_id: int) -> Seat:
    """A person's seat in this project; NotFound."""
    seat = Seat.objects.filter(project=project, user_id=user_id).select_related("user", "standing").first()
    if seat is None:
        raise errors.NotFound("unknown_person", "This person has not worked in this project.")
    return seat


def person_rows(project: Project, seats: list[Seat], *, admin: bool) -> list[dict[str, Any]]:
    """People with their figures; one query for all. The names that volunteers chose are for admins alone."""
    members = Member.objects.filter(project=project, user_id__in=[seat.user_id for seat in seats])
    roles = dict(members.values_list("user_id", "role"))
    return [_row(seat, roles.get(seat.user_id), admin=admin) for seat in seats]


def _row(seat: Seat, role: str | None, *, admin: bool) -> dict[str, Any]:
    standing: Standing | None = getattr(seat, "standing", None)
    agreed, compared = (standing.agreed, standing.compared) if standing else (0, 0)
    return {
        "user_id": seat.user_id,
        "name": seat.user.name if admin or not seat.user.volunteer else seat.user.username,
        "username": seat.user.username,
        "role": role,
        "votes": seat.votes,
        "last_active": seat.seen_at,
        "median_ms": standing.median_ms if standing else None,
        "agreement": _share(agreed, compared),
        "gold": {**_share(seat.gold_right, seat.gold_answered), "passed": seat.gold_passed},
        "pause": _pause(seat),
        "counted_at": standing.updated_at if standing else None,
    }


def _share(hits: int, count: int) -> dict[str, Any]:
    return {"hits": hits, "count": count, **intervals.wilson(hits, count)._asdict()}


def _pause(seat: Seat) -> dict[str, Any] | None:
    if seat.paused_at is None:
        return None
    return {"at": seat.paused_at, "code": seat.paused_code, "note": seat.paused_note}


def person_page(project: Project, user_id: int, *, admin: bool) -> dict[str, Any]:
    """One person with their days, what they take for what, and their answers furthest from what was settled."""
    seat = seat_in(project, user_id)
    standing: Standing | None = getattr(seat, "standing", None)
    (row,) = person_rows(project, [seat], admin=admin)
    confusion = standing.confusion if standing else []
    return {
        **row,
        "days": last_days(standing, today=timezone.now().date()),
        "confusion": [{"settled": settled, "said": said, "count": number} for settled, said, number in confusion],
        "worst": _worst(project, dict(standing.worst) if standing else {}),
    }


def _worst(project: Project, likeness: dict[int, float]) -> list[dict[str, Any]]:
    found = Vote.objects.filter(project=project, pk__in=likeness).select_related("task__image", "task__consensus")
    votes = {vote.pk: vote for vote in found}
    return [
        {
            "image": votes[pk].task.image_id,
            "name": votes[pk].task.image.name,
            "thumb": ingest.picture_url(project.pk, votes[pk].task.image_id, "thumb"),
            "answer": votes[pk].answer,
            "settled": votes[pk].task.consensus.answer,
            "likeness": alike,
        }
        for pk, alike in likeness.items()
        if pk in votes and hasattr(votes[pk].task, "consensus")
    ]
