"""What happens to a batch between cache and network. Every draw follows from (seed, epoch, batch), so a run that
goes on after a stop sees exactly what it would have seen."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import torch
from torch import Tensor

ORDER, AUGMENT, NETWORK = 1, 2, 3  # what a draw is for, so that no two purposes share a stream


@dataclass(frozen=True)
class Transform:
    """What may happen to a picture.

    `pad`: how far the window may move, as a share of the side, edges mirrored. `flip`: left and right may swap.
    `zoom`: the picture may become so much larger or smaller, its window moved. `colour`: how far brightness, contrast
    and saturation may stray from 1.
    """

    name: str
    pad: float = 0.0
    flip: bool = False
    zoom: float = 1.0
    colour: float = 0.0


TRANSFORMS: Final[dict[str, Transform]] = {
    one.name: one
    for one in (
        Transform("plain"),
        Transform("flip", flip=True),
        Transform("crop_flip", pad=0.125, flip=True),
        Transform("zoom_flip", flip=True, zoom=1.5),
        Transform("zoom_flip_colour", flip=True, zoom=1.5, colour=0.2),
    )
}

# (mean, spread) of pixel values 0 to 255
NORMALISATIONS: Final[dict[str, tuple[tuple[float, ...], tuple[float, ...]]]] = {
    "unit": ((0.0, 0.0, 0.0), (255.0, 255.0, 255.0)),
    "half": ((128.0, 128.0, 128.0), (128.0, 128.0, 128.0)),
    "imagenet": ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375)),
}


def generator_for(seed: int, purpose: int, epoch: int, batch: int = 0) -> np.random.Generator:
    """The one generator of these counters."""
    return np.random.default_rng([seed, purpose, epoch, batch])


def epoch_batches(count: int, size: int, *, seed: int, epoch: int) -> list[np.ndarray]:
    """The places 0 to count-1 in the epoch's order, in batches of at most `size` that differ by at most one.

    Equal batches, because a last one of a single picture gives batch norm nothing to work with.
    """
    order = generator_for(seed, ORDER, epoch).permutation(count)
    return np.array_split(order, steps_per_epoch(count, size))


def steps_per_epoch(count: int, size: int) -> int:
    """Batches in an epoch."""
    return max(1, -(-count // size))


def gather(pixels: Tensor, rows: Tensor, transform: Transform, generator: np.random.Generator | None) -> Tensor:
    """uint8 (n, side, side, 3): these rows, moved and flipped where a generator is given, in one indexing."""
    moved = generator is not None and (transform.pad > 0 or transform.flip)
    if not moved or generator is None:
        return pixels[rows]
    count, side = len(rows), pixels.shape[1]
    reach = int(side * transform.pad)
    shifts = generator.integers(-reach, reach + 1, (2, count, 1))
    flips = generator.random((count, 1)) < (0.5 if transform.flip else 0.0)
    steps = np.arange(side)
    down = _mirror(steps + shifts[0], side)
    across = _mirror(np.where(flips, steps[::-1], steps) + shifts[1], side)
    ys, xs = (torch.from_numpy(places).to(pixels.device) for places in (down, across))
    return pixels[rows[:, None, None], ys[:, :, None], xs[:, None, :]]


def normalise(batch: Tensor, name: str, *, channels_last: bool) -> Tensor:
    """float32 (n, 3, side, side) from uint8 (n, side, side, 3)."""
    mean, spread = (torch.tensor(part, device=batch.device) for part in NORMALISATIONS[name])
    scaled = batch.float().sub_(mean).div_(spread).permute(0, 3, 1, 2)
    return scaled if channels_last else scaled.contiguous()


def _mirror(places: np.ndarray, side: int) -> np.ndarray:
    """Places outside 0 to side-1 mirrored at the edge pixel."""
    places = np.abs(places)
    return np.where(places >= side, 2 * (side - 1) - places, places)
