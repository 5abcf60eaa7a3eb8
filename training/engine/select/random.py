"""Blind choice: what every other strategy is measured against."""

from dataclasses import dataclass

import numpy as np

from training.engine.strategy import Scores, Shares


@dataclass(frozen=True)
class Random:
    """A number drawn for each picture."""

    name: str = "random"

    def scores(self, distribution: Shares, generator: np.random.Generator) -> Scores:
        """Uniform between 0 and 1, whatever the model thinks."""
        return generator.random(len(distribution))

    def doubts(self, scores: Scores) -> Scores:
        """None, so that the ties decide, and they are drawn."""
        return np.zeros(len(scores))
