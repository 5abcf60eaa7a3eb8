"""One class per picture, learned from the settled class or from the crowd's shares."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from annotate.manifest.schema import Label


@dataclass(frozen=True)
class Classification:
    """Cross-entropy over the classes. "Nothing fits" is no class, and teaches nothing here."""

    name: str = "classification"
    kinds: tuple[str, ...] = ("choice",)

    def truth(self, label: Label, index_of: Mapping[int, int]) -> int | None:
        """The index of the one class chosen; None for "nothing" or a class that is not listed."""
        chosen = label.value.get("choice", ())
        return index_of.get(chosen[0]) if len(chosen) == 1 else None

    def target(self, label: Label, index_of: Mapping[int, int]) -> NDArray[np.float32] | None:
        """Shares of the listed classes; all on the settled one where a person ruled or no shares are known."""
        truth = self.truth(label, index_of)
        if truth is None:
            return None
        shares = np.zeros(len(index_of), np.float32)
        if not (label.decided or label.gold):
            for concept, share in label.distribution.items():
                if concept.isdigit() and int(concept) in index_of:
                    shares[index_of[int(concept)]] = share
        total = float(shares.sum())
        if total <= 0.0:
            shares[truth] = total = 1.0
        return (shares / np.float32(total)).astype(np.float32)

    def loss(self, logits: Tensor, targets: Tensor, smoothing: float = 0.0) -> Tensor:
        """Cross-entropy per picture, computed in float32."""
        return F.cross_entropy(logits.float(), targets, reduction="none", label_smoothing=smoothing)

    def probabilities(self, logits: Tensor) -> Tensor:
        """Softmax, in float32."""
        return logits.float().softmax(1)
