"""The contract of a selection strategy, and the ranking that is made of its scores."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float32]
Scores = NDArray[np.float64]


class Strategy(Protocol):
    """How much is to be learned by asking people about each picture."""

    @property
    def name(self) -> str:
        """The word stored with each picture it chose."""

    def scores(self, distribution: Shares, generator: np.random.Generator) -> Scores:
        """One number per row of (n, classes), higher = ask sooner."""


def rank(
    strategy: Strategy, digests: list[str], distribution: Shares, *, seed: int, random_share: float = 0.1
) -> list[dict[str, Any]]:
    """All pictures, the one to ask first in front: `{digest, score, chosen_by}`.

    In every prefix `random_share` of the places go to pictures drawn blindly, marked so: what is asked then stays
    comparable with what a blind choice would have asked. Ties are broken by the seed.
    """
    if not 0.0 <= random_share <= 1.0:
        raise ValueError("random_share: must be between 0 and 1")
    generator = np.random.default_rng(seed)
    order = np.argsort(np.array(digests), kind="stable")  # the answer must not hang on the order of the rows
    scores = np.empty(len(digests), np.float64)
    scores[order] = strategy.scores(distribution[order], generator)
    blind = iter(order[generator.permutation(len(order))].tolist())
    ties = np.empty(len(digests))
    ties[order] = generator.random(len(order))
    best = iter(np.lexsort((ties, -scores)).tolist())
    taken: set[int] = set()
    ranking = []
    for place in range(len(digests)):
        draws = int((place + 1) * random_share + 1e-9) > int(place * random_share + 1e-9)
        row = next(one for one in (blind if draws else best) if one not in taken)
        taken.add(row)
        chosen_by = "random" if draws else strategy.name
        ranking.append({"digest": digests[row], "score": float(scores[row]), "chosen_by": chosen_by})
    return ranking
