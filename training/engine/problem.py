"""The contract of a problem: what a settled label teaches, and what a wrong answer costs."""

from collections.abc import Mapping
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from annotate.manifest.schema import Label


class Problem(Protocol):
    """From labels to targets, from logits to losses and probabilities. Index = place among the classes."""

    @property
    def name(self) -> str:
        """The word a config names it by."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Label kinds it can learn from."""

    def truth(self, label: Label, index_of: Mapping[int, int]) -> int | None:
        """The index of the settled class; None where it is no class of these."""

    def target(self, label: Label, index_of: Mapping[int, int]) -> NDArray[np.float32] | None:
        """The crowd's shares over the classes, adding to 1; None where the truth is None."""

    def loss(self, logits: Tensor, targets: Tensor, smoothing: float = 0.0) -> Tensor:
        """Per picture. `targets`: int64 indices (n) or float shares (n, classes)."""

    def probabilities(self, logits: Tensor) -> Tensor:
        """Over the classes, adding to 1, float32."""
