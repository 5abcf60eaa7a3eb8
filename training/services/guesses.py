"""What the engine predicts for a picture, as labeling takes it: a hidden distribution, and an answer that may be shown.

The columns of `predictions.parquet` tell boxes from classes: boxes have `boxes`, classes have `distribution`, in which
shares of one class add up to 1 and those of several do not.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

CHUNK = 500
CLASSES = ("digest", "predicted", "probability", "distribution")
BOXES = ("digest", "boxes", "concepts", "scores")
SEVERAL = "choices"
SHOWN_FROM = 0.5  # where nothing better is known: fainter boxes cost a person more to remove than they save
LEAST_PIXELS = 1.0


Proposer = Callable[[Mapping[str, Any], Sequence[int], Collection[int]], tuple[Any, float] | None]


def read_guesses(predictions: Path) -> Iterator[list[dict[str, Any]]]:
    """The rows, a few hundred at a time."""
    file = pq.ParquetFile(predictions)
    columns = BOXES if "boxes" in file.schema_arrow.names else CLASSES
    for batch in file.iter_batches(batch_size=CHUNK, columns=list(columns)):
        yield batch.to_pylist()


def distribution_of(row: Mapping[str, Any], concepts: Sequence[int]) -> dict[str, float] | None:
    """Shares by concept id; None for boxes, which are no distribution over the classes."""
    if "distribution" not in row:
        return None
    return dict(zip(map(str, concepts), row["distribution"], strict=True))


def shown_from(summary: Mapping[str, Any]) -> float:
    """The score from which a detector's boxes are shown: where hits against misses and false ones balance best on
    its validation pictures, by the summary of its evaluation.

    A threshold chosen on the holdout is not used: nothing that people are shown may hang on the holdout.
    """
    if summary.get("threshold_from") != "val" or not summary.get("threshold"):
        return SHOWN_FROM
    return float(summary["threshold"])


def said_from(summary: Mapping[str, Any]) -> dict[int, float]:
    """From which share each class of several is said to be there, by concept id, as the validation pictures chose it;
    empty where they could not say."""
    if summary.get("threshold_from") != "val":
        return {}
    return {int(concept): float(share) for concept, share in summary.get("class_thresholds", {}).items()}


def classes_of(
    row: Mapping[str, Any], concepts: Sequence[int], live: Collection[int], *, thresholds: Mapping[int, float]
) -> tuple[Any, float] | None:
    """Every class that is likely enough there, as an answer with their mean share; None where none is."""
    found = {
        concept: float(share)
        for concept, share in zip(concepts, row["distribution"], strict=True)
        if concept in live and share >= thresholds.get(concept, SHOWN_FROM)
    }
    return ({"choice": sorted(found)}, sum(found.values()) / len(found)) if found else None


def answer_of(
    row: Mapping[str, Any], concepts: Sequence[int], live: Collection[int], *, sure: float = SHOWN_FROM
) -> tuple[Any, float] | None:
    """The one class, or the boxes, to propose, with a score; None where none may be given. Never that nothing is there.

    `sure`: boxes with a lower score are left out.
    """
    if "distribution" in row:
        concept = concepts[row["predicted"]]
        return ({"choice": [concept]}, float(row["probability"])) if concept in live else None
    found = zip(row["boxes"], row["concepts"], row["scores"], strict=True)
    boxes = [
        {"concept": concept, "box": [round(corner, 2) for corner in box], "score": round(score, 4)}
        for box, concept, score in found
        if score >= sure and concept in live and _has_room(box)
    ]
    if not boxes:
        return None
    return {"boxes": boxes}, sum(one["score"] for one in boxes) / len(boxes)


def proposer(kind: str, summary: Mapping[str, Any]) -> Proposer:
    """What makes an answer out of a row, a checkpoint's concepts and those that may be answered, for a kind of label;
    `summary` is that of the checkpoint's evaluation."""
    if kind == SEVERAL:
        return partial(classes_of, thresholds=said_from(summary))
    return partial(answer_of, sure=shown_from(summary))


def _has_room(box: Sequence[float]) -> bool:
    """Boxes thinner than a pixel are no answer a person could give."""
    x0, y0, x1, y1 = (round(corner, 2) for corner in box)
    return round(x1 - x0, 2) >= LEAST_PIXELS and round(y1 - y0, 2) >= LEAST_PIXELS
