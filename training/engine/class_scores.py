"""How good one class per picture was guessed: figures with counts and intervals."""

import math
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from training.engine.data import ClassExamples
from training.engine.examples import describe_counts, few_message

Z95: Final = 1.959963984540054
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

PREDICTIONS = pa.schema(
    [
        ("digest", pa.string()),
        ("truth", pa.int32()),
        ("predicted", pa.int32()),
        ("probability", pa.float32()),
        ("correct", pa.bool_()),
        ("distribution", pa.list_(pa.float32())),
        ("loss", pa.float32()),
    ]
)


def describe_scores(
    examples: ClassExamples, rows: Ints, shares: Floats, losses: Floats, *, split: str
) -> dict[str, Any]:
    """Every figure of the split from the shares and losses of its scored rows."""
    truth, predicted = examples.truth[rows], shares.argmax(1)
    classes = len(examples.classes)
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (truth, predicted), 1)
    counts = describe_counts(examples, rows, split)
    labeled = int((examples.states[examples.splits == split] == "labeled").sum())
    counts["unknown_class"] = labeled - len(rows)
    return {
        "split": split,
        "counts": counts,
        "loss": mean_figure(losses),
        "top1": share_figure(int((truth == predicted).sum()), len(rows)),
        "top5": share_figure(int(_in_top(shares, truth, 5).sum()), len(rows)) if classes > 5 else None,
        "classes": [_class_figures(examples, confusion, index) for index in range(classes)],
        "confusion": confusion.tolist(),
        "agreement_known": bool(len(rows)) and bool(examples.agreed[rows].all()),
        "message": few_message(len(rows), split),
    }


def wilson(correct: int, count: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson, 1927); the whole range without a count."""
    if count == 0:
        return 0.0, 1.0
    share, z = correct / count, Z95
    middle = share + z * z / (2 * count)
    reach = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    scale = 1 + z * z / count
    return max(0.0, (middle - reach) / scale), min(1.0, (middle + reach) / scale)


def share_figure(correct: int, count: int) -> dict[str, Any]:
    """A share of so many with its 95 % interval."""
    low, high = wilson(correct, count)
    value = correct / count if count else None
    return {"value": value, "correct": correct, "count": count, "low": low, "high": high}


def mean_figure(losses: Floats) -> dict[str, Any]:
    """Mean with its 95 % interval by the normal approximation; no interval under two pictures."""
    count = len(losses)
    if count == 0:
        return {"value": None, "count": 0, "low": None, "high": None}
    exact = losses.astype(np.float64)
    value = float(exact.mean())
    reach = Z95 * float(exact.std(ddof=1)) / math.sqrt(count) if count > 1 else None
    return {
        "value": value,
        "count": count,
        "low": None if reach is None else max(0.0, value - reach),
        "high": None if reach is None else value + reach,
    }


def _in_top(shares: Floats, truth: Ints, most: int) -> NDArray[np.bool_]:
    best = np.argsort(-shares, axis=1, kind="stable")[:, :most]
    found: NDArray[np.bool_] = (best == truth[:, None]).any(1)
    return found


def _class_figures(examples: ClassExamples, confusion: Ints, index: int) -> dict[str, Any]:
    entry = examples.classes[index]
    count, predicted = int(confusion[index].sum()), int(confusion[:, index].sum())
    correct = int(confusion[index, index])
    low, high = wilson(correct, count)
    return {
        "index": index,
        "id": entry.id,
        "name": entry.name,
        "count": count,
        "correct": correct,
        "predicted": predicted,
        "precision": correct / predicted if predicted else None,
        "recall": correct / count if count else None,
        "low": low,
        "high": high,
    }


def score_table(examples: ClassExamples, rows: Ints, shares: Floats, *, losses: Floats) -> pa.Table:
    """One row per scored picture."""
    truth, predicted = examples.truth[rows], shares.argmax(1)
    columns = {
        "digest": [examples.digests[row] for row in rows.tolist()],
        "truth": truth.astype(np.int32),
        "predicted": predicted.astype(np.int32),
        "probability": shares[np.arange(len(rows)), predicted],
        "correct": truth == predicted,
        "distribution": list(shares),
        "loss": losses,
    }
    return pa.table(columns, schema=PREDICTIONS)
