"""Learning curves as they are shown: their points, how far they are, and what more labels would buy."""

from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.db.models import QuerySet

from annotate.core import errors
from annotate.projects.models import Project
from training.engine import compared, learning_curve, paired
from training.models import Evaluation, LearningCurve, Run
from training.selectors import folders
from training.selectors.comparisons import figure_of
from training.selectors.runs import LIVE, checkpoint_of

MORE: Final = (50, 100, 200, 500, 1000, 2000, 5000, 10_000)
Place = tuple[int, float, float, str, int]


def curve_for(project: Project, cid: int) -> LearningCurve:
    """A learning curve of this project; NotFound for any other."""
    curve = curves_of(project).filter(pk=cid).first()
    if curve is None:
        raise errors.NotFound("not_found", "There is no such learning curve in this project.")
    return curve


def curves_of(project: Project) -> QuerySet[LearningCurve]:
    return LearningCurve.objects.filter(project=project).select_related("version", "run")


def points_of(curve: LearningCurve) -> QuerySet[Run]:
    """The runs of a curve, the smallest part first, with their evaluations."""
    rows = Run.objects.filter(curve=curve).select_related("project", "version")
    return rows.prefetch_related("checkpoints__evaluations__version").order_by("id")


def curve_row(curve: LearningCurve) -> dict[str, Any]:
    """A curve in a list: where it comes from and how far it is; two queries."""
    states = list(curve.points.values_list("state", flat=True))
    ended = sum(state not in LIVE for state in states)
    return {
        "id": curve.pk,
        "run": curve.run_id,
        "run_name": curve.run.name if curve.run else "",
        "version": {"id": curve.version_id, "number": curve.version.number},
        "seeds": curve.seeds,
        "shares": curve.shares,
        "live": ended < len(states),
        "done": ended,
        "total": len(states),
        "created_at": curve.created_at,
    }


def curve_page(curve: LearningCurve) -> dict[str, Any]:
    """The whole curve: each point with its figure, and the estimate once enough of them are scored."""
    runs = list(points_of(curve))
    origin = _origin(curve)
    points = [_point(run) for run in [*runs, *([origin] if origin else [])]]
    scored = [_ready(run) for run in [*runs, *([origin] if origin else [])]]
    known = tuple(
        _place(point, evaluation)
        for point, evaluation in zip(points, scored, strict=True)
        if evaluation is not None and point["figure"] and point["figure"]["value"] is not None and point["pictures"]
    )
    return {**curve_row(curve), "points": points, "estimate": _estimate(known)}


def _origin(curve: LearningCurve) -> Run | None:
    """The run that the curve was asked of, where it is its own point of the whole set."""
    whole = curve.points.filter(config__train_share=1.0).count()
    if curve.run is None or whole == curve.seeds:
        return None
    rows = Run.objects.filter(pk=curve.run.pk).select_related("project", "version")
    return rows.prefetch_related("checkpoints__evaluations__version").first()


def _ready(run: Run) -> Evaluation | None:
    """The run's evaluation on its own version, if it has ended."""
    checkpoint = checkpoint_of(run)
    rows = [] if checkpoint is None or run.state != Run.State.FINISHED else checkpoint.evaluations.all()
    fitting = (row for row in rows if row.version_id == run.version_id and row.state == Evaluation.State.READY)
    return next(fitting, None)


def _point(run: Run) -> dict[str, Any]:
    evaluation = _ready(run)
    return {
        "run": run.pk,
        "state": run.state,
        "share": run.config.get("train_share", 1.0),
        "seed": run.config.get("seed", 0),
        "pictures": run.progress.get("train"),
        "epoch": run.epoch,
        "epochs": run.epochs,
        "figure": figure_of(evaluation) if evaluation else None,
    }


def _place(point: dict[str, Any], evaluation: Evaluation) -> Place:
    figure, folder = point["figure"], folders.evaluation_folder(evaluation)
    low, high = figure["low"], figure["high"]
    spread = paired.z_of(low, high) if low is not None and high is not None else 0.0
    try:
        written = (folder / "evaluation.json").stat().st_mtime_ns
    except OSError:
        written = 0
    return int(point["pictures"]), float(figure["value"]), spread, str(folder), written


@lru_cache(maxsize=32)
def _estimate(known: tuple[Place, ...]) -> dict[str, Any]:
    """The estimate of these points: from the very pictures where each has one class, else from the intervals."""
    sides = [_wrong_of(Path(folder)) for _, _, _, folder, _ in known]
    digests = {side[0] for side in sides if side is not None}
    together = len(digests) == 1 and None not in sides
    points = [
        learning_curve.Point(pictures, 1 - value, side[1] if together and side else None, spread)
        for (pictures, value, spread, _, _), side in zip(known, sides, strict=True)
    ]
    return learning_curve.estimate(points, more=MORE)


def _wrong_of(folder: Path) -> tuple[tuple[str, ...], Any] | None:
    """The scored pictures in the order of their digests, and which were wrong; None where shares do not say it all."""
    try:
        side = compared.read_side(folder)
    except (OSError, ValueError):
        return None
    if side.measure != compared.TOP1:
        return None
    order = np.argsort(np.array(side.digests, np.str_), kind="stable")
    return tuple(side.digests[row] for row in order.tolist()), ~side.right[order]
