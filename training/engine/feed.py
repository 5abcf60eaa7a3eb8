"""Batches for the network: rows of the pixel cache, augmented by counters, on the device."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.engine.config import Config
from training.engine.data import ClassExamples
from training.engine.device import autocast
from training.engine.several import SeveralExamples
from training.engine.transforms import AUGMENT, TRANSFORMS, gather, generator_for, normalise

DEVICE_SHARE = 0.4  # of free GPU memory that the pixels of a whole version may take


@dataclass(frozen=True)
class Feed:
    """Pixels, what they teach, and how the config wants them. `targets` are indices (n) or shares (n, classes);
    `truth` are indices, or (n, classes) which are there."""

    config: Config
    device: torch.device
    examples: ClassExamples | SeveralExamples
    pixels: Tensor
    truth: Tensor
    targets: Tensor

    def train_batch(self, rows: NDArray[np.int64], *, epoch: int, batch: int) -> tuple[Tensor, Tensor, Tensor]:
        """(pictures, targets, truth) of these rows as this batch of this epoch sees them."""
        places = torch.from_numpy(rows)
        images = self._normalised(self.augmented(rows, epoch=epoch, batch=batch))
        return images, self.targets[places].to(self.device), self.truth[places].to(self.device)

    def augmented(self, rows: NDArray[np.int64], *, epoch: int, batch: int) -> Tensor:
        """uint8 (n, side, side, 3) of these rows as this batch of this epoch sees them."""
        generator = generator_for(self.config.seed, AUGMENT, epoch, batch)
        places = torch.from_numpy(rows).to(self.pixels.device)
        return gather(self.pixels, places, TRANSFORMS[self.config.transform], generator)

    def images(self, rows: NDArray[np.int64]) -> Tensor:
        """Pictures of these rows as they are."""
        return self._normalised(self.pixels[torch.from_numpy(rows).to(self.pixels.device)])

    def _normalised(self, found: Tensor) -> Tensor:
        channels_last = self.config.layout != "contiguous"
        return normalise(found.to(self.device), self.config.normalise, channels_last=channels_last)


def make_feed(config: Config, device: torch.device, pixels: Tensor, examples: ClassExamples | SeveralExamples) -> Feed:
    """A feed whose pixels lie on the GPU where they fit there."""
    shares = examples.shares
    if isinstance(examples, SeveralExamples):
        truth = torch.from_numpy(examples.present)
        targets = truth.float() if shares is None else torch.from_numpy(shares)
    else:
        truth = torch.from_numpy(examples.truth)
        targets = truth if shares is None else torch.from_numpy(shares)
    return Feed(config, device, examples, near(pixels, device), truth, targets)


def near(pixels: Tensor, device: torch.device) -> Tensor:
    """The pixels on the GPU where they fit there, else where they were."""
    if device.type == "cuda" and pixels.numel() < torch.cuda.mem_get_info()[0] * DEVICE_SHARE:
        return pixels.to(device)
    return pixels


def forward_all(model: nn.Module, feed: Feed, rows: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Tensor]]:
    """(rows, float32 logits) in batches over all rows, in order; the network is in eval mode meanwhile."""
    size = max(feed.config.batch, 256 if feed.config.size <= 64 else 64)
    model.eval()
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        with torch.inference_mode(), autocast(feed.config, feed.device):
            logits = model(feed.images(part))
        yield part, logits.float()
