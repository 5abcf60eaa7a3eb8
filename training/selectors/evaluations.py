"""Evaluations, what they found, and the pictures behind a cell of the confusion matrix."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from django.db.models import QuerySet
from numpy.typing import NDArray

from annotate.core import errors
from annotate.ingest import selectors as ingest
from annotate.ingest.models import Image
from annotate.projects.models import Project
from training.models import Evaluation
from training.selectors import folders

COLUMNS = ["digest", "truth", "predicted", "probability"]
SETS = ["digest", "truth", "predicted"]
FOUND, EXTRA, MISSING, ABSENT = OUTCOMES = ("true_positive", "false_positive", "false_negative", "true_negative")
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
    table = cells_of(evaluation)
    for name, wanted in (("truth", truth), ("predicted", predicted)):
        if wanted is not None:
            table = table.filter(pc.equal(table[name], wanted))
    table = table.filter(pc.greater_equal(table["truth"], 0))
    table = table.sort_by([("probability", "descending"), ("digest", "ascending")])
    rows = table.slice(offset, limit).to_pylist()
    by_digest = images_of(evaluation, [row["digest"] for row in rows])
    found = [CellPicture(**row, image=by_digest.get(row["digest"])) for row in rows]
    return found, table.num_rows > offset + limit


def cells_of(evaluation: Evaluation) -> pa.Table:
    """COLUMNS of every scored picture; Conflict where the evaluation is not of one class per picture."""
    check_ready(evaluation)
    if "top1" not in evaluation.summary:
        raise errors.Conflict(
            "no_confusion", "This evaluation is not of one class per picture, and has no confusion matrix."
        )
    return predictions_of(evaluation, COLUMNS)


@dataclass(frozen=True)
class ClassPicture:
    """One scored picture of several classes: which are there, which the model named, and how likely it held one."""

    digest: str
    truth: Sequence[int]
    predicted: Sequence[int]
    share: float
    image: Image | None


def pictures_of_class(
    evaluation: Evaluation, *, label: int, outcome: str, offset: int, limit: int
) -> tuple[list[ClassPicture], bool]:
    """Scored pictures with this outcome (one of OUTCOMES) for a class, and whether more follow: where the model was
    surest of what it said first, where it said no the least sure of that last."""
    table, share = class_of(evaluation, label)
    said = outcomes_of(table, label)
    fitting = np.flatnonzero(said == OUTCOMES.index(outcome))
    order = fitting[np.argsort(share[fitting] if outcome == MISSING else -share[fitting], kind="stable")]
    places = order[offset : offset + limit]
    rows = table.take(places).to_pylist()
    images = images_of(evaluation, [row["digest"] for row in rows])
    shares = share[places].tolist()
    found = [
        ClassPicture(**row, share=one, image=images.get(row["digest"])) for row, one in zip(rows, shares, strict=True)
    ]
    return found, len(order) > offset + limit


def class_of(evaluation: Evaluation, label: int) -> tuple[pa.Table, NDArray[np.float32]]:
    """Digest, truth and predicted of every scored picture, and how likely the model held the class (by its index) in
    each; Conflict where the evaluation is not of several classes per picture, BadRequest for a class it has not."""
    check_ready(evaluation)
    if "exact" not in evaluation.summary:
        raise errors.Conflict("not_several", "This evaluation is not of several classes per picture.")
    table = predictions_of(evaluation, [*SETS, "distribution"])
    if table.num_rows == 0:
        return table.select(SETS), np.zeros(0, np.float32)
    shares = table["distribution"].combine_chunks().flatten().to_numpy().reshape(table.num_rows, -1)
    if label >= shares.shape[1]:
        raise errors.BadRequest("bad_class", "This evaluation has no such class.", {"parameter": "class"})
    return table.select(SETS), shares[:, label]


def outcomes_of(table: pa.Table, label: int) -> NDArray[np.int64]:
    """Of each picture the place among OUTCOMES of what the model said of the class."""
    there, said = (
        np.array([label in one for one in table[name].to_pylist()], np.bool_) for name in ("truth", "predicted")
    )
    return np.where(there, np.where(said, 0, 2), np.where(said, 1, 3))


def check_ready(evaluation: Evaluation) -> None:
    if evaluation.state != Evaluation.State.READY:
        raise errors.Conflict("evaluation_not_ready", "This evaluation has not ended yet.")


def predictions_of(evaluation: Evaluation, columns: Sequence[str]) -> pa.Table:
    """The evaluation's own file, whose length is the holdout's; NotFound where it is gone."""
    try:
        return pq.read_table(folders.evaluation_folder(evaluation) / "predictions.parquet", columns=list(columns))
    except FileNotFoundError:
        raise errors.NotFound("evaluation_gone", "The folder of this evaluation is not there any more.") from None


def images_of(evaluation: Evaluation, digests: Sequence[str]) -> dict[str, Image]:
    """The pictures that are still there, by digest."""
    rows = Image.objects.filter(project_id=evaluation.project_id, digest__in=digests).exclude(state__in=NOT_SHOWN)
    return {image.digest: image for image in rows}


def thumb_of(picture: CellPicture | ClassPicture, project: Project) -> str | None:
    return ingest.picture_url(project.pk, picture.image.pk, "thumb") if picture.image else None
