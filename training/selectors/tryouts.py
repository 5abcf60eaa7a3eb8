"""What can be tried in a project, and how far a picture that is being tried has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from annotate.accounts.models import User
from annotate.core import errors
from annotate.projects.models import Project
from training.models import Checkpoint, Evaluation, Tryout, Weights
from training.selectors import folders

MOST_MODELS = 100
UNSERVED_SECONDS = 60
NOT_SERVED = {
    "code": "try_not_served",
    "message": "Nothing took this picture up within a minute: the server is busy, or nothing serves its queue `try`.",
}


@dataclass(frozen=True)
class Model:
    """Something that can be shown a picture. `figure` is its best known one on a holdout: accuracy, or mAP at .5."""

    key: str
    name: str
    architecture: str
    created_at: datetime
    run: int | None = None
    epoch: int | None = None
    figure: float | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    """Of the evaluation on the version that it learned from."""
    checkpoint: Checkpoint | None = None
    weights: Weights | None = None

    @property
    def place(self) -> Path:
        """The checkpoint's folder, or the file of weights."""
        if self.checkpoint is not None:
            return folders.checkpoint_folder(self.checkpoint)
        assert self.weights is not None
        return folders.weights_file(self.weights)


def models_to_try(project: Project) -> list[Model]:
    """Checkpoints, the best first and of those alike the newest, then files of ImageNet weights, the newest first.

    The figure is that of the newest version on which a checkpoint was scored.
    """
    rows = Checkpoint.objects.filter(run__project=project, run__curve=None).select_related("run")
    newest = list(rows.prefetch_related("evaluations").order_by("-id")[:MOST_MODELS])
    trained = sorted(map(_of_checkpoint, newest), key=lambda one: (one.figure is None, -(one.figure or 0)))
    files = Weights.objects.filter(project=project).order_by("-id")[:MOST_MODELS]
    return trained + [_of_weights(row) for row in files if row.facts.get("named")]


def model_for(project: Project, key: str) -> Model:
    """The model of this project with this key; NotFound for any other."""
    word, _, number = key.partition("-")
    if number.isascii() and number.isdecimal() and len(number) < 16:
        if word == "checkpoint":
            rows = Checkpoint.objects.filter(run__project=project, pk=number).select_related("run")
            if row := rows.prefetch_related("evaluations").first():
                return _of_checkpoint(row)
        elif word == "weights":
            file = Weights.objects.filter(project=project, pk=number).first()
            if file is not None and file.facts.get("named"):
                return _of_weights(file)
    raise errors.NotFound("no_such_model", "There is no such model to try in this project.", {"model": key[:40]})


def tryout_for(project: Project, user: User, tid: int) -> Tryout:
    """A tryout of this person in this project; NotFound for any other, and for one that was forgotten.

    What somebody shows to a model may be a picture that the project never sees: it is nobody else's to read or to end.
    """
    row = Tryout.objects.filter(project=project, created_by=user, pk=tid).first()
    if row is None:
        raise errors.NotFound("tryout_over", "This picture is not being tried any more.")
    return row


def standing(tryout: Tryout) -> tuple[str, dict[str, Any] | None]:
    """State and error; one that nobody takes up has failed, whether or not a sweep has come by to say so."""
    unserved = tryout.created_at < timezone.now() - timedelta(seconds=UNSERVED_SECONDS)
    if tryout.state == Tryout.State.QUEUED and unserved:
        return Tryout.State.FAILED, NOT_SERVED
    return tryout.state, tryout.error


def _of_checkpoint(row: Checkpoint) -> Model:
    ready = [one for one in row.evaluations.all() if one.state == Evaluation.State.READY]
    newest = max(ready, key=lambda one: one.version_id, default=None)
    summary = newest.summary if newest else {}
    figure = next((summary[name] for name in ("top1", "map50", "map") if summary.get(name) is not None), None)
    own = next((one.summary for one in ready if one.version_id == row.run.version_id), {})
    config = row.run.config
    return Model(
        key=f"checkpoint-{row.pk}",
        name=row.run.name,
        architecture=str(config.get("architecture", "")),
        created_at=row.created_at,
        run=row.run_id,
        epoch=row.epoch,
        figure=_value(figure),
        summary=own,
        checkpoint=row,
    )


def _value(figure: Any) -> float | None:
    """A figure as a summary holds it: a number, or one with its interval."""
    value = figure.get("value") if isinstance(figure, dict) else figure
    return float(value) if isinstance(value, int | float) else None


def _of_weights(row: Weights) -> Model:
    return Model(
        key=f"weights-{row.pk}",
        name=row.name,
        architecture=row.architecture,
        created_at=row.created_at,
        weights=row,
    )
