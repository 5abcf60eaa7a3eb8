"""Two evaluations compared on the pictures that both scored: overall, class by class, and which pictures changed.

Reads what `evaluate` wrote and nothing else, without torch. Classes are told apart by concept id, so that checkpoints
with different lists meet. A picture counts only where both say the same of what is true there.
"""

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray

from training.engine import paired
from training.engine.box_match import ClassColumn, average_precisions
from training.engine.several_scores import average_precision

Flags = NDArray[np.bool_]
Doubles = NDArray[np.float64]
Ints = NDArray[np.int64]

TOP1, MAP, MAP50 = "top1", "map", "map50"
LOST, GAINED = "lost", "gained"
BOX_ERRORS: Final = ("missed", "false", "wrong_class", "loose")
COLUMNS: Final = {
    TOP1: ["digest", "truth", "predicted", "probability"],
    MAP: ["digest", "truth", "predicted", "correct", "distribution"],
    MAP50: ["digest", "labels", "scores", "kinds", "truth_boxes", "truth_labels", "truth_aside", *BOX_ERRORS],
}


@dataclass(frozen=True)
class Side:
    """One evaluation, picture by picture: whether all is right there, what is true and what was said (concept ids).

    `detail` is what its measure's figures are made of: shares (n, classes) for several classes, rows for boxes.
    """

    measure: str
    concepts: tuple[int, ...]
    names: Mapping[int, str]
    digests: tuple[str, ...]
    truth: tuple[Hashable, ...]
    said: tuple[tuple[int, ...], ...]
    right: Flags
    sure: Doubles
    detail: Any

    def told(self, row: int) -> tuple[int, ...]:
        """The classes that are truly there."""
        truth: Any = self.truth[row]
        return tuple(sorted({one[0] for one in truth})) if self.measure == MAP50 else tuple(truth)


@dataclass(frozen=True)
class Common:
    """Places of the same pictures on both sides, in the order of their digests, and how many could not be compared."""

    first: Ints
    second: Ints
    only_first: int
    only_second: int
    truth_changed: int


def read_side(folder: Path) -> Side:
    """The evaluation in this folder. OSError where it is not there, ValueError where it cannot be compared."""
    report = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    measure = next((name for name in (TOP1, MAP50, MAP) if name in report), None)
    if measure is None:
        raise ValueError(f"{folder.name}: there is no figure to compare by")
    classes = sorted(report["classes"], key=lambda one: int(one["index"]))
    concepts = tuple(int(one["id"]) for one in classes)
    names = {int(one["id"]): str(one["name"]) for one in classes}
    table = pq.read_table(folder / "predictions.parquet", columns=COLUMNS[measure])
    columns = {name: table[name].to_pylist() for name in table.column_names if name != "distribution"}
    if measure == MAP and table.num_rows:
        columns["distribution"] = np.stack([np.asarray(one, np.float64) for one in table["distribution"].to_pylist()])
    parts = {TOP1: _of_one, MAP: _of_several, MAP50: _of_boxes}[measure](columns, concepts)
    return Side(measure, concepts, names, tuple(columns["digest"]), **parts)


def _of_one(columns: dict[str, Any], concepts: tuple[int, ...]) -> dict[str, Any]:
    truth = tuple((concepts[one],) for one in columns["truth"])
    said = tuple((concepts[one],) for one in columns["predicted"])
    right = np.array([one == other for one, other in zip(truth, said, strict=True)], np.bool_)
    return {
        "truth": truth, "said": said, "right": right, "sure": np.array(columns["probability"], np.float64),
        "detail": None,
    }  # fmt: skip


def _of_several(columns: dict[str, Any], concepts: tuple[int, ...]) -> dict[str, Any]:
    named = {name: tuple(tuple(sorted(concepts[one] for one in row)) for row in columns[name])
             for name in ("truth", "predicted")}  # fmt: skip
    shares = columns.get("distribution", np.zeros((0, len(concepts))))
    doubt = np.abs(shares - 0.5).mean(1) if len(concepts) else np.zeros(len(shares))
    return {
        "truth": named["truth"], "said": named["predicted"], "right": np.array(columns["correct"], np.bool_),
        "sure": doubt, "detail": shares,
    }  # fmt: skip


def _of_boxes(columns: dict[str, Any], concepts: tuple[int, ...]) -> dict[str, Any]:
    """A picture is right where nothing is missed, false, loose or of the wrong class at the evaluation's threshold."""
    errors = np.sum([columns[name] for name in BOX_ERRORS], axis=0, dtype=np.int64).reshape(-1)
    truth = tuple(
        tuple(sorted((concepts[label], tuple(round(float(one), 2) for one in box), bool(aside))
                     for label, box, aside in zip(*row, strict=True)))
        for row in zip(columns["truth_labels"], columns["truth_boxes"], columns["truth_aside"], strict=True)
    )  # fmt: skip
    said = tuple(tuple(sorted({concepts[label] for label in row})) for row in columns["labels"])
    detail = [
        {"labels": [concepts[one] for one in labels], "scores": scores, "kinds": kinds}
        for labels, scores, kinds in zip(columns["labels"], columns["scores"], columns["kinds"], strict=True)
    ]
    return {"truth": truth, "said": said, "right": errors == 0, "sure": errors.astype(np.float64), "detail": detail}


def common_of(first: Side, second: Side) -> Common:
    """The pictures that both scored against the same truth. ValueError where they do not measure the same thing."""
    if first.measure != second.measure:
        raise ValueError("the two evaluations do not measure the same thing")
    place = {digest: row for row, digest in enumerate(second.digests)}
    pairs = sorted((digest, row, place[digest]) for row, digest in enumerate(first.digests) if digest in place)
    same = [(one, other) for _, one, other in pairs if first.truth[one] == second.truth[other]]
    rows = np.array(same, np.int64).reshape(-1, 2)
    shared = len(pairs)
    return Common(rows[:, 0], rows[:, 1], len(first.digests) - shared, len(second.digests) - shared, shared - len(same))


def compare(first: Side, second: Side, *, seed: int = 0) -> dict[str, Any]:
    """Figures of both on their common pictures, and the difference (second less first) with its 95 % interval.

    Of one class per picture the interval is Newcombe's for paired shares, of several classes and of boxes the quantiles
    of a paired bootstrap over pictures. `classes` is sorted, what was lost most first.
    """
    common = common_of(first, second)
    right = first.right[common.first], second.right[common.second]
    both, lost, gained, neither = paired.table_of(*right)
    share = paired.share_difference(*right)
    if first.measure == TOP1:
        overall, classes, draws = share, _recalls(first, second, common), 0
    else:
        overall, classes, draws = _drawn(first, second, common, seed=seed)
    known = [one for one in classes if one["difference"] is not None]
    return {
        "measure": first.measure,
        "common": len(common.first),
        "only_first": common.only_first,
        "only_second": common.only_second,
        "truth_changed": common.truth_changed,
        **{name: overall[name] for name in ("first", "second", "difference", "low", "high")},
        "method": "bootstrap" if draws else "newcombe",
        "draws": draws,
        "pictures": {"both": both, LOST: lost, GAINED: gained, "neither": neither,
                     "p": paired.mcnemar(lost, gained), **share},
        "classes": sorted(known, key=lambda one: (one["difference"], one["name"])),
    }  # fmt: skip


def _recalls(first: Side, second: Side, common: Common) -> list[dict[str, Any]]:
    """The share of each class's pictures that is right."""
    truth = np.array([first.told(row)[0] for row in common.first.tolist()], np.int64)
    right = first.right[common.first], second.right[common.second]
    return [
        {"id": concept, "name": first.names.get(concept, str(concept)),
         **paired.share_difference(right[0][truth == concept], right[1][truth == concept])}
        for concept in sorted(set(truth.tolist()))
    ]  # fmt: skip


def _drawn(first: Side, second: Side, common: Common, *, seed: int) -> tuple[dict[str, Any], list[dict[str, Any]], int]:
    """mAP of both, over the classes that both know and some picture shows, under the same draws of pictures."""
    count = len(common.first)
    shared = [one for one in first.concepts if one in set(second.concepts)]
    if count == 0:
        return paired.drawn_difference(None, None, []), [], 0
    draws = paired.draws_for(count, len(shared))
    weights = np.concatenate([np.ones((1, count)), paired.drawn_weights(count, draws=draws, seed=seed)])
    made = _several if first.measure == MAP else _boxed
    precisions = [
        made(side, rows, shared, weights) for side, rows in ((first, common.first), (second, common.second))
    ]  # (1 + draws, classes) each; the first row is of all pictures once
    there = [index for index in range(len(shared)) if not np.isnan(precisions[0][0, index])]
    means = [_mean(one[:, there]) for one in precisions]
    counts = [sum(concept in first.told(row) for row in common.first.tolist()) for concept in shared]
    classes = [
        {"id": shared[index], "name": first.names.get(shared[index], ""), "count": counts[index],
         **_apart(precisions[0][:, index], precisions[1][:, index])}
        for index in there
    ]  # fmt: skip
    return _apart(*means), classes, draws


def _mean(values: Doubles) -> Doubles:
    """Over the classes that a draw shows; nan where it shows none."""
    known = ~np.isnan(values)
    total: Doubles = np.where(known, values, 0.0).sum(1) / np.maximum(known.sum(1), 1)
    return np.where(known.any(1), total, np.nan)


def _apart(first: Doubles, second: Doubles) -> dict[str, Any]:
    drawn = (second - first)[1:]
    values = [None if np.isnan(one[0]) else float(one[0]) for one in (first, second)]
    return paired.drawn_difference(values[0], values[1], drawn[~np.isnan(drawn)].tolist())


def _several(side: Side, rows: Ints, concepts: list[int], weights: Doubles) -> Doubles:
    found = np.full((len(weights), len(concepts)), np.nan)
    for index, concept in enumerate(concepts):
        present = np.array([concept in side.told(row) for row in rows.tolist()], np.bool_)
        scores = side.detail[rows, side.concepts.index(concept)]
        values = [average_precision(present, scores, one) for one in weights] if present.any() else []
        found[: len(values), index] = [np.nan if one is None else one for one in values]
    return found


def _boxed(side: Side, rows: Ints, concepts: list[int], weights: Doubles) -> Doubles:
    """Average precision at overlap .5, as the protocol of COCO counts it."""
    found = np.full((len(weights), len(concepts)), np.nan)
    for index, concept in enumerate(concepts):
        column = _column(side, rows.tolist(), concept)
        values = [average_precisions(column, one) for one in weights] if column.drawn.any() else []
        found[: len(values), index] = [np.nan if one is None else one[0] for one in values]
    return found


def _column(side: Side, rows: list[int], concept: int) -> ClassColumn:
    mine = [
        (score, kind, place)
        for place, row in enumerate(rows)
        for label, score, kind in zip(*(side.detail[row][name] for name in ("labels", "scores", "kinds")), strict=True)
        if label == concept
    ]
    mine.sort(key=lambda one: -one[0])
    truths: list[Any] = [side.truth[row] for row in rows]
    drawn = np.array([sum(label == concept and not aside for label, _, aside in truth) for truth in truths], np.int64)
    return ClassColumn(
        np.array([[kind == "hit" for _, kind, _ in mine]], np.bool_),
        np.array([[kind != "ignored" for _, kind, _ in mine]], np.bool_),
        np.array([score for score, _, _ in mine], np.float32),
        np.array([place for _, _, place in mine], np.int64),
        drawn,
    )


@dataclass(frozen=True)
class Changed:
    """A picture that one side has right and the other wrong."""

    digest: str
    truth: tuple[int, ...]
    first: tuple[int, ...]
    second: tuple[int, ...]


def changed(first: Side, second: Side, *, change: str) -> list[Changed]:
    """The common pictures that went from right to wrong (lost) or the other way (gained), the surest mistakes first."""
    common = common_of(first, second)
    right = first.right[common.first], second.right[common.second]
    mask = right[0] & ~right[1] if change == LOST else ~right[0] & right[1]
    mistaken = second.sure[common.second] if change == LOST else first.sure[common.first]
    places = np.flatnonzero(mask)
    order = places[np.argsort(-mistaken[places], kind="stable")]
    pairs = zip(common.first[order].tolist(), common.second[order].tolist(), strict=True)
    return [Changed(first.digests[one], first.told(one), first.said[one], second.said[other]) for one, other in pairs]
