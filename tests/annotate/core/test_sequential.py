"""Whoever is as good as the bar is hardly ever found below it, however often one looks; whoever is not, soon is."""

from math import inf

import numpy as np
import pytest

from annotate.core.intervals import wilson
from annotate.core.sequential import evidence_below, surely_below

TRIALS, LEAST, RISK = 400, 10, 0.025
BARS = (0.5, 0.8, 0.9, 0.95, 0.99)


def limits(bar: float) -> list[int]:
    """For each number of trials the most hits at which the share is surely below the bar; -1 for none."""
    found = [-1] * LEAST
    for count in range(LEAST, TRIALS + 1):
        most = found[-1]
        while surely_below(most + 1, count, bar=bar, risk=RISK):
            most += 1
        found.append(most)
    return found


def ever_found(share: float, limit: list[int]) -> float:
    """The exact probability that trials of this share are found below the bar at any look."""
    there, found = np.array([1.0]), 0.0
    for count in range(1, TRIALS + 1):
        there = np.append(there, 0.0) * (1 - share) + np.append(0.0, there) * share
        found += there[: limit[count] + 1].sum()
        there[: limit[count] + 1] = 0.0
    return float(found)


def looks_until_found(share: float, limit: list[int], *, people: int, seed: int) -> np.ndarray:
    """At which trial each of the people is found below the bar; infinity for never in 400."""
    hits = np.cumsum(np.random.default_rng(seed).random((people, TRIALS)) < share, axis=1)
    below = hits <= np.array(limit[1:])
    return np.where(below.any(axis=1), below.argmax(axis=1) + 1, np.inf)


@pytest.mark.parametrize("bar", BARS)
def test_the_share_wrongly_found_stays_under_the_stated_one_over_all_looks(bar: float) -> None:
    limit = limits(bar)
    exact = ever_found(bar, limit)
    assert 0 < exact <= RISK
    assert ever_found(bar + (1 - bar) / 4, limit) < exact
    # The same by drawing people: within four standard deviations of the exact figure.
    drawn = np.isfinite(looks_until_found(bar, limit, people=5000, seed=1)).mean()
    assert abs(drawn - exact) <= 4 * (exact * (1 - exact) / 5000) ** 0.5


@pytest.mark.parametrize("bar", (0.8, 0.9, 0.95))
def test_the_careless_are_found_soon_and_the_somewhat_poor_in_time(bar: float) -> None:
    limit = limits(bar)
    at_random = looks_until_found(0.1, limit, people=1000, seed=2)
    assert at_random.max() <= 15 and np.median(at_random) == LEAST
    careless = looks_until_found(bar - 0.3, limit, people=1000, seed=3)
    assert np.median(careless) <= 30 and np.quantile(careless, 0.95) <= 75
    assert np.isfinite(looks_until_found(bar - 0.1, limit, people=1000, seed=4)).mean() > 0.85


def test_an_interval_for_one_look_would_not_do() -> None:
    """What the bound is for: the upper end of the 95 % interval, looked at after every trial."""
    limit = [-1] * LEAST
    for count in range(LEAST, TRIALS + 1):
        limit.append(max((hits for hits in range(count + 1) if wilson(hits, count).high < 0.9), default=-1))
    assert ever_found(0.9, limit) > 4 * RISK


def test_the_evidence_begins_at_one_and_certainty_has_none_but_in_a_miss() -> None:
    assert evidence_below(0, 0, 0.9) == pytest.approx(1.0)
    assert (evidence_below(50, 50, 1.0), evidence_below(49, 50, 1.0)) == (1.0, inf)
    assert evidence_below(0, 100_000, 0.99) > 1e100  # neither overflows nor fails
    # One trial is expected to leave it where it was, at the bar itself.
    assert 0.9 * evidence_below(1, 1, 0.9) + 0.1 * evidence_below(0, 1, 0.9) == pytest.approx(1.0)
