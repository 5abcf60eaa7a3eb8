"""Boxes follow their pixels through every move."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from training.engine.box_transforms import Moves, draw_moves, move_boxes, move_pixels
from training.engine.transforms import AUGMENT, TRANSFORMS, generator_for

CANVAS = (64, 96)
BOXED = [name for name, one in TRANSFORMS.items() if one.pad == 0]


def rectangle(box: tuple[int, int, int, int]) -> torch.Tensor:
    """One picture (1, 64, 96, 3) of middle grey with a white rectangle."""
    pixels = torch.full((1, *CANVAS, 3), 128, dtype=torch.uint8)
    x0, y0, x1, y1 = box
    pixels[:, y0:y1, x0:x1] = 255
    return pixels


def seen_in(shown: torch.Tensor) -> np.ndarray:
    """The corners of what is more white than grey."""
    bright = shown[0, :, :, 0].numpy() > 128 + 63.5
    ys, xs = np.flatnonzero(bright.any(1)), np.flatnonzero(bright.any(0))
    return np.array([xs[0], ys[0], xs[-1] + 1, ys[-1] + 1])


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**31 - 1),
    st.sampled_from([name for name in BOXED if TRANSFORMS[name].colour == 0]),
    st.tuples(st.integers(0, 60), st.integers(0, 40), st.integers(6, 30), st.integers(6, 20)),
    st.sampled_from([(96.0, 64.0), (96.0, 62.0), (94.0, 64.0)]),
)
def test_a_box_is_where_its_pixels_are(
    seed: int, name: str, place: tuple[int, int, int, int], extent: tuple[float, float]
) -> None:
    x, y, width, height = place
    box = (x, y, x + width, y + height)
    moves = draw_moves(TRANSFORMS[name], np.array([extent]), CANVAS, np.random.default_rng(seed))
    moved, kept = move_boxes(np.array([box], np.float32), moves, 0, CANVAS)
    if not kept[0] or (moved[0, 2:] - moved[0, :2] < 3).any():
        return
    seen = seen_in(move_pixels(rectangle(box), moves))
    # a pixel is counted where the rectangle covers more than half of it: half a pixel, and the blur of the zoom
    assert np.abs(seen - moved[0]).max() <= 0.5 + moves.zooms[0] / 2


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31 - 1), st.sampled_from(BOXED))
def test_what_remains_lies_on_the_canvas_and_is_mostly_seen(seed: int, name: str) -> None:
    generator = np.random.default_rng(seed)
    corners = np.sort(generator.uniform(0, 64, (20, 2, 2)), 1).reshape(20, 4).astype(np.float32)
    corners[:, 2:] += 1
    moves = draw_moves(TRANSFORMS[name], np.array([[96.0, 64.0]]), CANVAS, generator)
    moved, kept = move_boxes(corners, moves, 0, CANVAS)
    assert len(moved) == len(kept) == 20
    left = moved[kept]
    assert (left[:, 2:] > left[:, :2]).all()
    assert (left >= 0).all()
    assert (left <= [96, 64, 96, 64]).all()
    shares = (left[:, 2:] - left[:, :2]).prod(1) / (corners[kept, 2:] - corners[kept, :2]).prod(1)
    assert (shares >= 0.29 * moves.zooms[0] ** 2).all()


def test_a_flip_alone_mirrors_every_pixel_within_the_picture() -> None:
    generator = torch.Generator().manual_seed(0)
    pixels = torch.randint(0, 256, (1, *CANVAS, 3), generator=generator, dtype=torch.uint8)
    ones = np.ones((1, 3))
    moves = Moves(np.array([[90.0, 64.0]]), np.array([True]), np.ones(1), np.zeros((1, 2)), ones)
    shown = move_pixels(pixels, moves)
    assert torch.allclose(shown[:, :, :90], pixels[:, :, :90].flip(2).float(), atol=0.05)
    moved, _ = move_boxes(np.array([[10, 5, 30, 20]], np.float32), moves, 0, CANVAS)
    assert moved.tolist() == [[60, 5, 80, 20]]


def test_a_box_hardly_in_sight_is_left_out() -> None:
    moves = Moves(np.array([[96.0, 64.0]]), np.array([False]), np.ones(1), np.array([[-20.0, 0.0]]), np.ones((1, 3)))
    boxes = np.array([[0, 0, 24, 20], [0, 0, 40, 20], [0, 0, 10, 10], [50, 9, 51, 10]], np.float32)
    moved, kept = move_boxes(boxes, moves, 0, CANVAS)
    assert kept.tolist() == [False, True, False, True]
    assert moved[1].tolist() == [0, 0, 20, 20]


@pytest.mark.parametrize("name", BOXED)
def test_the_same_counters_give_the_same_moves_and_others_others(name: str) -> None:
    extents = np.full((4, 2), 64.0)

    def drawn(seed: int, epoch: int, batch: int) -> list[np.ndarray]:
        moves = draw_moves(TRANSFORMS[name], extents, (64, 64), generator_for(seed, AUGMENT, epoch, batch))
        return [moves.flips, moves.zooms, moves.shifts, moves.colours]

    assert all(np.array_equal(a, b) for a, b in zip(drawn(7, 3, 2), drawn(7, 3, 2), strict=True))
    if TRANSFORMS[name].zoom > 1:
        for counters in ((8, 3, 2), (7, 4, 2), (7, 3, 1)):
            assert not np.array_equal(drawn(7, 3, 2)[1], drawn(*counters)[1])


def test_colour_changes_values_and_not_places() -> None:
    pixels = rectangle((20, 10, 50, 30))
    pixels[:, 10:30, 20:50] = torch.tensor([200, 60, 90], dtype=torch.uint8)
    still = np.zeros((1, 2))
    whole = np.array([[96.0, 64.0]])
    for colours in ([1.2, 1.0, 1.0], [1.0, 0.8, 1.0], [1.0, 1.0, 0.8]):
        shown = move_pixels(pixels, Moves(whole, np.array([False]), np.ones(1), still, np.array([colours])))
        assert 0 <= float(shown.min()) <= float(shown.max()) <= 255
        inside, outside = shown[0, 10:30, 20:50], shown[0, 40:, :]
        assert float(inside.std((0, 1)).max()) < 1e-3 > float(outside.std((0, 1)).max())
        assert not torch.allclose(inside[0, 0], pixels[0, 10, 20].float(), atol=1)
