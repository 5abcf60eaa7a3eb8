"""The crowd's rows as others see them."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from annotate.core import errors
from annotate.ingest.models import ImportedLabel
from annotate.labeling.models import GoldAnswer, Seat, Task, Vote
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
