"""What a model's figure on scored pictures becomes when the pictures are settled anew: the same predictions, held
against other truths. Nothing is run through the model, and nothing here needs torch.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray

from training.engine import box_match
from training.engine.box_data import Found, Truth, truth_of
from training.engine.class_scores import share_figure
from training.engine.several_scores import interval_figure, mean_precision, resampled

DRAWS: Final = 200
Answer = Mapping[str, Any]
Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Anew:
    """`figure` is over the pictures that can still be scored. Of each row: `left` says that it cannot be, because
    nothing is settled or what is settled is no class of the model's, and `changed` that it can and says otherwise."""

    name: str
    figure: dict[str, Any]
    left: NDArray[np.bool_]
    changed: NDArray[np.bool_]


class Scores(Protocol):
    """One kind's way to score again."""

    @property
    def columns(self) -> Sequence[str]:
        """What of an evaluation's predictions.parquet it reads."""

    def __call__(self, rows: Rows, answers: Sequence[Answer | None], index_of: Mapping[int, int]) -> Anew:
        """`answers` are what is settled now, one for each row, None where nothing is; `index_of` the model's classes
        by concept."""


class _Choice:
    columns = ("digest", "truth", "predicted")

    def __call__(self, rows: Rows, answers: Sequence[Answer | None], index_of: Mapping[int, int]) -> Anew:
        said = [(answer or {}).get("choice", []) for answer in answers]
        truth = np.array([index_of.get(one[0], -1) if len(one) == 1 else -1 for one in said], np.int64)
        before, predicted = (np.array([row[name] for row in rows], np.int64) for name in ("truth", "predicted"))
        there = truth >= 0
        figure = share_figure(int((there & (truth == predicted)).sum()), int(there.sum()))
        return Anew("top1", figure, ~there, there & (truth != before))


class _Choices:
    columns = ("digest", "truth", "distribution")

    def __call__(self, rows: Rows, answers: Sequence[Answer | None], index_of: Mapping[int, int]) -> Anew:
        sets = [
            None if one is None else [index_of[c] for c in one.get("choice", ()) if c in index_of] for one in answers
        ]
        there = np.array([one is not None for one in sets], np.bool_)
        present = _flags([one or [] for one in sets], len(index_of))
        changed = there & (present != _flags([row["truth"] for row in rows], len(index_of))).any(axis=1)
        shares = np.array([row["distribution"] for row in rows], np.float32).reshape(-1, len(index_of))[there]
        value = mean_precision(present[there], shares)
        figure = interval_figure(value, resampled(present[there], shares), int(there.sum()))
        return Anew("map", figure, ~there, changed)


class _Boxes:
    columns = ("digest", "boxes", "labels", "scores", "truth_boxes", "truth_labels", "truth_aside")

    def __call__(self, rows: Rows, answers: Sequence[Answer | None], index_of: Mapping[int, int]) -> Anew:
        there = np.array([one is not None for one in answers], np.bool_)
        listed = [[box for box in (one or {}).get("boxes", ()) if box["concept"] in index_of] for one in answers]
        truths = [truth_of(one, index_of) for one in listed]
        changed = [not _alike(row, truth) for row, truth in zip(rows, truths, strict=True)]
        kept = np.flatnonzero(there).tolist()
        figure = _map50([_found(rows[place]) for place in kept], [truths[place] for place in kept], len(index_of))
        return Anew("map50", figure, ~there, there & np.array(changed, np.bool_))


SCORES: Final[Mapping[str, Scores]] = {"top1": _Choice(), "map": _Choices(), "map50": _Boxes()}


def scores_of(summary: Mapping[str, Any]) -> Scores:
    """The way to score again what has these figures: boxes say mAP too, and are told by their mAP at .5."""
    return SCORES["map50" if "map50" in summary else "map" if "exact" in summary else "top1"]


def _flags(sets: Sequence[Sequence[int]], classes: int) -> NDArray[np.bool_]:
    found = np.zeros((len(sets), classes), np.bool_)
    for row, one in enumerate(sets):
        found[row, list(one)] = True
    return found


def _found(row: Mapping[str, Any]) -> Found:
    corners = np.array(row["boxes"], np.float32).reshape(-1, 4)
    return Found(corners, np.array(row["labels"], np.int64), np.array(row["scores"], np.float32))


def _alike(row: Mapping[str, Any], truth: Truth) -> bool:
    """Whether each box drawn before is there now, of its class and in its place, and none besides."""
    before = np.array(row["truth_boxes"], np.float32).reshape(-1, 4)
    if len(before) != len(truth.boxes):
        return False
    labels, aside = np.array(row["truth_labels"], np.int64), np.array(row["truth_aside"], np.bool_)
    match = box_match.match(
        Truth(truth.boxes, truth.labels, np.zeros(len(before), np.bool_), np.zeros(len(before), np.bool_)),
        Found(before, labels, np.ones(len(before), np.float32)),
    )
    return bool(match.hits[0].all()) and bool((aside == truth.aside[match.partners]).all())


def _map50(found: Sequence[Found], truths: Sequence[Truth], classes: int) -> dict[str, Any]:
    """Mean average precision at overlap .5 with the middle 95 % of its bootstrap over pictures."""
    if not found:
        return interval_figure(None, np.zeros(0), 0)
    matches = [box_match.match(truth, one) for truth, one in zip(truths, found, strict=True)]
    columns = box_match.class_columns(truths, found, matches, classes)
    every = (box_match.average_precisions(column, np.ones(len(found))) for column in columns)
    at_half = [one[0] for one in every if one is not None]
    drawn = box_match.bootstrap(columns, len(found), draws=DRAWS, seed=0)[:, 1]
    return interval_figure(float(np.mean(at_half)) if at_half else None, drawn, len(found))
