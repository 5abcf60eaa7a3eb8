"""A project's totals, kept on its row so that no page ever counts."""

import time
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count

from annotate.consensus import selectors
from annotate.consensus.models import Consensus
from annotate.ingest.models import Image, ImportedLabel
from annotate.labeling.models import Lease, Proposal, Seat, Task, Vote
from annotate.labeling.selectors import UNKNOWN
from annotate.projects.models import Project

# Counting may take this share of the time at most: a project that takes a second to count is counted every half minute.
REST_FACTOR = 30


def count_all() -> int:
    """Counts the projects whose last count is old enough for its cost; the number of projects that changed."""
    now = datetime.now(UTC).timestamp()
    changed = 0
    for project in Project.objects.filter(archived_at=None).order_by("pk"):
        at, took = float(project.counts.get("at", 0)), float(project.counts.get("seconds", 0))
        if now - at >= took * REST_FACTOR or at > now:
            changed += count(project)
    return changed


def count(project: Project) -> bool:
    """Counts one project; True where a number has changed and was written."""
    began = time.monotonic()
    found = _count(project)
    before = {key: value for key, value in project.counts.items() if key not in {"at", "seconds"}}
    took = time.monotonic() - began
    if found == before and took * REST_FACTOR < 1:
        return False
    project.counts = {**found, "at": datetime.now(UTC).timestamp(), "seconds": round(took, 3)}
    Project.objects.filter(pk=project.pk).update(counts=project.counts)
    return found != before


def _count(project: Project) -> dict[str, Any]:
    images = Image.objects.filter(project=project).exclude(state=Image.State.EMPTIED)
    by_image = {(state, split): n for state, split, n in images.values_list("state", "split").annotate(Count("pk"))}
    tasks = Task.objects.filter(project=project).values_list("state", "holdout").annotate(Count("pk"))
    by_task = {(state, holdout): n for state, holdout, n in tasks}
    states = {state: by_task.get((state, False), 0) + by_task.get((state, True), 0) for state in Task.State.values}
    settled = Consensus.objects.filter(project=project, task__state=Task.State.CLOSED)
    classes = selectors.tasks_by_class(project.kind, settled).items()
    holdout = {state: by_task.get((state, True), 0) for state in Task.State.values}
    asked = sum(states.values()) - states["withdrawn"]
    ready = sum(n for (state, _), n in by_image.items() if state == Image.State.READY)
    return {
        "images": sum(n for (state, _), n in by_image.items() if state != Image.State.DELETED),
        "images_by_state": _sum_by(by_image, 0),
        "images_by_split": _sum_by({key: n for key, n in by_image.items() if key[0] == Image.State.READY}, 1),
        "unasked": max(0, ready - states["open"] - states["closed"] - states["review"]),
        "tasks": asked,
        **{f"tasks_{state}": number for state, number in states.items()},
        "holdout": sum(holdout.values()) - holdout["withdrawn"],
        "holdout_settled": holdout["closed"],
        "holdout_review": holdout["review"],
        "votes": Vote.objects.filter(project=project).count(),
        "leased": Lease.objects.filter(project=project).count(),
        "people": Seat.objects.filter(project=project, votes__gt=0).count(),
        "proposals": Proposal.objects.filter(task__project=project, live=True, task__state=Task.State.OPEN).count(),
        "gold": Task.objects.filter(project=project, gold_lot__isnull=False, state=Task.State.CLOSED).count(),
        "decided": settled.filter(decided=True).count(),
        "per_class": {"nothing" if key is None else str(key): n for key, n in sorted(classes, key=_by_key)},
        "unknown_labels": ImportedLabel.objects.filter(image__project=project, note=UNKNOWN).count(),
    }


def _by_key(row: tuple[int | None, int]) -> int:
    return row[0] or 0


def _sum_by(numbers: dict[tuple[str, str], int], part: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for key, number in sorted(numbers.items()):
        found[key[part]] = found.get(key[part], 0) + number
    return found
