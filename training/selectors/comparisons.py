"""Runs side by side: what differs in their configs, how good each is on one holdout, and what changed between two."""

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from annotate.core import errors
from annotate.ingest import selectors as ingest
from annotate.ingest.models import Image
from annotate.projects.models import Project
from training.engine import compared
from training.models import Evaluation, Run
from training.selectors import folders
from training.selectors.evaluations import NOT_SHOWN
from training.selectors.runs import checkpoint_of, runs_of

LEAST, MOST = 2, 6
FIGURES = ("top1", "map50", "map")
CHANGES = (compared.LOST, compared.GAINED)


def chosen_runs(project: Project, ids: Sequence[int], *, most: int = MOST) -> list[Run]:
    """These runs of the project in this order. BadRequest for fewer than two, too many or twice the same, NotFound."""
    if not LEAST <= len(ids) <= most or len(set(ids)) < len(ids):
        sentence = f"Name from {LEAST} to {most} different runs, as in runs=1,2."
        raise errors.BadRequest("bad_runs", sentence, {"parameter": "runs"})
    rows = runs_of(project).prefetch_related("checkpoints__evaluations__version").filter(pk__in=ids)
    found = {run.pk: run for run in rows}
    if len(found) < len(ids):
        raise errors.NotFound("not_found", "There is no such run in this project.")
    return [found[one] for one in ids]


def _ready(run: Run) -> dict[int, Evaluation]:
    """The ended evaluations of the run's checkpoint by their version's number."""
    checkpoint = checkpoint_of(run)
    rows = [] if checkpoint is None else checkpoint.evaluations.all()
    return {row.version.number: row for row in rows if row.state == Evaluation.State.READY}


def scored(runs: Sequence[Run]) -> tuple[int | None, list[Evaluation | None]]:
    """The newest version on whose holdout all were scored, and each run's evaluation there.

    Where there is none: None, and each run's newest evaluation.
    """
    ready = [_ready(run) for run in runs]
    shared = set.intersection(*(set(one) for one in ready))
    if shared:
        number = max(shared)
        return number, [one[number] for one in ready]
    return None, [one[max(one)] if one else None for one in ready]


def comparison(runs: Sequence[Run]) -> dict[str, Any]:
    """Everything that the page of a comparison shows but the curves and the pictures."""
    version, evaluations = scored(runs)
    pairs = [
        _pair(runs[0], run, evaluations[0], evaluation)
        for run, evaluation in zip(runs[1:], evaluations[1:], strict=True)
        if evaluations[0] is not None and evaluation is not None
    ]
    return {
        "version": version,
        "runs": list(runs),
        "figures": [None if one is None else figure_of(one) for one in evaluations],
        "scoring": any(_is_scored(run) for run in runs),
        "differences": differences(runs),
        "pairs": pairs,
    }


def _is_scored(run: Run) -> bool:
    checkpoint = checkpoint_of(run)
    waiting = (Evaluation.State.QUEUED, Evaluation.State.RUNNING)
    return checkpoint is not None and any(row.state in waiting for row in checkpoint.evaluations.all())


def figure_of(evaluation: Evaluation) -> dict[str, Any]:
    """The headline figure of a ready evaluation with its interval and what it stands on."""
    name = next((one for one in FIGURES if evaluation.summary.get(one)), "")
    told = evaluation.summary.get(name) or {}
    return {
        "evaluation": evaluation.pk,
        "version": evaluation.version.number,
        "measure": name,
        **{part: told.get(part) for part in ("value", "low", "high")},
        "count": told.get("count") or 0,
    }


def differences(runs: Sequence[Run]) -> list[dict[str, Any]]:
    """The options in which the runs are not all alike, each with its value in every run; the version comes first."""
    rows: dict[str, list[Any]] = {
        "version": [run.version.number for run in runs],
        "weights": [run.weights.name if run.weights else None for run in runs],
    }
    for name in sorted(set().union(*(run.config for run in runs))):
        rows[name] = [run.config.get(name) for run in runs]
    return [
        {"option": name, "values": values}
        for name, values in rows.items()
        if any(value != values[0] for value in values)
    ]


def _pair(first: Run, second: Run, one: Evaluation, other: Evaluation) -> dict[str, Any]:
    return {
        "runs": [first.pk, second.pk],
        "versions": [one.version.number, other.version.number],
        **_compared(_place(one), _place(other)),
    }


def _place(evaluation: Evaluation) -> tuple[str, int]:
    """The evaluation's folder and when it was written, so that what was read of it may be kept."""
    folder = folders.evaluation_folder(evaluation)
    try:
        return str(folder), (folder / "evaluation.json").stat().st_mtime_ns
    except OSError:
        raise errors.NotFound("evaluation_gone", "The folder of this evaluation is not there any more.") from None


@lru_cache(maxsize=4)
def _side(folder: str, written: int) -> compared.Side:
    try:
        return compared.read_side(Path(folder))
    except OSError:
        raise errors.NotFound("evaluation_gone", "The folder of this evaluation is not there any more.") from None


@lru_cache(maxsize=64)
def _compared(one: tuple[str, int], other: tuple[str, int]) -> dict[str, Any]:
    try:
        return compared.compare(_side(*one), _side(*other))
    except ValueError as error:
        raise errors.Conflict("not_comparable", f"These two cannot be compared: {error}.") from error


def changed_pictures(
    project: Project, runs: Sequence[Run], *, change: str, offset: int, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """Pictures that one of two runs has right and the other wrong, and whether more follow.

    Conflict where one of them was not scored yet; a picture that was deleted since has no image.
    """
    _, (one, other) = scored(runs)
    if one is None or other is None:
        raise errors.Conflict("not_scored", "Both runs must be scored before their pictures can be compared.")
    try:
        rows = compared.changed(_side(*_place(one)), _side(*_place(other)), change=change)
    except ValueError as error:
        raise errors.Conflict("not_comparable", f"These two cannot be compared: {error}.") from error
    page = rows[offset : offset + limit]
    images = Image.objects.filter(project=project, digest__in=[row.digest for row in page]).exclude(state__in=NOT_SHOWN)
    by_digest = {image.digest: image for image in images}
    return [_picture(project, row, by_digest.get(row.digest)) for row in page], len(rows) > offset + limit


def _picture(project: Project, row: compared.Changed, image: Image | None) -> dict[str, Any]:
    return {
        "image": image.pk if image else None,
        "thumb": ingest.picture_url(project.pk, image.pk, "thumb") if image else None,
        "name": image.name if image else "",
        "truth": list(row.truth),
        "first": list(row.first),
        "second": list(row.second),
    }
