"""The power law and its band, against curves whose truth is known."""

import numpy as np
import pytest

from training.engine import learning_curve
from training.engine.learning_curve import Point, estimate

SIZES = (100, 200, 400, 700, 1000)


def truth(size: float) -> float:
    return float(2.2 * size**-0.4 + 0.05)


def drawn_points(generator: np.random.Generator, *, seeds: int, luck: float, holdout: int = 500) -> list[Point]:
    """Trainings whose true error scatters by `luck`, each scored on the same pictures, some harder than others."""
    hard = generator.random(holdout)
    points = []
    for size in SIZES:
        for _ in range(seeds):
            error = truth(size) + generator.normal(0, luck)
            # A picture is wrong where its difficulty, blurred a little, is beyond the network's reach.
            reach = np.clip(hard + generator.normal(0, 0.05, holdout), 0, 1)
            wrong = reach < error
            points.append(Point(size, float(wrong.mean()), wrong))
    return points


def test_a_curve_without_noise_is_found_again() -> None:
    points = [Point(size, truth(size)) for size in SIZES]
    found = estimate(points, more=[500, 1000, 5000])
    assert found["parameters"]["b"] == pytest.approx(0.4, abs=0.03)
    assert [one["more"] for one in found["gains"]] == [500, 1000], "5000 lies too far"
    for gain in found["gains"]:
        expected = truth(1000) - truth(1000 + gain["more"])
        assert gain["value"] == pytest.approx(expected, abs=0.002)
        assert gain["low"] <= gain["value"] <= gain["high"]
    assert found["curve"][0]["pictures"] == 100 and found["curve"][-1]["pictures"] == 3000


@pytest.mark.parametrize("seeds", [1, 3])
def test_the_band_holds_the_truth_as_often_as_it_says(seeds: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_curve, "DRAWS", 150)
    generator = np.random.default_rng(seeds)
    expected = truth(1000) - truth(1500)
    held, widths = [], []
    for _ in range(80):
        (gain,) = estimate(drawn_points(generator, seeds=seeds, luck=0.008), more=[500])["gains"]
        held.append(gain["low"] <= expected <= gain["high"])
        widths.append(gain["high"] - gain["low"])
    assert np.mean(held) >= 0.88
    assert np.median(widths) < 0.1, "and is not wide for nothing"


def test_too_few_points_draw_nothing_and_say_so() -> None:
    few = [Point(size, truth(size)) for size in SIZES[:3]] + [Point(100, 0.4)]
    assert estimate(few, more=[500]) == {"withheld": "few_points", "curve": [], "gains": [], "least": 4}
    alike = [Point(size, 0.25) for size in SIZES]
    assert estimate(alike, more=[500])["withheld"] == "no_change"


def test_quality_that_falls_is_no_gain_and_nothing_leaves_the_range() -> None:
    worse = [Point(size, 0.1 + 0.0004 * size, spread=0.02) for size in SIZES]
    (gain,) = estimate(worse, more=[500])["gains"]
    assert gain["value"] == 0.0
    perfect = [Point(size, 4 / size**1.2, spread=0.01) for size in SIZES]
    assert all(0 <= one["low"] <= one["high"] <= 1 for one in estimate(perfect, more=[])["curve"])


def test_the_same_seed_draws_the_same_band() -> None:
    points = drawn_points(np.random.default_rng(0), seeds=1, luck=0.01)
    assert estimate(points, more=[500], seed=4) == estimate(points, more=[500], seed=4)
