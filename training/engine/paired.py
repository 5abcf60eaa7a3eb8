"""Figures of two evaluations on the same pictures, whose answers are therefore paired: how far apart, how surely."""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.engine.class_scores import Z95, wilson

Flags = NDArray[np.bool_]
Doubles = NDArray[np.float64]

DRAWS: Final = 200
LEAST_DRAWS: Final = 40
# Pictures times classes times draws that one comparison may cost, so that no page waits long for it.
MOST_WORK: Final = 40_000_000


def table_of(first: Flags, second: Flags) -> tuple[int, int, int, int]:
    """Pictures that both have right, only the first (lost), only the second (gained), neither."""
    both, lost = int((first & second).sum()), int((first & ~second).sum())
    gained = int((~first & second).sum())
    return both, lost, gained, len(first) - both - lost - gained


def newcombe(both: int, lost: int, gained: int, neither: int) -> tuple[float, float]:
    """95 % interval of the second share less the first, of the same pictures (Newcombe, 1998, Statistics in Medicine
    17:2635, method 10: two Wilson intervals, joined by the continuity corrected correlation).

    The whole range without a picture; never of no width, also where the two never differ.
    """
    count = both + lost + gained + neither
    if count == 0:
        return -1.0, 1.0
    p1, p2 = (both + gained) / count, (both + lost) / count
    (low1, high1), (low2, high2) = wilson(both + gained, count), wilson(both + lost, count)
    margins = (both + lost) * (gained + neither) * (both + gained) * (lost + neither)
    correlation = 0.0
    if margins:
        product = both * neither - lost * gained
        corrected = max(0.0, product - count / 2) if product > 0 else float(product)
        correlation = corrected / math.sqrt(margins)
    below = _joined(p1 - low1, high2 - p2, correlation)
    above = _joined(high1 - p1, p2 - low2, correlation)
    return max(-1.0, p1 - p2 - below), min(1.0, p1 - p2 + above)


def _joined(one: float, other: float, correlation: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * correlation * one * other + other * other))


def mcnemar(lost: int, gained: int) -> float:
    """How likely a split of the changed pictures at least this uneven is where neither is better (McNemar, 1947, in its
    exact form: two sided, binomial with one half)."""
    changed, fewer = lost + gained, min(lost, gained)
    if changed == 0:
        return 1.0
    terms = [math.lgamma(changed + 1) - math.lgamma(k + 1) - math.lgamma(changed - k + 1) for k in range(fewer + 1)]
    tail = sum(math.exp(term - changed * math.log(2)) for term in terms)
    return min(1.0, 2 * tail)


def share_difference(first: Flags, second: Flags) -> dict[str, Any]:
    """The shares of right ones on the same pictures, their difference with its interval, and how many they are."""
    counts = table_of(first, second)
    low, high = newcombe(*counts)
    count = len(first)
    values = [float(one.mean()) if count else None for one in (first, second)]
    return {"count": count, **_difference(values[0], values[1], low=low, high=high)}


def draws_for(pictures: int, classes: int) -> int:
    """How often pictures may be drawn anew, so that the cost stays bounded."""
    return max(LEAST_DRAWS, min(DRAWS, MOST_WORK // max(1, pictures * classes)))


def drawn_weights(pictures: int, *, draws: int, seed: int) -> Doubles:
    """(draws, pictures): how often each picture comes when as many are drawn with replacement (Efron, 1979)."""
    generator = np.random.default_rng(seed)
    drawn = [np.bincount(generator.integers(0, pictures, pictures), minlength=pictures) for _ in range(draws)]
    return np.array(drawn, np.float64).reshape(draws, pictures)


def drawn_difference(first: float | None, second: float | None, drawn: Sequence[float]) -> dict[str, Any]:
    """A difference with the 2.5 and 97.5 % quantiles of what the same draws of pictures gave for both."""
    low, high = np.quantile(drawn, (0.025, 0.975)).tolist() if len(drawn) else (None, None)
    return _difference(first, second, low=low, high=high)


def _difference(first: float | None, second: float | None, *, low: float | None, high: float | None) -> dict[str, Any]:
    value = None if first is None or second is None else second - first
    return {"first": first, "second": second, "difference": value, "low": low, "high": high}


def z_of(low: float, high: float) -> float:
    """The standard deviation that a 95 % interval speaks of."""
    return (high - low) / (2 * Z95)
