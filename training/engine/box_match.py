"""Which found box is which drawn one, picture by picture, at all overlaps of the COCO protocol at once.

What the protocol's own figures cannot say needs this: an interval over pictures, and what kind of error each box is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.engine.box_data import Flags, Found, Ints, Truth

OVERLAPS: Final = np.linspace(0.5, 0.95, 10)
RECALLS: Final = np.linspace(0.0, 1.0, 101)
TOUCHES: Final = 0.1  # least overlap of a box that is loose, below it is about something else
HIT, IGNORED, WRONG, LOOSE, FALSE = "hit", "ignored", "wrong_class", "loose", "false"
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Match:
    """Of one picture with k found boxes: `hits` and `ignored` (10, k) by overlap.

    `kinds` (k) says what each is at overlap 0.5, `partners` (k) the drawn box it is about or -1, `overlaps` (k) how
    much the two share.
    """

    hits: Flags
    ignored: Flags
    kinds: tuple[str, ...]
    partners: Ints
    overlaps: Doubles


def overlap(found: NDArray[np.float32], drawn: NDArray[np.float32], crowd: Flags) -> Doubles:
    """Intersection over union (k, m); over the found box alone where the drawn one is a crowd."""
    a, b = found.astype(np.float64)[:, None], drawn.astype(np.float64)[None]
    shared = np.clip(np.minimum(a[..., 2:], b[..., 2:]) - np.maximum(a[..., :2], b[..., :2]), 0, None).prod(2)
    mine, theirs = ((one[..., 2:] - one[..., :2]).prod(2) for one in (a, b))
    share: Doubles = shared / np.where(crowd[None], mine, mine + theirs - shared)
    return share


def match(truth: Truth, found: "Found") -> Match:
    """The protocol's greedy matching within each class, the surest box first; then the kind of each error."""
    count = len(found.boxes)
    shares = overlap(found.boxes, truth.boxes, truth.crowd)
    hits, ignored = (np.zeros((len(OVERLAPS), count), np.bool_) for _ in range(2))
    partners = np.full(count, -1, np.int64)
    taken = np.zeros((len(OVERLAPS), len(truth.boxes)), np.bool_)
    for place in np.argsort(-found.scores, kind="stable").tolist():
        same = truth.labels == found.labels[place]
        for mine, wanted in ((hits, same & ~truth.aside), (ignored, same & truth.aside)):
            open_ones = wanted & ~(taken & ~truth.crowd) & (shares[place] >= OVERLAPS[:, None])
            best = np.where(open_ones, shares[place], -1.0)
            last = best.shape[1] - 1 - best[:, ::-1].argmax(1) if best.shape[1] else np.zeros(len(best), np.int64)
            got = open_ones.any(1) & ~hits[:, place]
            mine[got, place] = True
            taken[got, last[got]] = True
            if got[0]:
                partners[place] = last[0]
    kinds = [_kind(place, hits, ignored, shares, truth, found, partners) for place in range(count)]
    reach = shares[np.arange(count), partners] if len(truth.boxes) else np.zeros(count)
    return Match(hits, ignored, tuple(kinds), partners, np.where(partners >= 0, reach, 0.0))


def _kind(
    place: int, hits: Flags, ignored: Flags, shares: Doubles, truth: Truth, found: "Found", partners: Ints
) -> str:
    """What a found box is at overlap 0.5; names its partner where an error has one."""
    if hits[0, place]:
        return HIT
    if ignored[0, place]:
        return IGNORED
    counted = np.where(truth.aside, -1.0, shares[place])
    same = truth.labels == found.labels[place]
    for kind, about, low, high in ((WRONG, ~same, OVERLAPS[0], 2.0), (LOOSE, same, TOUCHES, OVERLAPS[0])):
        fitting = np.where(about & (counted >= low) & (counted < high), counted, -1.0)
        if len(fitting) and fitting.max() >= 0:
            partners[place] = int(fitting.argmax())
            return kind
    return FALSE


@dataclass(frozen=True)
class ClassColumn:
    """All found boxes of one class over all pictures, the surest first: hits by overlap (10, k), or of fewer
    overlaps, and who found them where."""

    hits: Flags
    counted: Flags
    scores: NDArray[np.float32]
    pictures: Ints
    drawn: Ints


def class_columns(
    truths: Sequence[Truth], found: "Sequence[Found]", matches: Sequence[Match], classes: int
) -> list[ClassColumn]:
    """One column per class; `drawn` is the number of boxes to be found in each picture."""
    pictures = np.repeat(np.arange(len(found)), [len(one.boxes) for one in found])
    labels, scores = (np.concatenate([getattr(one, name) for one in found]) for name in ("labels", "scores"))
    hits, ignored = (np.concatenate([getattr(one, name) for one in matches], 1) for name in ("hits", "ignored"))
    columns = []
    for index in range(classes):
        mine = np.flatnonzero(labels == index)
        mine = mine[np.argsort(-scores[mine], kind="mergesort")]
        drawn = np.array([((one.labels == index) & ~one.aside).sum() for one in truths], np.int64)
        columns.append(ClassColumn(hits[:, mine], ~ignored[:, mine], scores[mine], pictures[mine], drawn))
    return columns


def average_precisions(column: ClassColumn, weights: Doubles) -> Doubles | None:
    """The protocol's average precision at each overlap of the column, pictures counting by their weights (n).

    None where there is nothing to find.
    """
    drawn = float((column.drawn * weights).sum())
    if drawn == 0:
        return None
    worth = weights[column.pictures]
    right = np.cumsum(column.hits * worth, 1)
    wrong = np.cumsum((~column.hits & column.counted) * worth, 1)
    recall = right / drawn
    precision = right / np.maximum(right + wrong, np.spacing(1))
    precision = np.maximum.accumulate(precision[:, ::-1], 1)[:, ::-1]
    found = np.zeros(len(column.hits))
    for place in range(len(column.hits)):
        at = np.searchsorted(recall[place], RECALLS, side="left")
        reached = at < recall.shape[1]
        found[place] = precision[place, at[reached]].sum() / len(RECALLS)
    return found


def bootstrap(columns: Sequence[ClassColumn], pictures: int, *, draws: int, seed: int) -> Doubles:
    """(draws, 2): mAP and mAP at 0.5 of as many pictures drawn with replacement; classes nothing shows are left out."""
    generator = np.random.default_rng(seed)
    drawn = []
    for _ in range(draws):
        weights = np.bincount(generator.integers(0, pictures, pictures), minlength=pictures).astype(np.float64)
        found = [one for one in (average_precisions(column, weights) for column in columns) if one is not None]
        if found:
            drawn.append((np.mean(found), np.mean([one[0] for one in found])))
    return np.array(drawn, np.float64).reshape(-1, 2)
