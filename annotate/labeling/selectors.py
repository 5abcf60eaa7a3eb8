"""The crowd's rows as others see them."""

# ruff: noqa: S608 - what is put into these statements are placeholders, never a value

from collections.abc import Collection
from typing import Any

from django.db.models import Count, Q, QuerySet

from annotate.core import errors
from annotate.ingest.models import ImportedLabel
from annotate.labeling import sql
from annotate.labeling.models import GoldAnswer, Lease, Seat, Task, Vote
from annotate.projects.models import Project

UNKNOWN = "unknown_class"


def task_for(project: Project, task_id: int) -> Task:
    """A task of this project with its picture; NotFound."""
    task = Task.objects.filter(project=project, pk=task_id).select_related("image").first()
    if task is None:
        raise errors.NotFound("unknown_task", "There is no such task in this project.", {"task": task_id})
    return task


def own_votes(project: Project, user_id: int) -> QuerySet[Vote]:
    """What one person answered in a project, with the tasks and pictures."""
    return Vote.objects.filter(project=project, user_id=user_id).select_related("task__image")


def seat_of(project: Project, user_id: int) -> Seat | None:
    """A person's place in a project; None for who has never been at its desk."""
    return Seat.objects.filter(project=project, user_id=user_id).first()


def tally(answers: QuerySet[GoldAnswer]) -> tuple[int, int, int]:
    """How many of the answers to known questions say something, how many are right, and how many are passes."""
    found = answers.aggregate(
        said=Count("pk", filter=Q(right__isnull=False)),
        hits=Count("pk", filter=Q(right=True)),
        passes=Count("pk", filter=Q(right__isnull=True)),
    )
    return found["said"], found["hits"], found["passes"]


def gold_since(seat: Seat) -> tuple[int, int, int]:
    """As `tally`, of the answers that a person gave since the last pause ended."""
    rows = GoldAnswer.objects.filter(project_id=seat.project_id, user_id=seat.user_id, vote_id__gt=seat.gold_from)
    return tally(rows)


def missed(seat: Seat, *, limit: int) -> list[GoldAnswer]:
    """A person's wrong answers to known questions as of their last pause, the newest first, with vote and picture."""
    rows = GoldAnswer.objects.filter(project_id=seat.project_id, user_id=seat.user_id, vote_id__lte=seat.shown_to)
    return list(rows.filter(right=False).select_related("vote", "task__image").order_by("-vote_id")[:limit])


def votes_on(task_ids: list[int]) -> dict[int, list[Vote]]:
    """The votes that were not superseded, by task, without skips and answers to known questions; one query."""
    found: dict[int, list[Vote]] = {task_id: [] for task_id in task_ids}
    rows = Vote.objects.filter(task_id__in=task_ids, superseded=False, gold=False).exclude(outcome=Vote.Outcome.SKIP)
    for vote in rows.order_by("id"):
        found[vote.task_id].append(vote)
    return found


def unknown_labels(project: Project) -> list[dict[str, Any]]:
    """Class names that sources used and the project does not have, with how often: `{source, label, count}`."""
    rows = ImportedLabel.objects.filter(image__project=project, note=UNKNOWN).values("source_name", "label")
    counted = rows.annotate(count=Count("pk")).order_by("source_name", "label")
    return [{"source": row["source_name"], "label": row["label"], "count": row["count"]} for row in counted]


def asked_or_answered(user_id: int, image_id: int) -> bool:
    """Whether a person holds a lease on a task of the picture, or has answered one."""
    tasks = list(Task.objects.filter(image_id=image_id).values_list("pk", flat=True))
    mine = Vote.objects.filter(user_id=user_id, task_id__in=tasks)
    held = Lease.objects.filter(user_id=user_id, task_id__in=tasks)
    # The live vote has an index of its own; any older one is looked for only where there is none.
    return held.exists() or mine.filter(superseded=False).exists() or mine.exists()


def seats_of(project: Project, user_ids: Collection[int]) -> dict[int, Seat]:
    """Where these people sit, by user: how much each has answered, and when last seen."""
    return {seat.user_id: seat for seat in Seat.objects.filter(project=project, user_id__in=user_ids)}


def votes_by_link(project: Project, link_ids: Collection[int]) -> dict[int, int]:
    """How many tasks the people who came by each of these open links have answered; one query over their seats."""
    if not link_ids:
        return {}
    found = sql.rows(
        "SELECT m.link_id, sum(s.votes) FROM projects_member m"
        " JOIN labeling_seat s ON s.project_id = m.project_id AND s.user_id = m.user_id"
        f" WHERE m.project_id = %s AND m.link_id IN ({sql.places(list(link_ids))}) GROUP BY m.link_id",
        [project.pk, *link_ids],
    )
    return {link: int(votes) for link, votes in found}
