"""Boxes around the things in a picture, each with its class.

Corners are pixels of the upright picture, counted from 0 at its upper left corner, half open: a box from 10 to 12
covers two pixels. They are kept to a hundredth of a pixel. One rule holds wherever a box comes from, a person, a model
or a file (`number`, `fitted`, MOST): finite numbers, never booleans; in order; at least a pixel each way; up to half a
pixel beyond the picture is cut off, more is refused; so many boxes to a picture and no more.
"""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

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
PASS_RANK: Final = 2


@dataclass(frozen=True)
class Boxes:
    """`{"boxes": [{"concept": id, "box": [x0, y0, x1, y1], "occluded": true, ...}]}`: at least one box, in the order
    drawn; the flags only where they are true. `from_proposal` is the place of the proposed box that a box began as."""

    name: str = "box"
    several: bool = True

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

    def similarity(self, a: Value, b: Value) -> float:
        """Overlap of boxes of one class, paired best first: the sum of their IoU over the number of boxes on either
        side, a pair counted once. Flags and what a box began as are no part of it; without boxes, 1 for the same
        answer, else 0."""
        if "boxes" not in a or "boxes" not in b:
            return 1.0 if _word(a) == _word(b) else 0.0
        if _plain(a) == _plain(b):
            return 1.0
        overlap = _overlap_of_class(a, b)
        pairs = paired(overlap, least=0.0)
        total = math.fsum(float(overlap[pair]) for pair in pairs)
        return min(1.0, total / (sum(overlap.shape) - len(pairs)))

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


def corners_of(value: Value) -> NDArray[np.float64]:
    """The boxes of a value as rows (x0, y0, x1, y1)."""
    return np.array([one["box"] for one in value.get("boxes", ())], dtype=np.float64).reshape(-1, 4)


def iou(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """Intersection over union of each of the boxes `a` (n x 4) with each of `b` (m x 4)."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=2)
    areas = [np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (a, b)]
    return np.asarray(shared / (areas[0][:, None] + areas[1][None, :] - shared))


def paired(overlap: NDArray[np.float64], *, least: float) -> list[tuple[int, int]]:
    """Rows and columns paired one to one, the highest overlap first, down to `least` (zero never pairs)."""
    rows, columns = np.nonzero((overlap >= least) & (overlap > 0))
    by_value = np.lexsort((columns, rows, -overlap[rows, columns]))
    taken_rows: set[int] = set()
    taken_columns: set[int] = set()
    found = []
    for row, column in zip(rows[by_value].tolist(), columns[by_value].tolist(), strict=True):
        if row not in taken_rows and column not in taken_columns:
            taken_rows.add(row)
            taken_columns.add(column)
            found.append((row, column))
    return found


def distinct(value: Value) -> Sequence[Mapping[str, Any]]:
    """One person's boxes, each thing once: without those that lie on another of their class at an IoU of TWIN.

    The same boxes stay whatever their order; those that do keep it.
    """
    boxes = value.get("boxes", ())
    if len(boxes) < 2:
        return tuple(boxes)
    order = sorted(range(len(boxes)), key=lambda place: (boxes[place]["box"], str(sorted(boxes[place].items()))))
    corners = corners_of(value)[order]
    classes = np.array([boxes[place]["concept"] for place in order])
    dropped: set[int] = set()
    for first, second in np.argwhere(np.triu(iou(corners, corners) >= TWIN, k=1)).tolist():
        if first not in dropped and classes[first] == classes[second]:
            dropped.add(second)
    gone = {order[place] for place in dropped}
    return tuple(box for place, box in enumerate(boxes) if place not in gone)


def agreeing(a: Value, b: Value) -> float:
    """The share of boxes that two answers have in common: of one class, paired at an IoU of a half, what one of them
    drew twice counted once; 1 for none at all on both sides."""
    one, other = ({"boxes": distinct(side)} for side in (a, b))
    total = len(one["boxes"]) + len(other["boxes"])
    if not total:
        return 1.0
    return 2 * len(paired(_overlap_of_class(one, other), least=SAME)) / total


def _overlap_of_class(a: Value, b: Value) -> NDArray[np.float64]:
    """IoU of each box of one value with each of the other, zero where their classes differ.

    Sides and boxes stand in an order of their own, so that ties pair alike whichever way they are asked.
    """
    one, other = (np.array(side, dtype=np.float64).reshape(-1, 5) for side in sorted((_plain(a), _plain(b))))
    return np.asarray(np.where(one[:, :1] == other[:, 0], iou(one[:, 1:], other[:, 1:]), 0.0))


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
