"""What waits for a reviewer."""

from django.db.models import QuerySet

from annotate.consensus.models import Consensus
from annotate.labeling.models import Task
from annotate.projects.models import Project

WAITING = (Task.State.REVIEW, Task.State.SET_ASIDE)


def least_certain(project: Project, states: tuple[str, ...] = WAITING) -> QuerySet[Consensus]:
    """Tasks that wait for a reviewer, to be ordered by (confidence, task): least certain first."""
    rows = Consensus.objects.filter(project=project, task__state__in=states)
    return rows.select_related("task", "task__image")
