"""Checkpoints scored on the holdout of a version: asked for, claimed, driven by the engine, ended once."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from annotate.core import errors
from annotate.datasets import selectors as datasets
from annotate.datasets.models import DatasetVersion
from annotate.projects.models import Project
from training.models import Checkpoint, Evaluation, Run
from training.selectors import folders
from training.selectors import runs as shown
from training.services import child, runs
from training.services.heart import Heart

State = Evaluation.State
SUMMARY = (
    "split", "version_digest", "counts", "loss", "top1", "top5", "map", "map50", "exact", "micro", "figures",
    "threshold", "class_thresholds", "threshold_from", "errors", "agreement_known", "message",
)  # fmt: skip
GIVEN_UP = "The worker was lost again and again while this evaluation was going on; look at the server, then ask anew."


def request_evaluation(checkpoint: Checkpoint, version: DatasetVersion) -> Evaluation:
    """The evaluation of a checkpoint on a version's holdout: made, or found; a failed one is queued again.

    Conflict where the version is not ready.
    """
    if version.state != DatasetVersion.State.READY:
        raise errors.Conflict("version_not_ready", "This version is not ready to be scored on.")
    evaluation, _ = Evaluation.objects.get_or_create(
        checkpoint=checkpoint, version=version, defaults={"project_id": checkpoint.run.project_id}
    )
    failed = Evaluation.objects.filter(pk=evaluation.pk, state=State.FAILED)
    if failed.update(state=State.QUEUED, error=None, attempt=0, heartbeat=None):
        evaluation.refresh_from_db()
    return evaluation


def score_on_newest(project: Project, runs: Sequence[Run]) -> list[Evaluation]:
    """Each run's checkpoint on the holdout of the newest version, so that they can be compared; made, or found.

    Conflict where there is no version, or a run has no checkpoint.
    """
    version = datasets.newest_ready(project)
    checkpoints = [shown.checkpoint_of(run) for run in runs]
    if version is None or None in checkpoints:
        raise errors.Conflict("no_checkpoint", "One of these runs has no checkpoint that could be scored.")
    return [request_evaluation(checkpoint, version) for checkpoint in checkpoints if checkpoint is not None]


def waiting_evaluations() -> QuerySet[Evaluation]:
    """Evaluations that want a worker: queued, or left by one that fell silent."""
    return Evaluation.objects.filter(Q(state=State.QUEUED) | Q(state=State.RUNNING, heartbeat__lt=runs.silent_since()))


def claim_evaluation() -> Evaluation | None:
    """The oldest evaluation that wants a worker, now ours under a new attempt number; None where none does."""
    for row in waiting_evaluations().order_by("id")[:20]:
        same = waiting_evaluations().filter(pk=row.pk, state=row.state, attempt=row.attempt)
        if row.attempt >= settings.RUN_ATTEMPTS:
            same.update(state=State.FAILED, error={"fault": "server", "message": GIVEN_UP, "log": ""})
        elif same.update(state=State.RUNNING, attempt=row.attempt + 1, heartbeat=timezone.now()):
            return Evaluation.objects.select_related("version", "checkpoint__run").get(pk=row.pk)
    return None


def mine(evaluation: Evaluation) -> QuerySet[Evaluation]:
    """The row as long as this attempt holds it."""
    return Evaluation.objects.filter(pk=evaluation.pk, attempt=evaluation.attempt, state=State.RUNNING)


def drive_evaluation(keep_going: Callable[[], bool]) -> bool:
    """Claims one waiting evaluation and drives it to its end; False where none waited."""
    evaluation = claim_evaluation()
    if evaluation is None:
        return False
    folder = folders.evaluation_folder(evaluation)
    folder.mkdir(parents=True, exist_ok=True)
    heart = Heart(lambda: mine(evaluation), keep_going)
    ended = child.run_engine(arguments(evaluation), words=folder / "words.txt", look=heart.look)
    if heart.lost:
        return True
    if ended.code == child.Code.DONE:
        _take_result(evaluation)
    elif not keep_going():
        mine(evaluation).update(state=State.QUEUED, attempt=evaluation.attempt - 1, heartbeat=None)
    else:
        fail(evaluation, child.explain(ended))
    return True


def arguments(evaluation: Evaluation) -> list[str]:
    return [
        "evaluate",
        "--version", str(datasets.folder_of(evaluation.version)),
        "--checkpoint", str(folders.checkpoint_folder(evaluation.checkpoint)),
        "--out", str(folders.evaluation_folder(evaluation)),
        "--cache", str(folders.cache_folder()),
        "--watch-stdin",
    ]  # fmt: skip


def _take_result(evaluation: Evaluation) -> None:
    folder = folders.evaluation_folder(evaluation)
    try:
        found = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
        summary = {name: found[name] for name in SUMMARY if name in found}
    except (OSError, ValueError, AttributeError) as error:
        fail(evaluation, {"fault": "server", "message": f"The evaluation cannot be read: {error}", "log": ""})
        return
    place = str(folder.relative_to(settings.FOVEA_HOME))
    mine(evaluation).update(state=State.READY, summary=summary, folder=place, error=None)


def fail(evaluation: Evaluation, error: Mapping[str, Any]) -> None:
    mine(evaluation).update(state=State.FAILED, error=dict(error))
