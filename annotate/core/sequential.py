"""Whether a share lies below a bar, looked at after every trial, with one bound on being wrong at any of the looks.

An interval that holds 95 % of the time holds so for one look. Looked at after each of some hundred trials, one of its
ends is passed by chance several times as often; a test that may be looked at whenever one likes needs another bound.
"""

from math import exp, inf, log

# The shares below the bar that the trials are held against, each as its odds over those of the bar, with equal weight:
# small ones tell the careless within a few trials, large ones tell in time who is a little below.
ODDS = (1 / 2, 1 / 4, 1 / 8, 1 / 16, 1 / 32)


def evidence_below(hits: int, count: int, bar: float) -> float:
    """How many times likelier so many hits among so many trials are for shares below the bar than for the bar itself.

    A mixture of likelihood ratios (Robbins, Annals of Mathematical Statistics 41, 1970, pp. 1397-1409). For trials of a
    share at or above the bar it is a nonnegative supermartingale that begins at 1, so that it ever reaches 1 / risk
    with a probability of at most `risk`, however often it is looked at (Ville's inequality; Howard, Ramdas, McAuliffe
    and Sekhon, Annals of Statistics 49, 2021, pp. 1055-1080). `bar` lies above 0 and at most at 1.
    """
    misses = count - hits
    if bar >= 1:
        return inf if misses else 1.0
    total, odds = 0.0, bar / (1 - bar)
    for part in ODDS:
        share = part * odds / (1 + part * odds)
        total += exp(min(700.0, hits * log(share / bar) + misses * log((1 - share) / (1 - bar))))
    return total / len(ODDS)


def surely_below(hits: int, count: int, *, bar: float, risk: float) -> bool:
    """Whether the trials so far say that their share lies below the bar; asked after each trial, without end, this is
    ever said of a share at or above the bar with a probability of at most `risk`."""
    return evidence_below(hits, count, bar) >= 1 / risk
