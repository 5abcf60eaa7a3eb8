"""What the data page's filters would find in a whole project, kept by a sweep so that no request counts it.

Consensus keeps a project's totals for its own page; these are by what a wall can be narrowed to.
"""

import time
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, FilteredRelation, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from annotate.consensus import selectors as consensus
from annotate.consensus.models import Consensus, Refit
from annotate.core.audit import Audit
from annotate.datasets.models import Facets
from annotate.ingest.models import Image
from annotate.labeling.models import Task, Vote
from annotate.projects.models import Project

HIDDEN = (Image.State.DELETED, Image.State.EMPTIED)
QUESTION = "label"
REST = 30  # counting takes at most one part in so many of a worker's time
SOON = timedelta(seconds=2)
LATEST = timedelta(minutes=5)


def keep_counts() -> int:
    """Counts the projects in which something has happened since they were counted; how many it counted.

    Some changes leave no mark (a sweep that closes tasks), so everything is counted again after a few minutes.
    """
    now = timezone.now()
    counted = {row.project_id: row for row in Facets.objects.all()}
    done = 0
    for project_id, *mark in _marks():
        last = counted.get(project_id)
        if last is None or _is_due(last, mark, now):
            _count(project_id, mark)
            done += 1
    return done


def facets_of(project: Project) -> dict[str, Any] | None:
    """The totals as last counted; None before the first time."""
    row = Facets.objects.filter(project=project).first()
    return None if row is None else {**row.counts, "counted_at": row.counted_at}


def _marks() -> list[tuple[Any, ...]]:
    """For each project its id and the newest row of each kind, every one found by an index."""

    def newest(rows: QuerySet[Any]) -> Subquery:
        return Subquery(rows.order_by("-id").values("id")[:1], output_field=IntegerField())

    mine = Q(project=OuterRef("pk"))
    newest_of = {
        "vote": newest(Vote.objects.filter(mine)),
        "image": newest(Image.objects.filter(mine, state=Image.State.READY)),
        "task": newest(Task.objects.filter(mine, state=Task.State.OPEN)),
        "act": newest(Audit.objects.filter(project_id=OuterRef("pk"))),
        "refit": Subquery(Refit.objects.filter(mine).values("number")[:1], output_field=IntegerField()),
    }
    return list(Project.objects.filter(archived_at=None).annotate(**newest_of).values_list("pk", *newest_of))


def _is_due(last: Facets, mark: list[Any], now: datetime) -> bool:
    age = now - last.counted_at
    rest = timedelta(seconds=last.seconds * REST)
    return age >= max(rest, LATEST) or (list(last.mark) != mark and age >= max(rest, SOON))


def _count(project_id: int, mark: list[Any]) -> None:
    started = time.monotonic()
    images = Image.objects.filter(project_id=project_id).exclude(state=Image.State.EMPTIED)
    images = images.annotate(task=FilteredRelation("tasks", condition=Q(tasks__question=QUESTION)))
    counts: dict[str, Any] = {"images": 0, "states": {}, "splits": {}, "problems": {}}
    groups = images.values_list("state", "task__state", "split", "problem").annotate(n=Count("pk")).order_by()
    for state, task_state, split, problem, number in groups:
        _add(counts["states"], shown_state(state, task_state), number)
        if state in HIDDEN:
            continue
        counts["images"] += number
        _add(counts["splits"], split, number)
        if problem:
            _add(counts["problems"], problem, number)
    answers = Consensus.objects.filter(project_id=project_id, task__question=QUESTION)
    answers = answers.exclude(task__image__state__in=HIDDEN)
    kind = Project.objects.values_list("kind", flat=True).get(pk=project_id)
    classes = consensus.tasks_by_class(kind, answers)
    counts["classes"] = {str(concept): number for concept, number in classes.items() if concept is not None}
    kinds = {name: Count("pk", filter=rule) for name, rule in agreement_rules("").items()}
    counts["agreement"] = answers.aggregate(**kinds)
    Facets.objects.update_or_create(
        project_id=project_id,
        defaults={
            "counts": counts,
            "mark": mark,
            "seconds": time.monotonic() - started,
            "counted_at": timezone.now(),
        },
    )


def _add(found: dict[str, int], key: str, number: int) -> None:
    found[key] = found.get(key, 0) + number


def shown_state(image_state: str, task_state: str | None) -> str:
    """What the page calls a picture: the picture's own state, or its task's while it is in use."""
    if image_state != Image.State.READY:
        return str(image_state)
    return str(task_state) if task_state and task_state != Task.State.WITHDRAWN else "unasked"


def agreement_rules(path: str) -> dict[str, Q]:
    """How votes agree, as conditions on a consensus reached by `path`; the project's own bound makes one low."""
    at = f"{path}__" if path else ""
    return {
        "unanimous": Q(**{f"{at}agreement__gte": 1}),
        "disputed": Q(**{f"{at}agreement__lt": 1}),
        "low": Q(**{f"{at}votes__gte": 1, f"{at}confidence__lt": F(f"{at}project__accept_confidence")}),
    }
