"""How good boxes were found: the twelve figures, intervals, every class, and what kind each error is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from training.engine import box_errors, box_match
from training.engine.box_data import BoxExamples, Found, Ints, Truth
from training.engine.box_errors import BOX, ERRORS
from training.engine.box_match import ClassColumn, Match
from training.engine.coco import Coco, coco
from training.engine.examples import describe_counts, few_message

DRAWS: Final = 200
COUNTED: Final = (box_match.HIT, *ERRORS)

PREDICTIONS = pa.schema(
    [
        ("digest", pa.string()),
        ("boxes", pa.list_(BOX)),
        ("labels", pa.list_(pa.int32())),
        ("scores", pa.list_(pa.float32())),
        ("kinds", pa.list_(pa.string())),
        ("partners", pa.list_(pa.int32())),
        ("overlaps", pa.list_(pa.float32())),
        ("truth_boxes", pa.list_(BOX)),
        ("truth_labels", pa.list_(pa.int32())),
        ("truth_aside", pa.list_(pa.bool_())),
        ("truth_scores", pa.list_(pa.float32())),
        *((name, pa.int32()) for name in COUNTED),
    ]
)


@dataclass(frozen=True)
class Scored:
    """The scored pictures of a split with all that was found in them.

    `threshold` is where errors are counted, chosen on the pictures of the split `chosen_on`.
    """

    examples: BoxExamples
    rows: Ints
    found: Sequence[Found]
    matches: Sequence[Match]
    threshold: float
    chosen_on: str

    @property
    def truths(self) -> list[Truth]:
        """What is there, in the order of the rows."""
        return [self.examples.truths[row] for row in self.rows.tolist()]

    def truth_at(self, place: int) -> Truth:
        """What is there in the picture at this place among the rows."""
        return self.examples.truths[int(self.rows[place])]


def score_boxes(examples: BoxExamples, rows: Ints, found: Sequence[Found], *, val: Sequence[Found] = ()) -> Scored:
    """Every found box matched, and the threshold at which hits against misses and false ones balance best (F1).

    `val` is what was found in the validation pictures, in the order of their rows: where anything there was hit, the
    threshold is theirs, so that it was chosen without a look at what is scored.
    """
    matches = _matches(examples, rows, found)
    own, chosen_on = (rows, found, matches), "scored"
    if val:
        held = examples.rows("val")
        held_matches = _matches(examples, held, val)
        if any(one.hits[0].any() for one in held_matches):
            own, chosen_on = (held, val, held_matches), "val"
    truths = [examples.truths[row] for row in own[0].tolist()]
    return Scored(examples, rows, found, matches, _best_threshold(truths, *own[1:]), chosen_on)


def _matches(examples: BoxExamples, rows: Ints, found: Sequence[Found]) -> list[Match]:
    truths = [examples.truths[row] for row in rows.tolist()]
    return [box_match.match(truth, one) for truth, one in zip(truths, found, strict=True)]


def describe_boxes(scored: Scored, *, split: str) -> dict[str, Any]:
    """Every figure of the split; None where there is nothing that it could speak of."""
    examples, rows = scored.examples, scored.rows
    truths, classes = scored.truths, len(examples.classes)
    counts = describe_counts(examples, rows, split)
    counts["boxes"] = sum(int((~one.aside).sum()) for one in truths)
    counts["aside"] = sum(int(one.aside.sum()) for one in truths)
    counts["unknown_class"] = int(examples.unlisted[rows].sum())
    report: dict[str, Any] = {"split": split, "counts": counts, "message": few_message(len(rows), split)}
    report["agreement_known"] = bool(len(rows)) and bool(examples.agreed[rows].all())
    empty = {"map": _interval(None, None, 0), "map50": _interval(None, None, 0), "figures": {}, "classes": []}
    if len(rows) == 0:
        nothing = {"threshold": None, "threshold_from": None, "thresholds": None, "curves": None}
        return {**report, **empty, **nothing, "errors": dict.fromkeys(COUNTED, 0)}
    judged = coco(truths, scored.found, classes)
    columns = box_match.class_columns(truths, scored.found, scored.matches, classes)
    drawn = box_match.bootstrap(columns, len(rows), draws=DRAWS, seed=0)
    errors = np.array([_errors(scored, place) for place in range(len(rows))]).sum(0)
    return {
        **report,
        "map": _interval(judged.figures["map"], drawn[:, 0], len(rows)),
        "map50": _interval(judged.figures["map50"], drawn[:, 1], len(rows)),
        "figures": judged.figures,
        "classes": [_class_figures(scored, judged, columns[index], index) for index in range(classes)],
        "threshold": scored.threshold,
        "threshold_from": scored.chosen_on if scored.chosen_on == "val" else split,
        "thresholds": box_errors.count_kinds(
            scored.found, scored.matches, drawn=[int(column.drawn.sum()) for column in columns]
        ),
        "errors": dict(zip(COUNTED, errors.tolist(), strict=True)),
        "curves": {"recall": [round(step / 100, 2) for step in range(101)], "classes": _curves(judged, columns)},
    }


def box_table(scored: Scored) -> pa.Table:
    """One row per scored picture, with every found box and every drawn one."""
    places = range(len(scored.rows))
    truths = scored.truths
    counted = [_errors(scored, place) for place in places]
    columns: dict[str, Any] = {
        "digest": [scored.examples.digests[row] for row in scored.rows.tolist()],
        **{name: [getattr(one, name).tolist() for one in scored.found] for name in ("boxes", "labels", "scores")},
        "kinds": [list(one.kinds) for one in scored.matches],
        "partners": [one.partners.tolist() for one in scored.matches],
        "overlaps": [one.overlaps.tolist() for one in scored.matches],
        **{f"truth_{name}": [getattr(one, name).tolist() for one in truths] for name in ("boxes", "labels", "aside")},
        "truth_scores": [_hit_scores(scored, place).tolist() for place in places],
        **{name: [row[number] for row in counted] for number, name in enumerate(COUNTED)},
    }
    return pa.table(columns, schema=PREDICTIONS)


def error_table(scored: Scored) -> pa.Table:
    """Every error at some threshold, as `box_errors.error_table` orders them."""
    if len(scored.rows) == 0:
        return box_errors.no_errors()
    digests = [scored.examples.digests[row] for row in scored.rows.tolist()]
    reached = [_hit_scores(scored, place) for place in range(len(scored.rows))]
    return box_errors.error_table(digests, scored.truths, scored.found, matches=scored.matches, hit_scores=reached)


def _errors(scored: Scored, place: int) -> list[int]:
    """Counts of COUNTED in one picture, of boxes at least as sure as the threshold."""
    shown = scored.found[place].scores >= scored.threshold
    kinds = np.array(scored.matches[place].kinds, np.str_)[shown]
    missed = ~(_hit_scores(scored, place) >= scored.threshold) & ~scored.truth_at(place).aside
    count = {name: int((kinds == name).sum()) for name in COUNTED}
    return [count[name] if name != "missed" else int(missed.sum()) for name in COUNTED]


def _hit_scores(scored: Scored, place: int) -> NDArray[np.float32]:
    """The score of the box that hit each drawn one; 0 where none did."""
    match, found = scored.matches[place], scored.found[place]
    scores = np.zeros(len(scored.truth_at(place).boxes), np.float32)
    hits = match.hits[0]
    scores[match.partners[hits]] = found.scores[hits]
    return scores


def _best_threshold(truths: Sequence[Truth], found: Sequence[Found], matches: Sequence[Match]) -> float:
    """The score with the highest F1 over all classes; one half where nothing is hit."""
    if not found:
        return 0.5
    scores = np.concatenate([one.scores for one in found])
    hits, ignored = (np.concatenate([getattr(one, name)[0] for one in matches]) for name in ("hits", "ignored"))
    order = np.argsort(-scores, kind="stable")
    order = order[~ignored[order]]
    if not hits.any():
        return 0.5
    right = np.cumsum(hits[order])
    drawn = sum(int((~one.aside).sum()) for one in truths)
    balance = 2 * right / (np.arange(1, len(order) + 1) + drawn)
    return float(scores[order[int(balance.argmax())]])


def _interval(value: float | None, drawn: NDArray[np.float64] | None, count: int) -> dict[str, Any]:
    """A figure with the middle 95 % of its bootstrap over pictures (Efron, 1979)."""
    low, high = (None, None) if drawn is None or not len(drawn) else np.quantile(drawn, (0.025, 0.975)).tolist()
    return {"value": value, "low": low, "high": high, "count": count, "draws": DRAWS}


def _class_figures(scored: Scored, judged: Coco, column: ClassColumn, index: int) -> dict[str, Any]:
    entry = scored.examples.classes[index]
    count = int(column.drawn.sum())
    shown = (column.scores >= scored.threshold) & column.counted[0]
    found, right = int(shown.sum()), int((column.hits[0] & shown).sum())
    values = judged.precision[:, :, index]
    return {
        "index": index,
        "id": entry.id,
        "name": entry.name,
        "count": count,
        "pictures": int((column.drawn > 0).sum()),
        "found": found,
        "correct": right,
        "map": float(values.mean()) if count else None,
        "map50": float(values[0].mean()) if count else None,
        "map75": float(values[5].mean()) if count else None,
        "precision": right / found if found else None,
        "recall": right / count if count else None,
    }


def _curves(judged: Coco, columns: Sequence[ClassColumn]) -> list[dict[str, Any]]:
    """Per class with boxes: precision and score at each recall, at overlap 0.5; 0 where it is not reached."""
    return [
        {
            "index": index,
            "precision": np.round(judged.precision[0, :, index], 6).tolist(),
            "score": np.round(judged.scores[0, :, index], 6).tolist(),
        }
        for index, column in enumerate(columns)
        if column.drawn.any()
    ]
