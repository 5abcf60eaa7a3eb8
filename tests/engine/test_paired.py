"""Differences on the same pictures: against published figures, and with the coverage that is promised."""

import numpy as np
import pytest

from training.engine import paired


def flags(*counts: int) -> tuple[np.ndarray, np.ndarray]:
    """Two columns with so many pictures that both, the first, the second and neither have right."""
    first = np.repeat([True, True, False, False], counts)
    return first, np.repeat([True, False, True, False], counts)


def test_newcombes_interval_is_the_published_one() -> None:
    """Table II of the paper: 20, 12, 2, 16 gives 0.0562 to 0.3292 by method 10, here with the sign turned round."""
    low, high = paired.newcombe(20, 12, 2, 16)
    assert (low, high) == (pytest.approx(-0.3292, abs=5e-5), pytest.approx(-0.0562, abs=5e-5))
    assert paired.newcombe(20, 2, 12, 16) == (pytest.approx(-high), pytest.approx(-low))


def test_an_interval_is_never_of_no_width() -> None:
    low, high = paired.newcombe(30, 0, 0, 0)
    assert -0.2 < low < 0 < high < 0.2
    assert paired.newcombe(0, 0, 0, 0) == (-1.0, 1.0)
    assert paired.newcombe(0, 40, 0, 0)[0] == -1.0


def test_mcnemars_test_is_the_exact_binomial_one() -> None:
    assert paired.mcnemar(0, 0) == paired.mcnemar(5, 5) == 1.0
    assert paired.mcnemar(2, 12) == pytest.approx(2 * (1 + 14 + 91) / 2**14)
    assert paired.mcnemar(0, 4000) == pytest.approx(0.0, abs=1e-300)


def test_shares_are_compared_picture_by_picture() -> None:
    found = paired.share_difference(*flags(50, 4, 10, 36))
    assert (found["first"], found["second"]) == (0.54, 0.60)
    assert found["difference"] == pytest.approx(0.06) and found["count"] == 100
    apart = paired.newcombe(30, 24, 30, 16)  # the same shares, hardly paired
    assert found["high"] - found["low"] < apart[1] - apart[0]
    nothing = paired.share_difference(*flags(0, 0, 0, 0))
    assert (nothing["difference"], nothing["low"], nothing["high"]) == (None, -1.0, 1.0)


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    generator = np.random.default_rng(3)
    shares = np.array([0.70, 0.05, 0.11, 0.14])
    counts = generator.multinomial(120, shares, size=600)
    held = [low <= 0.06 <= high for low, high in (paired.newcombe(*map(int, one)) for one in counts)]
    assert 0.93 <= np.mean(held) <= 0.98


def test_draws_are_of_all_pictures_by_seed_and_their_cost_is_bounded() -> None:
    weights = paired.drawn_weights(7, draws=5, seed=1)
    assert weights.shape == (5, 7) and (weights.sum(1) == 7).all()
    assert (weights == paired.drawn_weights(7, draws=5, seed=1)).all()
    assert paired.draws_for(100, 10) == paired.DRAWS and paired.draws_for(10**6, 50) == paired.LEAST_DRAWS
