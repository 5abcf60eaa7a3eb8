"""Learning curves: one run's config trained again on nested parts of its version, each point an ordinary run."""

from collections.abc import Sequence
from typing import Any, Final

from django.db import transaction

from annotate.accounts.models import User
from annotate.core import audit, errors
from annotate.projects.models import Project
from training.models import LearningCurve, Run
from training.selectors import curves as shown
from training.selectors.runs import LIVE, own_evaluation
from training.services import runs

SHARES: Final = (0.1, 0.2, 0.4, 0.7, 1.0)
MOST_SEEDS: Final = 5
MOST_SEED: Final = 2**31 - 1


def start_curve(run: Run, *, actor: User | None, seeds: int = 1, shares: Sequence[float] = SHARES) -> LearningCurve:
    """A curve of this run's config on its version, its runs queued from the smallest part to the whole.

    The parts of one seed are nested; each further seed trains with other parts and another start. The run itself is the
    first point of the whole set where it was finished and scored on that. Conflict while another curve of the project
    is under way; Invalid for a run that learned from a part only.
    """
    project = run.project
    if run.config.get("train_share", 1.0) < 1:
        raise errors.Invalid("run_of_a_part", "This run learned from a part only: ask for the curve of a whole one.")
    with transaction.atomic():
        Project.objects.select_for_update().get(pk=project.pk)
        if Run.objects.filter(curve__project=project, state__in=LIVE).exists():
            raise errors.Conflict("curve_under_way", "Another learning curve is under way; it can be stopped.")
        curve = LearningCurve.objects.create(
            project=project, version=run.version, run=run, shares=sorted(set(shares)), seeds=seeds,
            created_by_id=actor.pk if actor else None,
        )  # fmt: skip
        for config in point_configs(run, curve, whole=own_evaluation(run) is not None):
            name = f"Learning curve {curve.pk}: {config['train_share']:.0%}, seed {config['seed']}"
            runs.start_run(
                project, actor=actor, version=run.version, preset=run.preset, config=config, weights=run.weights,
                name=name, curve=curve,
            )  # fmt: skip
        audit.record(
            "start_curve", actor=actor.pk if actor else None, subject="curve", subject_id=curve.pk,
            project_id=project.pk, data={"run": run.pk, "seeds": seeds, "shares": curve.shares},
        )  # fmt: skip
    return curve


def point_configs(run: Run, curve: LearningCurve, *, whole: bool) -> list[dict[str, Any]]:
    """The configs that remain to be trained; without the run's own one where that stands for the `whole` already."""
    first = int(run.config.get("seed", 0))
    found = []
    for share in curve.shares:
        for place in range(curve.seeds):
            if not (whole and share == 1 and place == 0):
                seed = (first + place) % (MOST_SEED + 1)
                found.append({**run.config, "train_share": share, "share_seed": seed, "seed": seed})
    return found


def stop_curve(curve: LearningCurve, *, actor: User | None) -> None:
    """Stops every run of the curve that goes on; what has ended stays. Conflict where all have."""
    live = list(shown.points_of(curve).filter(state__in=LIVE))
    if not live:
        raise errors.Conflict("curve_has_ended", "This learning curve has ended.")
    for run in live:
        try:
            runs.stop_run(run, actor=actor)
        except errors.Conflict:  # it ended by itself in this moment
            continue
