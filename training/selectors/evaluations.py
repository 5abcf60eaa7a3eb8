"""Evaluations, what they found, and the pictures behind a cell of the confusion matrix."""

import json
from dataclasses import dataclass
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db.models import QuerySet

from annotate.core import errors
from annotate.ingest import selectors as ingest
from annotate.ingest.models import Image
from annotate.projects.models import Project
from training.models import Evaluation
from training.selectors import folders

COLUMNS = ["digest", "truth", "predicted", "probability"]
NOT_SHOWN = (Image.State.DELETED, Image.State.EMPTIED)


def evaluation_for(project: Project, eid: int) -> Evaluation:
    """An evaluation of this project; NotFound for any other."""
    evaluation = evaluations_of(project).filter(pk=eid).first()
    if evaluation is None:
        raise errors.NotFound("not_found", "There is no such evaluation in this project.")
    return evaluation


def evaluations_of(project: Project) -> QuerySet[Evaluation]:
    return Evaluation.objects.filter(project=project).select_related("version", "checkpoint__run__version")


def content_of(evaluation: Evaluation) -> dict[str, Any] | None:
    """The whole evaluation.json of a ready evaluation; None before, NotFound where its folder is gone."""
    if evaluation.state != Evaluation.State.READY:
        return None
    try:
        path = folders.evaluation_folder(evaluation) / "evaluation.json"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise errors.NotFound("evaluation_gone", "The folder of this evaluation is not there any more.") from None
    return found


@dataclass(frozen=True)
class CellPicture:
    """One scored picture: what the crowd settled, what the model said, and how sure it was of it."""

    digest: str
    truth: int
    predicted: int
    probability: float
    image: Image | None


def pictures_of_cell(
    evaluation: Evaluation, *, truth: int | None, predicted: int | None, offset: int, limit: int
) -> tuple[list[CellPicture], bool]:
    """Scored pictures of a cell (None = any), the surest first, and whether more follow.

    Read from the evaluation's own file, whose length is the holdout's; a picture that was deleted since has no image.
    """
    if evaluation.state != Evaluation.State.READY:
        raise errors.Conflict("evaluation_not_ready", "This evaluation has not ended yet.")
    path = folders.evaluation_folder(evaluation) / "predictions.parquet"
    if "top1" not in evaluation.summary:
        raise errors.Conflict(
            "no_confusion", "This evaluation is not of one class per picture, and has no confusion matrix."
        )
    try:
        table = pq.read_table(path, columns=COLUMNS)
    except FileNotFoundError:
        raise errors.NotFound("evaluation_gone", "The folder of this evaluation is not there any more.") from None
    for name, wanted in (("truth", truth), ("predicted", predicted)):
        if wanted is not None:
            table = table.filter(pc.equal(table[name], wanted))
    table = table.filter(pc.greater_equal(table["truth"], 0))
    table = table.sort_by([("probability", "descending"), ("digest", "ascending")])
    rows = table.slice(offset, limit).to_pylist()
    digests = [row["digest"] for row in rows]
    images = Image.objects.filter(project_id=evaluation.project_id, digest__in=digests).exclude(state__in=NOT_SHOWN)
    by_digest = {image.digest: image for image in images}
    found = [CellPicture(**row, image=by_digest.get(row["digest"])) for row in rows]
    return found, table.num_rows > offset + limit


def thumb_of(picture: CellPicture, project: Project) -> str | None:
    return ingest.picture_url(project.pk, picture.image.pk, "thumb") if picture.image else None
