"""How far a share that was counted may lie from the true one."""

from math import sqrt
from typing import NamedTuple

Z95 = 1.959964


class Share(NamedTuple):
    """A share with the ends of its 95 % interval; without a count `value` is None and the interval the whole range."""

    value: float | None
    low: float
    high: float


def wilson(hits: int, count: int) -> Share:
    """Hits among so many trials with their 95 % score interval (Wilson, JASA 22, 1927)."""
    if count == 0:
        return Share(None, 0.0, 1.0)
    share, spread = hits / count, Z95 * Z95 / count
    middle = share + spread / 2
    half = Z95 * sqrt(share * (1 - share) / count + spread / (4 * count))
    low, high = ((middle + sign * half) / (1 + spread) for sign in (-1, 1))
    return Share(share, max(0.0, low), min(1.0, high))
