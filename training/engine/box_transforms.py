"""Augmentation that moves boxes with their pixels. Coordinates are half-open: pixel i covers i to i + 1."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from training.engine.transforms import Transform

GREY: Final = 128.0
VISIBLE: Final = 0.3  # a box of which less remains in sight teaches nothing
LEAST: Final = 2.0  # pixels each way
LUMINANCE: Final = (0.299, 0.587, 0.114)
Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Moves:
    """What happens to each picture of a batch: x becomes zoom * x + shift, after a flip about its middle.

    `extents` (n, 2) are width and height of the part of the canvas that each picture fills; `colours` (n, 3) are the
    factors of brightness, contrast and saturation.
    """

    extents: Doubles
    flips: NDArray[np.bool_]
    zooms: Doubles
    shifts: Doubles
    colours: Doubles


def draw_moves(
    transform: Transform, extents: Doubles, canvas: tuple[int, int], generator: np.random.Generator
) -> Moves:
    """Flip with even odds; zoom from 1/zoom to zoom, evenly in its logarithm; then a place at random.

    A picture larger than the canvas (height, width) fills it, a smaller one lies in it whole.
    """
    count = len(extents)
    flips = generator.random(count) < (0.5 if transform.flip else 0.0)
    reach = np.log(transform.zoom)
    zooms = np.exp(generator.uniform(-1.0, 1.0, count) * reach)
    room = np.array([canvas[1], canvas[0]]) - extents * zooms[:, None]
    where = generator.random((count, 2))
    shifts = where * room if transform.zoom > 1 else np.zeros((count, 2))
    colours = 1.0 + generator.uniform(-1.0, 1.0, (count, 3)) * transform.colour
    return Moves(extents, flips, zooms, shifts, colours)


def move_pixels(pixels: Tensor, moves: Moves) -> Tensor:
    """float32 (n, height, width, 3), 0 to 255, from uint8 of that shape; grey where no picture is."""
    height, width = pixels.shape[1:3]
    xs = _sources(width, moves, axis=0)
    ys = _sources(height, moves, axis=1)
    shape = (len(pixels), height, width)
    grid = np.stack([np.broadcast_to(xs[:, None, :], shape), np.broadcast_to(ys[:, :, None], shape)], axis=3)
    placed = torch.from_numpy(grid.astype(np.float32)).to(pixels.device)
    centred = (pixels.float() - GREY).permute(0, 3, 1, 2)
    moved = F.grid_sample(centred, placed, mode="bilinear", padding_mode="zeros", align_corners=False)
    return _coloured(moved, moves).permute(0, 2, 3, 1)


def move_boxes(
    boxes: NDArray[np.float32], moves: Moves, place: int, canvas: tuple[int, int]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Boxes of the picture at `place` in the batch after its move, cut at the canvas, and which of them remain."""
    moved = boxes.astype(np.float64)
    if moves.flips[place]:
        moved[:, [0, 2]] = moves.extents[place, 0] - moved[:, [2, 0]]
    moved = moved * moves.zooms[place] + np.tile(moves.shifts[place], 2)
    cut = np.clip(moved, 0, [canvas[1], canvas[0]] * 2)
    whole, left = (one[:, 2:] - one[:, :2] for one in (moved, cut))
    seen = left.prod(1) >= VISIBLE * whole.prod(1)
    # what was too small before it moved was drawn so, and still teaches where it stays visible
    enough = (left >= np.minimum(LEAST, 0.9 * whole)).all(1) & (left > 0).all(1)
    return cut.astype(np.float32), seen & enough


def _sources(length: int, moves: Moves, *, axis: int) -> Doubles:
    """(n, length): where each pixel of the result comes from, -1 to 1 across the canvas."""
    places = (np.arange(length) + 0.5 - moves.shifts[:, axis, None]) / moves.zooms[:, None]
    if axis == 0:
        places = np.where(moves.flips[:, None], moves.extents[:, 0, None] - places, places)
    scaled: Doubles = 2.0 * places / length - 1.0
    return scaled


def _coloured(centred: Tensor, moves: Moves) -> Tensor:
    """From values about grey to values of 0 to 255."""
    if (moves.colours == 1.0).all():
        return (centred + GREY).clamp_(0.0, 255.0)
    factors = torch.from_numpy(moves.colours.astype(np.float32)).to(centred.device)
    bright, contrast, colour = (factors[:, place, None, None, None] for place in range(3))
    shown = (centred + GREY) * bright
    middle = shown.mean((1, 2, 3), keepdim=True)
    shown = middle + (shown - middle) * contrast
    weights = torch.tensor(LUMINANCE, device=shown.device)[None, :, None, None]
    grey = (shown * weights).sum(1, keepdim=True)
    return (grey + (shown - grey) * colour).clamp_(0.0, 255.0)
