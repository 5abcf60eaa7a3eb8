"""Boxes around the things in a picture, each with its class.

Corners are pixels of the upright picture, counted from 0 at its upper left corner, half open: a box from 10 to 12
covers two pixels. They are kept to a hundredth of a pixel. One rule holds wherever a box comes from, a person, a model
or a file (`number`, `fitted`, MOST): finite numbers, never booleans; in order; at least a pixel each way; up to half a
pixel beyond the picture is cut off, more is refused; so many boxes to a picture and no more.
"""

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from annotate.kind import Box, Outline, Value, parse_common

FLAGS: Final = ("occluded", "truncated", "difficult", "crowd")
SURE: Final = ("confidence", "score")
FIELDS: Final = frozenset({"concept", "box", "from_proposal", *FLAGS})
MOST: Final = 5_000
# How far outside the picture a box may lie and still be cut to it.
OUTSIDE: Final = 0.5
LEAST: Final = 1.0
FURTHEST: Final = 1_000_000.0
DIGITS: Final = 2
SAME: Final = 0.5
TWIN: Final = 0.9  # IoU from which two boxes of one class by one person are the same box drawn twice
RIGHT: Final = 0.8  # share of boxes in common from which an answer is right: one slip in three boxes or more
PASS_RANK: Final = 2
PIECE: Final = 1 << 16  # pairs of boxes compared at once: some megabytes

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Overlaps(NamedTuple):
    """Pairs of boxes as aligned columns: places in either list, and their IoU, above zero."""

    rows: Ints
    columns: Ints
    overlap: Floats


@dataclass(frozen=True)
class Boxes:
    """`{"boxes": [{"concept": id, "box": [x0, y0, x1, y1], "occluded": true, ...}]}`: at least one box, in the order
    drawn; the flags only where they are true. `from_proposal` is the place of the proposed box that a box began as."""

    name: str = "box"
    several: bool = True
    whole: bool = False

    def parse(
        self, answer: object, classes: Collection[int], *, machine: bool = False, proposed: Value | None = None
    ) -> Value:
        """The answer with every box checked and rounded; ValueError names the box and what is wrong with it."""
        fields, shared = parse_common(answer)
        if shared is not None:
            return shared
        if set(fields) != {"boxes"}:
            raise ValueError('an answer here has "boxes", "nothing" or "pass"')
        drawn = fields["boxes"]
        if not isinstance(drawn, list):
            raise ValueError("boxes are a list")
        if not drawn:
            raise ValueError('no boxes at all is said by "nothing"')
        if len(drawn) > MOST:
            raise ValueError(f"a picture takes at most {MOST} boxes")
        boxes = [_parse_box(one, place, classes, machine=machine) for place, one in enumerate(drawn)]
        offered = len(proposed.get("boxes", ())) if proposed else 0
        for box in boxes:
            if box.get("from_proposal", 0) >= offered:
                box.pop("from_proposal", None)
        return {"boxes": boxes}

    def classes(self, value: Value) -> tuple[int, ...]:
        """The class of each box, in order."""
        return tuple(one["concept"] for one in value.get("boxes", ()))

    def of_classes(self, value: Value, classes: Collection[int]) -> Value:
        """Without the boxes of other classes; "nothing" where that leaves none."""
        if "boxes" not in value:
            return value
        kept = [box for box in value["boxes"] if box["concept"] in classes]
        return {"boxes": kept} if kept else {"nothing": True}

    def similarity(self, a: Value, b: Value) -> float:
        """Overlap of boxes of one class, paired best first: the sum of their IoU over the number of boxes on either
        side, a pair counted once. Flags and what a box began as are no part of it; without boxes, 1 for the same
        answer, else 0."""
        if "boxes" not in a or "boxes" not in b:
            return 1.0 if _word(a) == _word(b) else 0.0
        if _plain(a) == _plain(b):
            return 1.0
        pairs = _pairs_of_class(a, b, least=0.0)
        total = math.fsum(overlap for _, _, overlap in pairs)
        return min(1.0, total / (len(a["boxes"]) + len(b["boxes"]) - len(pairs)))

    def likeness(self, said: Value, known: Value) -> tuple[float, bool]:
        """The share of boxes in common, as `agreeing` has it; right from RIGHT on."""
        if "pass" in said or "pass" in known:
            alike = self.similarity(said, known)
            return alike, alike == 1.0
        shared = agreeing(said, known)
        return shared, shared >= RIGHT

    def merge(self, values: Sequence[Value], weights: Sequence[float]) -> Value:
        """The value that is most like all the others by weight: one that somebody gave, never a mean of shapes.

        Beside boxes, "nothing" and passes stand with the weight of who gave them; a tie goes to boxes, then "nothing".
        """
        if not values or len(values) != len(weights):
            raise ValueError("merging takes at least one value and a weight for each")
        ordered = sorted(zip(values, weights, strict=True), key=lambda pair: (_order(pair[0]), pair[1]))

        def support(value: Value) -> float:
            return math.fsum(weight * self.similarity(value, other) for other, weight in ordered)

        best = max(support(value) for value, _ in ordered)
        return next(value for value, _ in ordered if support(value) >= best - 1e-12)

    def bounds(self, value: Value) -> Box | None:
        """Around all boxes; None where there are none."""
        corners = corners_of(value)
        if not len(corners):
            return None
        low, high = corners[:, :2].min(axis=0), corners[:, 2:].max(axis=0)
        return (float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def within(self, value: Value, width: int, height: int) -> Value:
        """Every box cut to the picture; ValueError names the first that does not fit."""
        if "boxes" not in value:
            return value
        boxes = []
        for place, one in enumerate(value["boxes"]):
            try:
                boxes.append({**one, "box": list(fitted(one["box"], width, height))})
            except ValueError as error:
                raise ValueError(f"box {place + 1}: {error}") from None
        return {**value, "boxes": boxes}

    def outline(self, value: Value) -> Outline | None:
        """The corners of a single box, clockwise from the upper left; None for several, which have no one outline."""
        if len(value.get("boxes", ())) != 1:
            return None
        x0, y0, x1, y1 = value["boxes"][0]["box"]
        return ((x0, y0), (x1, y0), (x1, y1), (x0, y1))


def number(value: Any, what: str) -> float:
    """The value as a finite number; ValueError names `what` otherwise. Booleans are no numbers."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{what} is no number")
    try:
        found = float(value)
    except OverflowError:
        raise ValueError(f"{what} is no finite number") from None
    if not math.isfinite(found):
        raise ValueError(f"{what} is no finite number")
    return found


def fitted(corners: Iterable[float], width: float = 0, height: float = 0) -> Box:
    """The box within a picture of that size (0: size unknown), rounded; ValueError says what is wrong with it."""
    x0, y0, x1, y1 = corners
    if not all(abs(value) <= FURTHEST for value in (x0, y0, x1, y1)):  # also refuses what is no number or without end
        raise ValueError("a corner is no finite number, or further out than any picture")
    if x1 < x0 or y1 < y0:
        raise ValueError("its corners are the wrong way round: x0 and y0 are its upper left corner")
    x0, y0, x1, y1 = (round(float(value), DIGITS) for value in (x0, y0, x1, y1))
    right, bottom = width or math.inf, height or math.inf
    beyond = max(-x0, -y0, x1 - right, y1 - bottom)
    if beyond > OUTSIDE + 1e-6:
        raise ValueError(f"it reaches {beyond:.4g} pixels beyond the picture")
    found = (max(0.0, x0), max(0.0, y0), min(right, x1), min(bottom, y1))
    a, b, c, d = (round(value, DIGITS) + 0.0 for value in found)
    if c - a < LEAST - 1e-9 or d - b < LEAST - 1e-9:
        raise ValueError("it is less than a pixel wide or high")
    return a, b, c, d


def corners_of(value: Value) -> Floats:
    """The boxes of a value as rows (x0, y0, x1, y1)."""
    return np.array([one["box"] for one in value.get("boxes", ())], dtype=np.float64).reshape(-1, 4)


def iou(a: Floats, b: Floats) -> Floats:
    """Intersection over union of each of the boxes `a` (n x 4) with each of `b` (m x 4)."""
    return _iou(a[:, None, :], b[None, :, :])


def _iou(a: Floats, b: Floats) -> Floats:
    """Intersection over union of boxes (... x 4), broadcast against each other."""
    low, high = np.maximum(a[..., :2], b[..., :2]), np.minimum(a[..., 2:], b[..., 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=-1)
    areas = [np.prod(boxes[..., 2:] - boxes[..., :2], axis=-1) for boxes in (a, b)]
    return np.asarray(shared / (areas[0] + areas[1] - shared))


def overlapping(a: Floats, b: Floats) -> Overlaps:
    """The pairs of boxes of `a` (n x 4) and `b` (m x 4) that share any area, with their IoU as `iou` has it.

    Cost follows the pairs that meet from left to right, in pieces of PIECE, and not n times m: boxes `b` are taken by
    their width to the power of two, so that a few wide ones do not make all of them candidates.
    """
    if len(a) * len(b) <= PIECE:
        overlap = iou(a, b)
        rows, columns = np.nonzero(overlap > 0)
        return Overlaps(rows, columns, overlap[rows, columns])
    found = [Overlaps(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
    widths = b[:, 2] - b[:, 0]
    scale = np.frexp(widths)[1]
    for one in np.unique(scale):
        alike = np.flatnonzero(scale == one)
        alike = alike[np.argsort(b[alike, 0], kind="stable")]
        first = np.searchsorted(b[alike, 0], a[:, 0] - widths[alike].max(), side="left")
        many = np.searchsorted(b[alike, 0], a[:, 2], side="left") - first
        found += _candidates(a, b, alike=alike, first=first, many=many)
    return Overlaps(*(np.concatenate(parts) for parts in zip(*found, strict=True)))


def _candidates(a: Floats, b: Floats, *, alike: Ints, first: Ints, many: Ints) -> Iterator[Overlaps]:
    """Those that overlap among each row of `a` and the `many` boxes of `b` from the place `first` on in `alike`."""
    begin = 0
    ends = np.cumsum(many)
    while begin < len(a):
        spent = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, spent + PIECE, side="right")))
        rows = np.repeat(np.arange(begin, end), many[begin:end])
        within = np.arange(len(rows)) - np.repeat(ends[begin:end] - many[begin:end] - spent, many[begin:end])
        columns = alike[first[rows] + within]
        met = (a[:, 1][rows] < b[:, 3][columns]) & (b[:, 1][columns] < a[:, 3][rows])
        rows, columns = rows[met], columns[met]
        overlap = _iou(a[rows], b[columns])
        kept = overlap > 0
        yield Overlaps(rows[kept], columns[kept], overlap[kept])
        begin = end


def paired(overlap: Floats, *, least: float) -> list[tuple[int, int]]:
    """Rows and columns paired one to one, the highest overlap first, down to `least` (zero never pairs)."""
    rows, columns = np.nonzero((overlap >= least) & (overlap > 0))
    return [(row, column) for row, column, _ in _best_first(Overlaps(rows, columns, overlap[rows, columns]))]


def _best_first(found: Overlaps) -> list[tuple[int, int, float]]:
    """The pairs of the highest overlap, one to one; of equal ones the first row, then the first column."""
    order = np.lexsort((found.columns, found.rows, -found.overlap))
    taken_rows: set[int] = set()
    taken_columns: set[int] = set()
    kept = []
    for row, column, overlap in zip(*(part[order].tolist() for part in found), strict=True):
        if row not in taken_rows and column not in taken_columns:
            taken_rows.add(row)
            taken_columns.add(column)
            kept.append((row, column, overlap))
    return kept


def distinct(value: Value) -> Sequence[Mapping[str, Any]]:
    """One person's boxes, each thing once: without those that lie on another of their class at an IoU of TWIN.

    The same boxes stay whatever their order; those that do keep it.
    """
    boxes = value.get("boxes", ())
    if len(boxes) < 2:
        return tuple(boxes)
    corners, classes = corners_of(value), np.array([box["concept"] for box in boxes])
    met = overlapping(corners, corners)
    twins = (met.overlap >= TWIN) & (met.rows < met.columns) & (classes[met.rows] == classes[met.columns])
    pairs = list(zip(met.rows[twins].tolist(), met.columns[twins].tolist(), strict=True))
    ranked = sorted({place for pair in pairs for place in pair}, key=lambda place: _order({"boxes": [boxes[place]]}))
    rank = {place: number for number, place in enumerate(ranked)}
    dropped: set[int] = set()
    for first, second in sorted(sorted((rank[one], rank[other])) for one, other in pairs):
        if first not in dropped:
            dropped.add(second)
    gone = {ranked[number] for number in dropped}
    return tuple(box for place, box in enumerate(boxes) if place not in gone)


def agreeing(a: Value, b: Value) -> float:
    """The share of boxes that two answers have in common: of one class, paired at an IoU of a half, what one of them
    drew twice counted once; 1 for none at all on both sides."""
    one, other = ({"boxes": distinct(side)} for side in (a, b))
    total = len(one["boxes"]) + len(other["boxes"])
    return 2 * len(_pairs_of_class(one, other, least=SAME)) / total if total else 1.0


def _pairs_of_class(a: Value, b: Value, *, least: float) -> list[tuple[int, int, float]]:
    """Boxes of one class paired one to one, with their IoU, the highest first, down to `least`.

    Sides and boxes stand in an order of their own, so that ties pair alike whichever way they are asked.
    """
    one, other = (np.array(side, dtype=np.float64).reshape(-1, 5) for side in sorted((_plain(a), _plain(b))))
    met = overlapping(one[:, 1:], other[:, 1:])
    kept = (one[met.rows, 0] == other[met.columns, 0]) & (met.overlap >= least)
    return _best_first(Overlaps(*(part[kept] for part in met)))


def _parse_box(found: object, place: int, classes: Collection[int], *, machine: bool) -> dict[str, Any]:
    said = f"box {place + 1}"
    if not isinstance(found, dict):
        raise ValueError(f"{said} is no JSON object")
    if unknown := sorted(str(name)[:40] for name in set(found) - FIELDS - (set(SURE) if machine else set())):
        raise ValueError(f"{said} has fields that are not known here: {', '.join(unknown[:5])}")
    concept = found.get("concept")
    if type(concept) is not int:  # a bool is an int to isinstance, and never a class
        raise ValueError(f"{said} names its class by number")
    if concept not in classes:
        raise ValueError(f"class {concept} of {said} is not one of this project's")
    kept = {"concept": concept, "box": _parse_corners(found.get("box"), said)}
    for flag in FLAGS:
        if type(found.get(flag, False)) is not bool:
            raise ValueError(f'"{flag}" of {said} is true or left out')
        if found.get(flag):
            kept[flag] = True
    if "from_proposal" in found:
        began = found["from_proposal"]
        if type(began) is not int or not 0 <= began < MOST:
            raise ValueError(f'"from_proposal" of {said} is the place of a proposed box')
        kept["from_proposal"] = began
    return kept | {name: _parse_share(found[name], name, said) for name in SURE if name in found}


def _parse_corners(found: object, said: str) -> list[float]:
    if not isinstance(found, list) or len(found) != 4:
        raise ValueError(f"{said} is four numbers: x0, y0, x1, y1")
    try:
        return list(fitted(number(one, "a corner") for one in found))
    except ValueError as error:
        raise ValueError(f"{said}: {error}") from None


def _parse_share(found: object, name: str, said: str) -> float:
    if type(found) not in (int, float) or not 0 <= found <= 1:  # type: ignore[operator]
        raise ValueError(f'"{name}" of {said} lies between 0 and 1')
    return float(found)  # type: ignore[arg-type]


def _word(value: Value) -> str:
    """What a value without boxes says; the reason of a skip is no part of it."""
    return "boxes" if "boxes" in value else "nothing" if "nothing" in value else str(value["pass"])


def _plain(value: Value) -> list[tuple[float, ...]]:
    """The boxes with their classes, in no order."""
    return sorted((one["concept"], *one["box"]) for one in value.get("boxes", ()))


def _order(value: Mapping[str, Any]) -> tuple[Any, ...]:
    """A place among values that depends on nothing but what they say."""
    if "boxes" in value:
        return (0, "", _plain(value), sorted(str(sorted(one.items())) for one in value["boxes"]))
    return (1 if "nothing" in value else PASS_RANK, _word(value), [], [str(value.get("reason", ""))])
