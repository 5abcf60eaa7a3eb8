"""Ask where the model's two best classes are close (Scheffer et al., 2001)."""

from dataclasses import dataclass

import numpy as np

from training.engine.strategy import Scores, Shares


@dataclass(frozen=True)
class Margin:
    """One minus the distance between the two highest shares."""

    name: str = "margin"

    def scores(self, distribution: Shares, generator: np.random.Generator) -> Scores:
        """1 where two classes tie, 0 where one has everything."""
        if distribution.shape[1] < 2:
            return np.zeros(len(distribution))
        top = np.partition(distribution.astype(np.float64), -2, axis=1)[:, -2:]
        scores: Scores = 1.0 - (top[:, 1] - top[:, 0])
        return scores

    def doubts(self, scores: Scores) -> Scores:
        """One minus the distance between "there" and "not there": 1 at a score of a half."""
        doubts: Scores = 1.0 - np.abs(2.0 * scores.astype(np.float64) - 1.0)
        return doubts
