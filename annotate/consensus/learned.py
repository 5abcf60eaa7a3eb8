"""What a project's last refit found, as the fold of one vote needs it; kept per process until the next refit."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from annotate.consensus.method import Floats, Ints, Method, Skill, flat_prior, unpack_skill
from annotate.consensus.methods import METHODS
from annotate.consensus.models import Refit
from annotate.consensus.models import Skill as SkillRow
from annotate.labeling import sql
from annotate.labeling.schema import schema_of
from annotate.projects.models import Project


@dataclass(frozen=True)
class Learned:
    """`class_ids` are the schema's concepts in order, then 0 for "nothing fits"; `place` their indices."""

    method: Method
    class_ids: Ints
    place: Mapping[int, int]
    prior: Floats
    skills: Mapping[str, Skill]


def learned(project: Project) -> Learned:
    """Costs one small query while the last refit is the one this process knows."""
    found = sql.rows("SELECT number FROM consensus_refit WHERE project_id = %s", [project.pk])
    number = found[0][0] if found else 0
    ids = schema_of(project).ids
    return _learned(project.pk, project.created_at.timestamp(), number, ids, project.consensus_method)


@lru_cache(maxsize=64)
def _learned(project_id: int, born: float, number: int, ids: tuple[int, ...], method: str) -> Learned:
    class_ids = np.array([*ids, 0], dtype=np.int64)
    prior, skills = flat_prior(len(class_ids)), {}
    fit = Refit.objects.filter(project_id=project_id, number=number, method=method).first() if number else None
    if fit is not None:
        # A class added since the refit starts with the least share any class has.
        least = min(fit.prior.values(), default=1.0)
        prior = np.array([fit.prior.get(str(concept), least) for concept in class_ids], dtype=np.float64)
        prior = prior / prior.sum()
        rows = SkillRow.objects.filter(project_id=project_id, method=method).values_list("worker", "statistics")
        skills = {worker: unpack_skill(packed, class_ids) for worker, packed in rows}
    place = {int(concept): index for index, concept in enumerate(class_ids)}
    return Learned(METHODS[method], class_ids, place, prior, skills)
