"""Boxes, beyond what every kind keeps: rounding, pairing, and what holds for any boxes at all."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotate.kinds import box as boxes
from annotate.kinds.box import Boxes, agreeing, corners_of, distinct, iou, paired

BOX = Boxes()
CLASSES = (3, 7)


def drawn(*boxes: tuple[float, float, float, float], concept: int = 3) -> dict[str, Any]:
    return {"boxes": [{"concept": concept, "box": list(box)} for box in boxes]}


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Any]:
    """Boxes on a grid coarse enough that they meet, equal and touch each other often."""
    found = []
    for _ in range(draw(st.integers(1, 6))):
        x0, y0 = draw(st.integers(0, 20)), draw(st.integers(0, 20))
        width, height = draw(st.floats(1, 20)), draw(st.floats(1, 20))
        one: dict[str, Any] = {"concept": draw(st.sampled_from(CLASSES)), "box": [x0, y0, x0 + width, y0 + height]}
        found.append(one | ({"occluded": True} if draw(st.booleans()) else {}))
    return {"boxes": found}


@settings(deadline=None)
@given(answers())
def test_parsing_again_changes_nothing(answer: dict[str, Any]) -> None:
    once = BOX.parse(answer, CLASSES)
    assert BOX.parse(once, CLASSES) == once
    assert np.allclose(corners_of(once), corners_of(answer), atol=0.005 + 1e-9)


@settings(deadline=None)
@given(answers(), answers(), st.randoms(use_true_random=False))
def test_similarity_and_agreement_are_symmetric_and_blind_to_order(
    a: dict[str, Any], b: dict[str, Any], draw: Any
) -> None:
    one, other = BOX.parse(a, CLASSES), BOX.parse(b, CLASSES)
    mixed = {"boxes": draw.sample(one["boxes"], len(one["boxes"]))}
    assert BOX.similarity(one, mixed) == 1.0
    assert agreeing(one, mixed) == 1.0
    for verb in (BOX.similarity, agreeing):
        assert 0.0 <= verb(one, other) <= 1.0
        assert verb(one, other) == pytest.approx(verb(other, one), abs=1e-12)
    told = [sorted((box["concept"], box["box"]) for box in value["boxes"]) for value in (one, other)]
    assert (BOX.similarity(one, other) == 1.0) == (told[0] == told[1])


@settings(deadline=None)
@given(st.lists(answers(), min_size=1, max_size=4))
def test_merging_gives_one_of_them_in_any_order(found: list[dict[str, Any]]) -> None:
    parsed = [BOX.parse(one, CLASSES) for one in found]
    merged = BOX.merge(parsed, [1.0] * len(parsed))
    assert merged in parsed
    for order in itertools.permutations(parsed):
        assert BOX.merge(list(order), [1.0] * len(parsed)) == merged


@settings(deadline=None)
@given(answers())
def test_bounds_hold_every_box(answer: dict[str, Any]) -> None:
    value = BOX.parse(answer, CLASSES)
    bounds = BOX.bounds(value)
    assert bounds is not None
    assert np.all(corners_of(value)[:, :2] >= bounds[:2])
    assert np.all(corners_of(value)[:, 2:] <= bounds[2:])
    assert (BOX.outline(value) is None) == (len(value["boxes"]) != 1)


def test_corners_are_kept_to_a_hundredth_and_false_flags_left_out() -> None:
    said = {"boxes": [{"concept": 3, "box": [-0.004, 1, 2.006, 9.999], "occluded": False, "crowd": True}]}
    assert BOX.parse(said, CLASSES) == {"boxes": [{"concept": 3, "box": [0.0, 1.0, 2.01, 10.0], "crowd": True}]}
    with pytest.raises(ValueError, match="box 2: it reaches 1 pixels beyond"):
        BOX.parse({"boxes": [*said["boxes"], {"concept": 3, "box": [-1, 0, 5, 5]}]}, CLASSES)


def test_overlap_is_shared_over_joint_area() -> None:
    a, b = np.array([[0.0, 0, 10, 10]]), np.array([[5.0, 0, 15, 10], [10, 0, 20, 10], [0, 0, 10, 10]])
    assert iou(a, b).tolist() == [[pytest.approx(1 / 3), 0.0, 1.0]]


def test_pairs_are_one_to_one_the_best_first() -> None:
    overlap = np.array([[0.6, 0.9, 0.0], [0.0, 0.8, 0.0]])
    assert paired(overlap, least=0.5) == [(0, 1)]
    assert paired(overlap[:, ::-1], least=0.0) == [(0, 1)]
    assert paired(np.zeros((2, 2)), least=0.0) == []


def test_similarity_counts_what_overlaps_and_what_is_missed() -> None:
    both, one = drawn((0, 0, 10, 10), (50, 50, 60, 60)), drawn((0, 0, 10, 10))
    assert BOX.similarity(both, one) == pytest.approx(0.5)
    assert agreeing(both, one) == pytest.approx(2 / 3)
    other_class = drawn((0, 0, 10, 10), concept=7)
    assert BOX.similarity(one, other_class) == agreeing(one, other_class) == 0.0
    assert BOX.similarity(one, {"nothing": True}) == agreeing(one, {"nothing": True}) == 0.0
    assert agreeing({"nothing": True}, {"nothing": True}) == 1.0


def scattered(seed: int, number: int, *, extent: float, widest: float) -> Any:
    """Boxes on a half pixel's grid, some of them thrice as wide and high as the rest."""
    draw = np.random.default_rng(seed)
    at, size = draw.uniform(0, extent, (number, 2)), draw.uniform(1, widest, (number, 2))
    size[:: max(number // 5, 1)] *= 3
    return np.round(2 * np.hstack([at, at + size + 0.5])) / 2


@pytest.mark.parametrize("piece", [1, 40, 1 << 16])
@pytest.mark.parametrize(("extent", "widest"), [(400.0, 20.0), (60.0, 40.0), (5000.0, 5.0)])
def test_overlaps_are_found_as_if_every_pair_were_compared(
    monkeypatch: pytest.MonkeyPatch, piece: int, extent: float, widest: float
) -> None:
    monkeypatch.setattr(boxes, "PIECE", piece)
    for seed, (n, m) in enumerate([(0, 0), (0, 30), (30, 0), (1, 1), (90, 110), (110, 90)]):
        a, b = (scattered(2 * seed + n, number, extent=extent, widest=widest) for n, number in enumerate((n, m)))
        whole, found = iou(a, b), boxes.overlapping(a, b)
        rebuilt = np.zeros((n, m))
        rebuilt[found.rows, found.columns] = found.overlap
        assert np.array_equal(rebuilt, whole)
        assert len(found.rows) == np.count_nonzero(whole)


@pytest.mark.parametrize("seed", range(4))
def test_answers_of_many_boxes_agree_as_if_every_pair_were_compared(seed: int) -> None:
    """300 boxes on either side, more than are compared at once in the plain form; those of one are moved a little."""
    corners = scattered(seed, 300, extent=500.0, widest=40.0)
    moved = np.round(corners + np.random.default_rng(seed).uniform(0, 6, (300, 1)))
    one, other = (
        {"boxes": [{"concept": CLASSES[n % 2], "box": row} for n, row in enumerate(rows.tolist())]}
        for rows in (corners, moved)
    )
    one, other = ({"boxes": list(distinct(value))} for value in (one, other))
    sides = sorted(sorted((part["concept"], *part["box"]) for part in value["boxes"]) for value in (one, other))
    first, second = (np.array(side) for side in sides)
    overlap = np.where(first[:, :1] == second[:, 0], iou(first[:, 1:], second[:, 1:]), 0.0)
    total = len(first) + len(second)
    pairs = paired(overlap, least=0.0)
    shared = sum(float(overlap[pair]) for pair in pairs)
    assert 0.1 < BOX.similarity(one, other) == pytest.approx(shared / (total - len(pairs)), abs=1e-12)
    assert 0.1 < agreeing(one, other) == 2 * len(paired(overlap, least=0.5)) / total


@settings(deadline=None)
@given(answers(), st.randoms(use_true_random=False))
def test_a_box_drawn_twice_counts_once_whatever_the_order(a: dict[str, Any], draw: Any) -> None:
    once = BOX.parse(a, CLASSES)
    twice = {"boxes": draw.sample([*once["boxes"], *once["boxes"]], 2 * len(once["boxes"]))}
    kept = distinct(twice)
    assert sorted(map(str, kept)) == sorted(map(str, distinct(once)))
    assert agreeing(once, twice) == 1.0
    for place, box in enumerate(kept):
        others = [other["box"] for other in kept[place + 1 :] if other["concept"] == box["concept"]]
        assert np.all(iou(np.array([box["box"]]), np.array(others).reshape(-1, 4)) < 0.9)


def test_the_outline_of_one_box_goes_around_it() -> None:
    assert BOX.outline(drawn((1, 2, 5, 8))) == ((1, 2), (5, 2), (5, 8), (1, 8))
    assert BOX.bounds({"nothing": True}) is None
