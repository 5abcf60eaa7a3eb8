"""How good a checkpoint is on pictures it never saw: figures with counts and intervals, and what stayed unknown."""

import math
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import torch
from numpy.typing import NDArray

from annotate.manifest.read import Version
from training.engine.cache import Progress, open_cache
from training.engine.checkpoint import Checkpoint, load_model
from training.engine.data import Examples, read_examples
from training.engine.device import device_of, set_threads
from training.engine.feed import forward_all, make_feed
from training.engine.files import sync_file, write_json
from training.engine.problems import PROBLEMS

ENOUGH: Final = 30
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


def evaluate(
    version: Version, checkpoint: Checkpoint, out: Path, *, cache: Path, split: str, progress: Progress
) -> dict[str, Any]:
    """evaluation.json's contents, written to `out` with predictions.parquet beside it.

    Classes are matched by concept id, so that a checkpoint with an older list can be scored; pictures of a class it
    does not know are counted apart. `excluded` are pictures of the split that were taken out of the version.
    """
    config = checkpoint.config
    set_threads(config)
    problem = PROBLEMS[config.problem]
    examples = read_examples(version, problem, checkpoint.classes)
    rows = examples.rows(split)
    shares = np.zeros((len(rows), len(checkpoint.classes)), np.float32)
    losses = np.zeros(len(rows), np.float32)
    if len(rows):
        device = device_of(config)
        pixels = open_cache(version, cache, size=config.size, resize=config.resize, progress=progress)
        feed = make_feed(config, device, pixels, truth=examples.truth, shares=None)
        done = 0
        for part, logits in forward_all(load_model(checkpoint, device), feed, rows):
            truth = feed.truth[torch.from_numpy(part)].to(logits.device)
            losses[done : done + len(part)] = problem.loss(logits, truth).cpu().numpy()
            shares[done : done + len(part)] = problem.probabilities(logits).cpu().numpy()
            done += len(part)
            progress(done, len(rows))
    report = describe_scores(examples, rows, shares, losses, split=split)
    report["counts"]["excluded"] = _taken_out(version, split)
    report = {"version_digest": version.manifest.digest, "checkpoint": _name(checkpoint), **report}
    out.mkdir(parents=True, exist_ok=True)
    _write_predictions(out / "predictions.parquet", examples, rows, shares, losses=losses)
    write_json(out / "evaluation.json", report)
    return report


def describe_scores(examples: Examples, rows: Ints, shares: Floats, losses: Floats, *, split: str) -> dict[str, Any]:
    """Every figure of the split from the shares and losses of its scored rows."""
    truth, predicted = examples.truth[rows], shares.argmax(1)
    classes = len(examples.classes)
    confusion = np.zeros((classes, classes), np.int64)
    np.add.at(confusion, (truth, predicted), 1)
    counts = _counts(examples, rows, split)
    return {
        "split": split,
        "counts": counts,
        "loss": _mean(losses),
        "top1": _share(int((truth == predicted).sum()), len(rows)),
        "top5": _share(int(_in_top(shares, truth, 5).sum()), len(rows)) if classes > 5 else None,
        "classes": [_class_figures(examples, confusion, index) for index in range(classes)],
        "confusion": confusion.tolist(),
        "agreement_known": bool(len(rows)) and bool(examples.agreed[rows].all()),
        "message": _message(counts, split),
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


def _share(correct: int, count: int) -> dict[str, Any]:
    low, high = wilson(correct, count)
    value = correct / count if count else None
    return {"value": value, "correct": correct, "count": count, "low": low, "high": high}


def _mean(losses: Floats) -> dict[str, Any]:
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


def _class_figures(examples: Examples, confusion: Ints, index: int) -> dict[str, Any]:
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


def _counts(examples: Examples, rows: Ints, split: str) -> dict[str, int]:
    states = examples.states[examples.splits == split]
    counts = {state: int((states == state).sum()) for state in ("unresolved", "empty", "unlabeled")}
    unknown = int((states == "labeled").sum()) - len(rows)
    return {"images": len(states), "scored": len(rows), **counts, "unknown_class": unknown}


def _taken_out(version: Version, split: str) -> int:
    """Pictures of the split that were excluded, deleted or set aside before the freeze, as the manifest counts them."""
    by_split = version.manifest.extra.get("excluded", {})
    return sum(int(count) for count in by_split.get(split, {}).values())


def _message(counts: dict[str, int], split: str) -> str | None:
    if counts["scored"] == 0:
        return f"no picture of the {split} split has a settled class yet, so nothing could be scored"
    if counts["scored"] < ENOUGH:
        return (
            f"only {counts['scored']} settled pictures in the {split} split: read the intervals, and label more of them"
        )
    return None


def _name(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.folder.parent.name}/{checkpoint.folder.name}"


def _write_predictions(path: Path, examples: Examples, rows: Ints, shares: Floats, *, losses: Floats) -> None:
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
    pq.write_table(pa.table(columns, schema=PREDICTIONS), path, compression="zstd")
    sync_file(path)
