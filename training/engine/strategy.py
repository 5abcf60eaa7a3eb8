"""The contract of a selection strategy, and the ranking that is made of its scores."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Shares = NDArray[np.float32]
Scores = NDArray[np.float64]
Classes = NDArray[np.int64]
SURE_ENOUGH = 0.05  # boxes scored below this do not make a picture look uncertain


class Strategy(Protocol):
    """How much is to be learned by asking people about each picture."""

    @property
    def name(self) -> str:
        """The word stored with each picture it chose."""

    def scores(self, distribution: Shares, generator: np.random.Generator) -> Scores:
        """One number per row of (n, classes), higher = ask sooner."""

    def doubts(self, scores: Scores) -> Scores:
        """How unsure the model is of boxes, or of classes of several, that it takes for so likely there: 0 to 1 each;
        zeros where it is not asked."""


def rank(
    strategy: Strategy, digests: list[str], distribution: Shares, *, seed: int, random_share: float = 0.1
) -> list[dict[str, Any]]:
    """All pictures, the one to ask first in front: `{digest, score, chosen_by}`.

    In every prefix `random_share` of the places go to pictures drawn blindly, marked so: what is asked then stays
    comparable with what a blind choice would have asked. Ties are broken by the seed.
    """
    return _ranked(
        strategy.name,
        digests,
        lambda order, generator: strategy.scores(distribution[order], generator),
        seed=seed,
        random_share=random_share,
    )


def rank_each(
    strategy: Strategy, digests: list[str], shares: Shares, *, seed: int, random_share: float = 0.1
) -> list[dict[str, Any]]:
    """As `rank`, for pictures that may have several classes: the mean doubt over the classes (`shares`, (n, classes),
    has how likely each is there), so that a picture is asked about where most of its classes are open."""
    return _ranked(
        strategy.name,
        digests,
        lambda order, generator: (
            strategy.doubts(shares[order].astype(np.float64).ravel()).reshape(len(order), -1).mean(axis=1)
        ),
        seed=seed,
        random_share=random_share,
    )


def rank_boxes(
    strategy: Strategy,
    digests: list[str],
    found: Sequence[tuple[Scores, Classes]],
    *,
    seed: int,
    random_share: float = 0.1,
) -> list[dict[str, Any]]:
    """As `rank`, for pictures with boxes: `found` has each picture's box scores and their classes.

    The classes take turns, each with the picture whose boxes of that class leave most doubt in sum (Brust et al.,
    2019), so that a rare class is asked for as often as a common one. `score` falls by one with every place.
    """
    return _ranked(
        strategy.name,
        digests,
        lambda order, generator: _in_turns(strategy, [found[row] for row in order]),
        seed=seed,
        random_share=random_share,
    )


def presence_entropy(scores: Scores) -> Scores:
    """The entropy, in nats, of whether each box is there, by its score."""
    there = np.clip(scores.astype(np.float64), 1e-9, 1 - 1e-9)
    entropy: Scores = -(there * np.log(there) + (1 - there) * np.log1p(-there))
    return entropy


def _in_turns(strategy: Strategy, found: Sequence[tuple[Scores, Classes]]) -> Scores:
    """Places counted down from the number of pictures; 0 for those that leave no doubt about any class."""
    classes = np.unique(np.concatenate([of.astype(np.int64) for _, of in found])) if found else np.empty(0, np.int64)
    doubts = np.zeros((len(found), len(classes)))
    for row, (scores, of) in enumerate(found):
        shown = scores >= SURE_ENOUGH
        np.add.at(doubts[row], np.searchsorted(classes, of[shown]), strategy.doubts(scores[shown]))
    waiting = [[row for row in np.argsort(-column, kind="stable").tolist() if column[row] > 0] for column in doubts.T]
    queues = [iter(rows) for rows in waiting]
    places: Scores = np.zeros(len(found))
    taken: set[int] = set()
    while queues:
        left = []
        for queue in queues:
            best = next((one for one in queue if one not in taken), None)
            if best is not None:
                places[best] = len(found) - len(taken)
                taken.add(best)
                left.append(queue)
        queues = left
    return places


def _ranked(
    name: str,
    digests: list[str],
    score: Callable[[NDArray[np.int64], np.random.Generator], Scores],
    *,
    seed: int,
    random_share: float,
) -> list[dict[str, Any]]:
    if not 0.0 <= random_share <= 1.0:
        raise ValueError("random_share: must be between 0 and 1")
    generator = np.random.default_rng(seed)
    order = np.argsort(np.array(digests), kind="stable")  # the answer must not hang on the order of the rows
    scores = np.empty(len(digests), np.float64)
    scores[order] = score(order, generator)
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
        chosen_by = "random" if draws else name
        ranking.append({"digest": digests[row], "score": float(scores[row]), "chosen_by": chosen_by})
    return ranking
