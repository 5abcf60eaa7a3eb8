"""What more labels would buy: the error as a power of their number, fitted to trainings on nested parts of the data.

error(n) = a n^-b + c with a, b, c >= 0: the form that learning curves of networks follow over a wide range (Hestness et
al., 2017, arXiv 1712.00409; for labels of annotation projects Figueroa et al., 2012, BMC Medical Informatics 12:8). The
band is a bootstrap: pictures of the holdout are drawn anew (the same draw for every point, since all were scored on
them), and each training's own luck is drawn around the fitted curve. It says nothing of a curve that bends otherwise
beyond the data, so it is not drawn further than three times the pictures there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST_SIZES: Final = 4
DRAWS: Final = 400
FARTHEST: Final = 3.0
EXPONENTS: Final = np.concatenate([np.arange(0.02, 1.0, 0.02), np.arange(1.0, 2.01, 0.1)])
QUANTILES: Final = (0.025, 0.975)


@dataclass(frozen=True)
class Point:
    """One training: how many pictures it learned from and its share of wrong on the holdout.

    `wrong` is that per picture, in one order for all points; without it `spread` is the figure's standard deviation.
    """

    pictures: int
    error: float
    wrong: Flags | None = None
    spread: float = 0.0


def fit_power(sizes: Doubles, errors: Doubles, weights: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """a, b, c of the weighted least squares curve for each row of `errors` (rows, sizes): for every exponent of a grid
    the best a and c in closed form, none below zero, then the best exponent."""
    powers = sizes[None] ** -EXPONENTS[:, None]  # (exponents, sizes)
    scale = powers.max(1, keepdims=True)
    x = powers / scale
    w = weights / weights.sum()
    xs, ys, xx, yy = (x * w).sum(1), errors @ w, (x * x * w).sum(1), (errors * errors) @ w
    xy = errors @ (x * w).T
    a = np.maximum(0.0, (xy - ys[:, None] * xs) / np.maximum(xx - xs * xs, 1e-12))
    c = ys[:, None] - a * xs
    a, c = np.where(c < 0, np.maximum(0.0, xy) / np.maximum(xx, 1e-12), a), np.maximum(c, 0.0)
    left = yy[:, None] - 2 * (a * xy + c * ys[:, None]) + a * a * xx + 2 * a * c * xs + c * c
    best = left.argmin(1)
    rows = np.arange(len(errors))
    return a[rows, best] / scale[best, 0], EXPONENTS[best], c[rows, best]


def power(sizes: Doubles, a: Doubles, b: Doubles, c: Doubles) -> Doubles:
    """The curve of each row at these sizes: (rows, sizes)."""
    return a[:, None] * sizes[None] ** -b[:, None] + c[:, None]


def estimate(points: Sequence[Point], *, more: Sequence[int], seed: int = 0) -> dict[str, Any]:
    """The curve of the quality (1 - error) with its 95 % band, and what so many more pictures would buy.

    `withheld` says why there is none: "few_points" under four different numbers of pictures, "no_change" where all
    errors are alike. A gain that lies beyond three times the largest number is left out.
    """
    sizes = np.array([one.pictures for one in points], np.float64)
    if len(set(sizes.tolist())) < LEAST_SIZES:
        return {"withheld": "few_points", "curve": [], "gains": [], "least": LEAST_SIZES}
    errors = np.array([one.error for one in points], np.float64)
    if np.ptp(errors) == 0:
        return {"withheld": "no_change", "curve": [], "gains": [], "least": LEAST_SIZES}
    weights = np.ones(len(points))
    a, b, c = fit_power(sizes, errors[None], weights)
    drawn = _drawn(points, power(sizes, a, b, c)[0], seed=seed)
    bands = fit_power(sizes, drawn, weights)
    here = float(sizes.max())
    places = np.union1d(np.geomspace(sizes.min(), here * FARTHEST, 40).round(), sizes)
    middle, spread = 1 - power(places, a, b, c)[0], 1 - power(places, *bands)
    low, high = np.quantile(spread, QUANTILES, axis=0)
    return {
        "withheld": None,
        "least": LEAST_SIZES,
        "parameters": {"a": float(a[0]), "b": float(b[0]), "c": float(c[0])},
        "draws": DRAWS,
        "curve": [
            {"pictures": int(x), "value": float(y), "low": max(0.0, float(lo)), "high": min(1.0, float(hi))}
            for x, y, lo, hi in zip(places, middle, low, high, strict=True)
        ],
        "gains": [_gain(here, one, (a, b, c), bands) for one in more if here + one <= here * FARTHEST],
    }


def _gain(here: float, more: int, fitted: tuple[Doubles, ...], bands: tuple[Doubles, ...]) -> dict[str, Any]:
    ends = np.array([here, here + more])
    values, drawn = power(ends, *fitted), power(ends, *bands)
    low, high = np.quantile(drawn[:, 0] - drawn[:, 1], QUANTILES)
    return {"more": more, "value": float(values[0, 0] - values[0, 1]), "low": float(low), "high": float(high)}


def _drawn(points: Sequence[Point], fitted: Doubles, *, seed: int) -> Doubles:
    """(draws, points): errors as they might have come out.

    The fitted curve, moved as the drawn pictures move each point, plus the luck of a training. How large luck is comes
    from trainings of equal size where seeds were repeated, else from what the fit leaves over, and is itself drawn
    (scaled inverse chi square), because a few trainings tell little of it.
    """
    generator = np.random.default_rng(seed)
    errors = np.array([one.error for one in points])
    moved = np.zeros((DRAWS, len(points)))
    wrong = [one.wrong for one in points]
    if all(one is not None for one in wrong):
        table = np.stack([np.asarray(one, np.float64) for one in wrong])  # (points, pictures)
        count = table.shape[1]
        for draw in range(DRAWS):
            often = np.bincount(generator.integers(0, count, count), minlength=count)
            moved[draw] = table @ often / count - table.mean(1)
    else:
        moved = generator.normal(0.0, 1.0, (DRAWS, 1)) * np.array([one.spread for one in points])
    left, freedom = _luck(np.array([one.pictures for one in points]), errors, fitted)
    scale = np.sqrt(left / generator.chisquare(freedom, DRAWS))
    drawn: Doubles = np.clip(fitted + moved + generator.normal(0.0, 1.0, moved.shape) * scale[:, None], 0.0, 1.0)
    return drawn


def _luck(sizes: NDArray[np.int64], errors: Doubles, fitted: Doubles) -> tuple[float, int]:
    """Sum of squares of what is luck, and its degrees of freedom."""
    groups = [errors[sizes == one] for one in np.unique(sizes)]
    freedom = sum(len(one) - 1 for one in groups)
    if freedom >= 3:
        return float(sum(((one - one.mean()) ** 2).sum() for one in groups)), freedom
    return float(((errors - fitted) ** 2).sum()), max(1, len(errors) - 3)
