"""The COCO protocol for boxes (Lin et al., 2014), by faster-coco-eval, which gives the digits of pycocotools."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from faster_coco_eval import COCO, COCOeval_faster
from numpy.typing import NDArray

from training.engine.box_data import Found, Truth

FIGURES: Final = (
    "map",
    "map50",
    "map75",
    "map_small",
    "map_medium",
    "map_large",
    "recall_1",
    "recall_10",
    "recall_100",
    "recall_small",
    "recall_medium",
    "recall_large",
)
UNCOUNTED: Final = 1e11  # pixels; the widest range of the protocol ends at 1e10
RECALLS: Final = np.linspace(0.0, 1.0, 101)
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Coco:
    """`figures` are the twelve, None where there is nothing of that kind. `precision` and `scores` are
    (10 overlaps, 101 recalls, classes) for all sizes and 100 boxes a picture, -1 where a class has no box."""

    figures: dict[str, float | None]
    precision: Doubles
    scores: Doubles


def coco(truths: Sequence[Truth], found: Sequence[Found], classes: int) -> Coco:
    """The protocol over these pictures, one truth and one finding each."""
    judge = COCOeval_faster(*_as_coco(truths, found, classes), iouType="bbox", print_function=_silent)
    judge.run()
    stats = [float(value) for value in judge.stats[: len(FIGURES)]]
    figures = {name: None if value < 0 else value for name, value in zip(FIGURES, stats, strict=True)}
    precision, scores = (np.asarray(judge.eval[name])[:, :, :, 0, -1] for name in ("precision", "scores"))
    return Coco(figures, precision.astype(np.float64), scores.astype(np.float64))


def as_dataset(truths: Sequence[Truth], classes: int) -> dict[str, list[dict[str, Any]]]:
    """The truth as COCO writes it: pictures and boxes numbered from 1, classes by their index plus 1.

    A crowd takes whatever lies in it. A difficult box takes one finding that fits it, as in VOC: its area lies outside
    every range that the protocol counts, which is its own way to pass over a box that is no crowd.
    """
    boxes: list[dict[str, Any]] = []
    for number, truth in enumerate(truths, start=1):
        marks = zip(truth.crowd.tolist(), truth.aside.tolist(), strict=True)
        for box, label, (crowd, aside) in zip(truth.boxes.tolist(), truth.labels.tolist(), marks, strict=True):
            x, y, right, low = box
            place = {"image_id": number, "category_id": label + 1, "bbox": [x, y, right - x, low - y]}
            area = UNCOUNTED if aside and not crowd else (right - x) * (low - y)
            boxes.append({**place, "id": len(boxes) + 1, "area": area, "iscrowd": int(crowd)})
    return {
        "images": [{"id": number} for number in range(1, len(truths) + 1)],
        "categories": [{"id": index + 1, "name": str(index)} for index in range(classes)],
        "annotations": boxes,
    }


def as_results(found: Sequence[Found]) -> list[dict[str, Any]]:
    """The findings as COCO writes them, numbered as `as_dataset` does."""
    return [
        {"image_id": number, "category_id": label + 1, "bbox": [x, y, right - x, low - y], "score": score}
        for number, one in enumerate(found, start=1)
        for (x, y, right, low), label, score in zip(
            one.boxes.tolist(), one.labels.tolist(), one.scores.tolist(), strict=True
        )
    ]


def _as_coco(truths: Sequence[Truth], found: Sequence[Found], classes: int) -> tuple[COCO, COCO]:
    known = COCO(as_dataset(truths, classes))
    return known, known.loadRes(as_results(found))


def _silent(*_: object) -> None:
    """The library's own table of figures is not printed."""
