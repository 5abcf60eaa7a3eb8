"""What waits for a reviewer, and which classes the answers name."""

from collections import Counter

from django.db.models import Count, Q, QuerySet

from annotate.consensus.models import Consensus
from annotate.kinds import KINDS
from annotate.labeling.models import Task
from annotate.projects.models import Project

WAITING = (Task.State.REVIEW, Task.State.SET_ASIDE)


def least_certain(project: Project, states: tuple[str, ...] = WAITING) -> QuerySet[Consensus]:
    """Tasks that wait for a reviewer, to be ordered by (confidence, task): least certain first."""
    rows = Consensus.objects.filter(project=project, task__state__in=states)
    return rows.select_related("task", "task__image")


def names_class(project: Project, concept: int, *, at: str) -> Q:
    """The condition, on a consensus reached by the path `at`, that its answer names a class."""
    if KINDS[project.kind].several:
        return Q(**{f"{at}__named__has_key": str(concept)})
    return Q(**{f"{at}__concept_id": concept})


def tasks_by_class(kind: str, rows: QuerySet[Consensus]) -> dict[int | None, int]:
    """How many of the answers name each class, None standing for those that name none."""
    if KINDS[kind].several:
        found: Counter[int | None] = Counter()
        for named in rows.values_list("named", flat=True).iterator():
            found.update([int(concept) for concept in named] or [None])
        return dict(found)
    return dict(rows.order_by().values_list("concept_id").annotate(Count("pk")))
