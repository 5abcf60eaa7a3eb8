"""What a project's last refit found, as the fold of one vote needs it; kept per process until the next refit."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from annotate.consensus.method import Method
from annotate.consensus.methods import METHODS
from annotate.consensus.models import Refit, Skill
from annotate.labeling import sql
from annotate.labeling.schema import schema_of
from annotate.projects.models import Project


@dataclass(frozen=True)
class Memory:
    """A project's method and what it recalls of the last refit."""

    method: Method
    known: Any


def learned(project: Project) -> Memory:
    """Costs one small query while the last refit is the one this process knows."""
    found = sql.rows("SELECT number FROM consensus_refit WHERE project_id = %s", [project.pk])
    number = found[0][0] if found else 0
    ids = schema_of(project).ids
    return _learned(project.pk, project.created_at.timestamp(), number, ids, project.consensus_method)


@lru_cache(maxsize=64)
def _learned(project_id: int, born: float, number: int, ids: tuple[int, ...], method: str) -> Memory:
    prior, workers = {}, {}
    fit = Refit.objects.filter(project_id=project_id, number=number, method=method).first() if number else None
    if fit is not None:
        prior = fit.prior
        rows = Skill.objects.filter(project_id=project_id, method=method).values_list("worker", "statistics")
        workers = dict(rows)
    return Memory(METHODS[method], METHODS[method].recall(ids, prior=prior, workers=workers))
