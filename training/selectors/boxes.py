"""What a detector got right and wrong in single pictures, read from an evaluation's own files a page at a time.

Nothing here reads a whole file: a page is sought from where the last one ended, a few hundred rows in memory, and one
that finds too little within MOST_READ rows comes back short, with the place to go on from.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from annotate.core import errors
from annotate.ingest.models import Image
from training.models import Evaluation
from training.selectors import folders
from training.selectors.evaluations import check_ready, images_of

MISSED, FALSE, WRONG, LOOSE = KINDS = ("missed", "false", "wrong_class", "loose")
SHOWN = ("errors", "all", *KINDS)
TOGETHER = 500
MOST_READ = 20_000
FOUND = ("boxes", "labels", "scores", "kinds", "partners")
DRAWN = ("truth_boxes", "truth_labels", "truth_aside", "truth_scores")
Counts = dict[str, NDArray[np.int64]]


@dataclass(frozen=True)
class Wanted:
    """What is looked for: found boxes with at least this score, and of one class only where `label` says so.

    A found box counts for the class it was given, a missed one for the class it is of.
    """

    threshold: float
    label: int | None = None

    @property
    def cut(self) -> np.float32:
        """The threshold as the files hold scores, so that a box exactly there is on the same side everywhere."""
        return np.float32(self.threshold)

    def misses(self, reached: Any) -> Any:
        """Whether drawn boxes are missed whose hits have these scores, 0 where there is none."""
        return (reached < self.cut) | (reached == 0)


@dataclass(frozen=True)
class Outlined:
    """One box over a picture.

    `outcome` of a found box: its kind, or "hit" or "ignored"; of a drawn one "missed", "aside", or "drawn" where it was
    hit. `other` is the class of the drawn box that a found one is about.
    """

    outcome: str
    label: int
    box: list[float]
    score: float | None = None
    other: int | None = None


@dataclass(frozen=True)
class BoxPicture:
    """A scored picture at a threshold: how many boxes of each outcome, and all of them. No image: deleted since."""

    digest: str
    counts: Mapping[str, int]
    boxes: Sequence[Outlined]
    image: Image | None


@dataclass(frozen=True)
class BoxError:
    """One error with what it is about, in its picture."""

    digest: str
    kind: str
    boxes: Sequence[Outlined]
    overlap: float | None
    image: Image | None


def pictures_at(
    evaluation: Evaluation, wanted: Wanted, *, shown: str, start: int, limit: int
) -> tuple[list[BoxPicture], int | None]:
    """Scored pictures in the order of the file, so that they stay in place when the threshold moves.

    `shown`: "all", "errors", or those with an error of one kind. With them the place to go on from, None at the end.
    """
    _check_boxes(evaluation)
    found: list[tuple[dict[str, Any], dict[str, int]]] = []
    after = None
    for place, batch in _batches(folders.evaluation_folder(evaluation) / "predictions.parquet", start):
        counts = _count(batch, wanted)
        fitting = _fitting(counts, shown, any_class=wanted.label is None)
        for row in fitting.tolist():
            if len(found) == limit:
                after = place + row
                break
            said = {name: int(column[row]) for name, column in counts.items()}
            found.append((batch.slice(row, 1).to_pylist()[0], said))
        if after is None and place + batch.num_rows - start >= MOST_READ:
            after = place + batch.num_rows
        if after is not None:
            break
    images = images_of(evaluation, [row["digest"] for row, _ in found])
    return [
        BoxPicture(row["digest"], counts, _outlines(row, wanted), images.get(row["digest"])) for row, counts in found
    ], after


def errors_of(
    evaluation: Evaluation, wanted: Wanted, *, kind: str, start: int, limit: int
) -> tuple[list[BoxError], int | None]:
    """Errors of a kind at the threshold, the worst first, and the place to go on from, None at the end."""
    _check_boxes(evaluation)
    path = folders.evaluation_folder(evaluation) / "errors.parquet"
    first, end = _section(path, kind)
    begin = first + start
    found: list[dict[str, Any]] = []
    after = None
    for place, batch in _batches(path, begin, end=end):
        scores = batch["score"].to_numpy()
        # the errors at a threshold are the first of their kind
        over = wanted.misses(scores) if kind == MISSED else scores >= wanted.cut
        fitting = over if wanted.label is None else over & (batch["label"].to_numpy() == wanted.label)
        for row in np.flatnonzero(fitting).tolist():
            if len(found) == limit:
                after = place + row - first
                break
            found += batch.slice(row, 1).to_pylist()
        if not over.all():
            break
        if after is None and place + batch.num_rows - begin >= MOST_READ:
            after = place + batch.num_rows - first
        if after is not None:
            break
    images = images_of(evaluation, [row["digest"] for row in found])
    shaped = [BoxError(row["digest"], kind, _pair(row), row["overlap"], images.get(row["digest"])) for row in found]
    return shaped, after


def sides_at(evaluation: Evaluation, wanted: Wanted, *, kind: str) -> tuple[list[str], list[str]]:
    """Digests of the pictures with such errors at the threshold, most of them first, and of those without any error."""
    _check_boxes(evaluation)
    with_errors: list[tuple[int, str]] = []
    without: list[str] = []
    for _, batch in _batches(folders.evaluation_folder(evaluation) / "predictions.parquet", 0):
        counts, digests = _count(batch, wanted), batch["digest"].to_pylist()
        wrong = sum(counts[one] for one in KINDS)
        with_errors += [(-int(counts[kind][row]), digests[row]) for row in np.flatnonzero(counts[kind]).tolist()]
        without += [digests[row] for row in np.flatnonzero(wrong == 0).tolist()]
    return [digest for _, digest in sorted(with_errors)], without


def _check_boxes(evaluation: Evaluation) -> None:
    check_ready(evaluation)
    if "map50" not in evaluation.summary:
        raise errors.Conflict("no_boxes", "This evaluation is of classes, and has no boxes.")


def _gone() -> errors.NotFound:
    return errors.NotFound("evaluation_gone", "The folder of this evaluation is not there any more.")


def _batches(path: Path, start: int, *, end: int | None = None) -> Iterator[tuple[int, pa.RecordBatch]]:
    """(place of its first row, rows) from the row `start` up to `end`; what lies before is not decoded."""
    try:
        with pq.ParquetFile(path) as file:
            place, groups = 0, []
            for number in range(file.num_row_groups):
                rows = file.metadata.row_group(number).num_rows
                if place + rows <= start and not groups:
                    place += rows
                elif end is None or place < end:
                    groups.append(number)
            for batch in file.iter_batches(batch_size=TOGETHER, row_groups=groups):
                skip = min(max(0, start - place), batch.num_rows)
                length = batch.num_rows if end is None else max(0, end - place)
                if part := batch.slice(skip, max(0, length - skip)):
                    yield place + skip, part
                place += batch.num_rows
                if end is not None and place >= end:
                    return
    except FileNotFoundError:
        raise _gone() from None


def _section(path: Path, kind: str) -> tuple[int, int]:
    try:
        sections = json.loads((pq.read_schema(path).metadata or {}).get(b"sections", b"{}"))
    except FileNotFoundError:
        raise _gone() from None
    first, end = sections.get(kind, (0, 0))
    return first, end


def _count(batch: pa.RecordBatch, wanted: Wanted) -> Counts:
    """Per picture of the batch: boxes of each outcome at the threshold; `drawn` counts all that is there."""
    rows = batch.num_rows

    def per_picture(column: str, chosen: NDArray[np.bool_]) -> NDArray[np.int64]:
        lengths = pc.list_value_length(batch[column]).to_numpy(zero_copy_only=False)
        return np.bincount(np.repeat(np.arange(rows), lengths)[chosen], minlength=rows)

    def flat(column: str) -> NDArray[Any]:
        values: NDArray[Any] = batch[column].flatten().to_numpy(zero_copy_only=False)
        return values

    def of_class(column: str) -> NDArray[np.bool_]:
        labels = flat(column)
        return np.ones(len(labels), np.bool_) if wanted.label is None else labels == wanted.label

    seen = (flat("scores") >= wanted.cut) & of_class("labels")
    kinds = batch["kinds"].flatten()
    there = ~flat("truth_aside").astype(np.bool_) & of_class("truth_labels")
    found = {
        kind: per_picture("scores", seen & pc.equal(kinds, kind).to_numpy(zero_copy_only=False).astype(np.bool_))
        for kind in ("hit", FALSE, WRONG, LOOSE)
    }
    missed = per_picture("truth_scores", there & wanted.misses(flat("truth_scores")))
    return {**found, MISSED: missed, "drawn": per_picture("truth_scores", there)}


def _fitting(counts: Counts, shown: str, *, any_class: bool) -> NDArray[np.int64]:
    """Places of the pictures to be shown; of one class only those where it is drawn or was found."""
    if shown == "all":
        there = sum(counts.values())
        return np.arange(len(there)) if any_class else np.flatnonzero(there)
    return np.flatnonzero(sum(counts[kind] for kind in (KINDS if shown == "errors" else (shown,))))


def _outlines(row: Mapping[str, Any], wanted: Wanted) -> list[Outlined]:
    """Everything over the picture at the threshold, drawn boxes first, so that what was found lies above them."""
    found = [
        (box, label, score, kind, partner)
        for box, label, score, kind, partner in zip(*(row[name] for name in FOUND), strict=True)
        if np.float32(score) >= wanted.cut and wanted.label in (None, label)
    ]
    about = {partner for *_, partner in found if partner >= 0}
    boxes = []
    for place, (box, label, aside, score) in enumerate(zip(*(row[name] for name in DRAWN), strict=True)):
        if wanted.label in (None, label) or place in about:
            outcome = "aside" if aside else MISSED if wanted.misses(np.float32(score)) else "drawn"
            boxes.append(Outlined(outcome, label, box))
    for box, label, score, kind, partner in found:
        other = row["truth_labels"][partner] if partner >= 0 else None
        boxes.append(Outlined(kind, label, box, score, other))
    return boxes


def _pair(row: Mapping[str, Any]) -> list[Outlined]:
    if row["kind"] == MISSED:
        return [Outlined(MISSED, row["label"], row["box"])]
    own = Outlined(row["kind"], row["label"], row["box"], row["score"], row["other_label"])
    if row["other_box"] is None:
        return [own]
    return [Outlined("drawn", row["other_label"], row["other_box"]), own]
