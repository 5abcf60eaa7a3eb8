"""How well several classes per picture were found: a ranking figure for each class, and decisions at thresholds that
were chosen on validation pictures, with counts and intervals."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from training.engine.class_scores import mean_figure, share_figure, wilson
from training.engine.examples import describe_counts, few_message
from training.engine.several import SeveralExamples

DRAWS: Final = 200
EVEN: Final = 0.5
Floats = NDArray[np.float32]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

PREDICTIONS = pa.schema(
    [
        ("digest", pa.string()),
        ("truth", pa.list_(pa.int32())),
        ("predicted", pa.list_(pa.int32())),
        ("correct", pa.bool_()),
        ("distribution", pa.list_(pa.float32())),
        ("loss", pa.float32()),
    ]
)


def average_precision(present: Flags, scores: Doubles, weights: Doubles | None = None) -> float | None:
    """The mean, over the pictures that have the class, of the precision among all scored at least as high; pictures
    with equal scores come all at once. None where no picture has it. `weights` count each picture so often."""
    often = np.ones(len(scores)) if weights is None else weights
    order = np.argsort(-scores, kind="stable")
    hits, seen = np.cumsum((present * often)[order]), np.cumsum(often[order])
    if not len(hits) or hits[-1] == 0:
        return None
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(order) - 1)
    gained = np.diff(hits[ends], prepend=0.0)
    return float((gained * hits[ends] / np.maximum(seen[ends], 1e-12)).sum() / hits[-1])


def mean_precision(present: Flags, shares: Floats, weights: Doubles | None = None) -> float | None:
    """The mean of the classes' average precision (mAP), over the classes that some picture has."""
    columns = (average_precision(present[:, one], shares[:, one].astype(np.float64), weights) for one in _some(present))
    found = [one for one in columns if one is not None]
    return float(np.mean(found)) if found else None


def _some(present: Flags) -> list[int]:
    return np.flatnonzero(present.any(axis=0)).tolist()


@dataclass(frozen=True)
class Thresholds:
    """From which share each class is said to be there, and where that was chosen: "val", or "even" where no
    validation picture could say."""

    values: Doubles
    chosen_on: str


def choose_thresholds(present: Flags, shares: Floats) -> Thresholds:
    """Of each class the share with the best F1 on these (validation) pictures; a class that none of them has takes the
    one that is best over all classes together."""
    classes = shares.shape[1]
    if not present.any():
        return Thresholds(np.full(classes, EVEN), "even")
    together = _best(present.ravel(), shares.ravel())
    values = [_best(present[:, one], shares[:, one]) if present[:, one].any() else together for one in range(classes)]
    return Thresholds(np.array(values, np.float64), "val")


def _best(present: Flags, shares: Floats) -> float:
    """Half way between the lowest share that is still taken at the best F1 and the next lower one."""
    order = np.argsort(-shares, kind="stable")
    sorted_shares = shares[order].astype(np.float64)
    right = np.cumsum(present[order])
    balance = 2 * right / (np.arange(1, len(order) + 1) + right[-1])
    last = np.append(np.flatnonzero(np.diff(sorted_shares)), len(order) - 1)  # equal shares are taken together
    best = int(last[int(balance[last].argmax())])
    below = sorted_shares[best + 1] if best + 1 < len(order) else 0.0
    return float((sorted_shares[best] + below) / 2)


def describe_several(
    examples: SeveralExamples, rows: Ints, shares: Floats, losses: Floats, *, split: str, thresholds: Thresholds
) -> dict[str, Any]:
    """Every figure of the split from the shares and losses of its scored rows."""
    present, said = examples.present[rows], shares >= thresholds.values
    counts = describe_counts(examples, rows, split)
    counts["unknown_class"] = int(examples.unlisted[rows].sum())
    drawn = resampled(present, shares)
    exact = int((present == said).all(axis=1).sum())
    return {
        "split": split,
        "counts": counts,
        "loss": mean_figure(losses),
        "map": interval_figure(mean_precision(present, shares), drawn, len(rows)),
        "exact": share_figure(exact, len(rows)),
        "micro": _decided(int((present & said).sum()), said=int(said.sum()), there=int(present.sum())),
        "classes": [_class_figures(examples, one, present, shares, said, thresholds) for one in range(shares.shape[1])],
        "class_thresholds": {
            str(entry.id): round(float(thresholds.values[entry.index]), 6) for entry in examples.classes
        },
        "threshold_from": thresholds.chosen_on,
        "agreement_known": bool(len(rows)) and bool(examples.agreed[rows].all()),
        "message": few_message(len(rows), split),
    }


def resampled(present: Flags, shares: Floats) -> Doubles:
    """mAP of pictures drawn anew with replacement (Efron, 1979), so often."""
    generator = np.random.default_rng(0)
    found = []
    for _ in range(DRAWS if len(present) else 0):
        often = np.bincount(generator.integers(0, len(present), len(present)), minlength=len(present))
        value = mean_precision(present, shares, often.astype(np.float64))
        found += [] if value is None else [value]
    return np.array(found, np.float64)


def interval_figure(value: float | None, drawn: Doubles, count: int) -> dict[str, Any]:
    """A figure over so many pictures with the middle 95 % of what it was among those drawn anew."""
    low, high = np.quantile(drawn, (0.025, 0.975)).tolist() if len(drawn) else (None, None)
    return {"value": value, "low": low, "high": high, "count": count, "draws": DRAWS}


def _decided(correct: int, *, said: int, there: int) -> dict[str, Any]:
    """Precision, recall and F1 from counts; None where there is nothing to divide by."""
    return {
        "precision": correct / said if said else None,
        "recall": correct / there if there else None,
        "f1": 2 * correct / (said + there) if said + there else None,
    }


def _class_figures(
    examples: SeveralExamples, index: int, present: Flags, shares: Floats, said: Flags, thresholds: Thresholds
) -> dict[str, Any]:
    """`count` pictures have the class, `predicted` are said to, `correct` rightly; the interval is that of recall."""
    entry = examples.classes[index]
    count, predicted = int(present[:, index].sum()), int(said[:, index].sum())
    correct = int((present[:, index] & said[:, index]).sum())
    low, high = wilson(correct, count)
    return {
        "index": index,
        "id": entry.id,
        "name": entry.name,
        "count": count,
        "predicted": predicted,
        "correct": correct,
        "ap": average_precision(present[:, index], shares[:, index].astype(np.float64)),
        **_decided(correct, said=predicted, there=count),
        "low": low,
        "high": high,
        "threshold": float(thresholds.values[index]),
    }


def several_table(
    examples: SeveralExamples, rows: Ints, shares: Floats, *, losses: Floats, thresholds: Thresholds
) -> pa.Table:
    """One row per scored picture: which classes are there, which are said to be, and how likely each."""
    present, said = examples.present[rows], shares >= thresholds.values
    columns = {
        "digest": [examples.digests[row] for row in rows.tolist()],
        "truth": [np.flatnonzero(one).tolist() for one in present],
        "predicted": [np.flatnonzero(one).tolist() for one in said],
        "correct": (present == said).all(axis=1),
        "distribution": list(shares),
        "loss": losses,
    }
    return pa.table(columns, schema=PREDICTIONS)
