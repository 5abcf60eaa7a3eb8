"""Ask where the model spreads its belief over many classes (Shannon, 1948; Lewis and Gale, 1994)."""

from dataclasses import dataclass

import numpy as np

from training.engine.strategy import Scores, Shares, presence_entropy


@dataclass(frozen=True)
class Entropy:
    """Entropy of the model's distribution, in nats."""

    name: str = "entropy"

    def scores(self, distribution: Shares, generator: np.random.Generator) -> Scores:
        """0 where the model is sure, log(classes) where it knows nothing."""
        shares = distribution.astype(np.float64)
        logs = np.log(shares, out=np.zeros_like(shares), where=shares > 0)
        scores: Scores = -(shares * logs).sum(1)
        return scores

    def doubts(self, scores: Scores) -> Scores:
        """Entropy of whether each box is there, in bits: 1 at a score of a half."""
        doubts: Scores = presence_entropy(scores) / np.log(2)
        return doubts
