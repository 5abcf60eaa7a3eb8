"""Batches for a detector: rows of the pixel cache with their boxes, augmented by counters, on the device."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.engine.box_data import BoxExamples, Floats, Found, Ints
from training.engine.box_transforms import Moves, draw_moves, move_boxes, move_pixels
from training.engine.cache import fitted
from training.engine.config import Config
from training.engine.detector import Targets
from training.engine.device import autocast
from training.engine.feed import near
from training.engine.transforms import AUGMENT, TRANSFORMS, generator_for, normalise

PIXELS_AT_ONCE = 2**21  # of a batch without gradients


@dataclass(frozen=True)
class BoxFeed:
    """Pixels, their boxes, and how the config wants them. `extents` (n, 2): the part of the canvas a picture fills."""

    config: Config
    device: torch.device
    examples: BoxExamples
    pixels: Tensor
    extents: NDArray[np.float64]

    @property
    def canvas(self) -> tuple[int, int]:
        """Height and width of what the network sees."""
        return int(self.pixels.shape[1]), int(self.pixels.shape[2])

    def train_batch(self, rows: Ints, *, epoch: int, batch: int) -> tuple[Tensor, Targets]:
        """(pictures, targets) of these rows as this batch of this epoch sees them; crowds are no target."""
        shown, moves = self.augmented(rows, epoch=epoch, batch=batch)
        return self._normalised(shown), self._targets(rows, moves)

    def augmented(self, rows: Ints, *, epoch: int, batch: int) -> tuple[Tensor, Moves]:
        """Pixels (n, height, width, 3) of 0 to 255 as this batch of this epoch sees them, and how they got there."""
        generator = generator_for(self.config.seed, AUGMENT, epoch, batch)
        transform = TRANSFORMS[self.config.transform]
        moves = draw_moves(transform, self.extents[rows], self.canvas, generator)
        pixels = self._pixels(rows)
        still = not transform.flip and transform.zoom == 1.0 and transform.colour == 0.0
        return pixels if still else move_pixels(pixels, moves), moves

    def images(self, rows: Ints) -> Tensor:
        """Pictures of these rows as they are."""
        return self._normalised(self._pixels(rows))

    def scales(self, rows: Ints) -> NDArray[np.float64]:
        """(n, 4): pixels of the canvas per pixel of the picture, for x and y twice."""
        return np.tile(self.extents[rows] / self.examples.sizes[rows], 2)

    def moved_boxes(self, row: int, moves: Moves, place: int) -> tuple[Floats, Ints]:
        """Boxes of the picture on the canvas after its move, crowds left out, and their classes."""
        truth = self.examples.truths[row]
        drawn = truth.boxes * self.scales(np.array([row]))
        boxes, kept = move_boxes(drawn.astype(np.float32), moves, place, self.canvas)
        kept &= ~truth.crowd
        return boxes[kept], truth.labels[kept]

    def _targets(self, rows: Ints, moves: Moves) -> Targets:
        targets = []
        for place, row in enumerate(rows.tolist()):
            boxes, labels = self.moved_boxes(row, moves, place)
            targets.append(
                {
                    "boxes": torch.from_numpy(boxes).to(self.device),
                    "labels": torch.from_numpy(labels).to(self.device),
                }
            )
        return targets

    def _pixels(self, rows: Ints) -> Tensor:
        return self.pixels[torch.from_numpy(rows).to(self.pixels.device)].to(self.device)

    def _normalised(self, pixels: Tensor) -> Tensor:
        return normalise(pixels, self.config.normalise, channels_last=self.config.layout != "contiguous")


def make_box_feed(config: Config, device: torch.device, pixels: Tensor, examples: BoxExamples) -> BoxFeed:
    """A feed whose pixels lie on the GPU where they fit there."""
    sizes = examples.sizes.tolist()
    if config.resize == "fit":
        extents = np.array([fitted(width, height, config.size) for width, height in sizes], np.float64)
    else:
        extents = np.full((len(sizes), 2), config.size, np.float64)
    return BoxFeed(config, device, examples, near(pixels, device), extents.reshape(-1, 2))


def detect_all(model: nn.Module, feed: BoxFeed, rows: Ints) -> Iterator[tuple[Ints, list[Found]]]:
    """(rows, what was found) in batches over all rows, in order; the network is in eval mode meanwhile."""
    model.eval()
    if len(rows) == 0:
        return
    size = max(1, PIXELS_AT_ONCE // max(1, feed.canvas[0] * feed.canvas[1]))
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        with torch.inference_mode(), autocast(feed.config, feed.device):
            answers = model(feed.images(part))
        scales = feed.scales(part)
        sizes = feed.examples.sizes[part]
        yield part, [_in_picture(*one) for one in zip(answers, scales, sizes, strict=True)]


def _in_picture(answer: dict[str, Tensor], scale: NDArray[np.float64], size: Ints) -> Found:
    """From the canvas back to the picture; what lies beside it is dropped."""
    boxes, scores, labels = (answer[name].float().cpu().numpy() for name in ("boxes", "scores", "labels"))
    corners = np.clip(boxes / scale, 0, np.tile(size, 2)).astype(np.float32)
    order = np.argsort(-scores, kind="stable")
    order = order[(corners[order, 2:] > corners[order, :2]).all(1)]
    return Found(corners[order], labels[order].astype(np.int64), scores[order].astype(np.float32))
