"""Runs, their curves and their logs."""

import json
from pathlib import Path
from typing import Any, BinaryIO

from django.db.models import QuerySet

from annotate.core import errors
from annotate.projects.models import Project
from training.models import Checkpoint, Run, Weights
from training.selectors import folders

MAX_LINES = 2000
LINE_BYTES = 2**16
LOG_BYTES = 64 * 2**10
LIVE = (Run.State.QUEUED, Run.State.RUNNING, Run.State.STOPPING)


def run_for(project: Project, rid: int) -> Run:
    """A run of this project; NotFound for any other."""
    run = runs_of(project).filter(pk=rid).first()
    if run is None:
        raise errors.NotFound("not_found", "There is no such run in this project.")
    return run


def runs_of(project: Project) -> QuerySet[Run]:
    rows = Run.objects.filter(project=project).select_related("version", "weights", "project")
    return rows.prefetch_related("checkpoints__evaluations")


def checkpoint_of(run: Run) -> Checkpoint | None:
    """The checkpoint that the run recommends: the one recorded last."""
    return max(run.checkpoints.all(), key=lambda row: row.pk, default=None)


def own_evaluation(run: Run) -> int | None:
    """The evaluation of the run's checkpoint on the version that it learned from."""
    checkpoint = checkpoint_of(run)
    rows = [] if checkpoint is None else checkpoint.evaluations.all()
    return next((row.pk for row in rows if row.version_id == run.version_id), None)


def weights_for(project: Project, wid: int) -> Weights:
    """Weights of this project; NotFound for any other."""
    weights = Weights.objects.filter(project=project, pk=wid).first()
    if weights is None:
        raise errors.NotFound("not_found", "There are no such weights in this project.")
    return weights


def metrics_after(run: Run, after: int) -> dict[str, Any]:
    """`{lines, start, next, attempt}`: whole lines of the run's metrics behind the cursor, at most 2,000.

    The cursor is a byte offset, so that the cost of a look does not grow with the run. One that is no line's end
    (a resume cut the file back) starts again: `start` is then 0. A changed `attempt` means that lines were cut.
    """
    found: list[dict[str, Any]] = []
    start = position = 0
    try:
        with (folders.run_folder(run) / "metrics.jsonl").open("rb") as file:
            start = position = after if _ends_line(file, after) else 0
            file.seek(start)
            while len(found) < MAX_LINES and (line := file.readline(LINE_BYTES)).endswith(b"\n"):
                found.append(json.loads(line))
                position += len(line)
    except FileNotFoundError:
        position = 0
    return {"lines": found, "start": start, "next": position, "attempt": run.attempt}


def _ends_line(file: BinaryIO, offset: int) -> bool:
    if offset == 0:
        return True
    if offset > file.seek(0, 2):
        return False
    file.seek(offset - 1)
    return file.read(1) == b"\n"


def log_tail(run: Run) -> str:
    """The end of the run's log, at most 64 kB, from a whole line on."""
    return tail(folders.run_folder(run) / "log.txt", LOG_BYTES)


def tail(path: Path, limit: int) -> str:
    """The last whole lines of a file within `limit` bytes; empty where it does not exist."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - limit))
            text = file.read(limit).decode("utf-8", errors="replace").replace("\x00", "�")
    except FileNotFoundError:
        return ""
    return text if size <= limit else text.partition("\n")[2]
