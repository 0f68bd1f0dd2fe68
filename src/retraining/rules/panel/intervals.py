"""How wide a forecast's interval is, from what forecasts of the same model missed before.

Models' own intervals assume that the model is right and its parameters are known; they are too narrow. These are
conformal: a quantile of past errors, with steps of the horizon pooled, because a series has few origins.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from scipy import stats

from retraining.rules.panel.regular import FloatArray

_SPEED = 0.05
"""How fast a width follows what was missed: a miss at 95 % widens by 5 %, twenty hits make up for it."""
_NARROWEST = 0.2
_WIDEST = 20.0


def radii(errors: FloatArray, horizon: int, levels: Sequence[int]) -> dict[str, list[float]]:
    """Half the width of each level's interval, step by step: (horizon,) by level in per cent.

    errors: (origins, steps), NaN where nothing is known. The mean size of each step's errors, never falling from step
    to step, times a quantile of all errors in units of their step's size. Errors of one origin go together, so the
    quantile is that of as many errors as there are origins. Steps without an error grow with the root of the step. NaN
    where no error is known.
    """
    sizes = _sizes(np.abs(errors), horizon)
    origins = int(np.isfinite(errors).any(axis=1).sum())
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = np.abs(errors) / sizes[: errors.shape[1]]
    pooled = pooled[np.isfinite(pooled)]
    return {str(level): (sizes * _quantile(pooled, origins, level / 100)).tolist() for level in levels}


def _sizes(errors: FloatArray, horizon: int) -> FloatArray:
    counts = np.isfinite(errors).sum(axis=0)
    means = np.where(counts > 0, np.nansum(errors, axis=0) / np.maximum(counts, 1), np.nan)
    known = np.flatnonzero(counts)
    if not known.size:
        return np.full(horizon, np.nan)

    steps = np.arange(1, horizon + 1)
    last = int(known[-1])
    grown = np.interp(steps, known + 1, means[known])
    grown = np.where(steps > last + 1, means[last] * np.sqrt(steps / (last + 1)), grown)
    return np.asarray(np.maximum.accumulate(grown))


def _quantile(pooled: FloatArray, origins: int, level: float) -> float:
    """The conformal quantile; where origins are too few for it, at least that of a normal distribution."""
    if not pooled.size:
        return 1.0
    share = level * (origins + 1) / origins
    if share <= 1:
        return float(np.quantile(pooled, share, method="inverted_cdf"))
    normal = float(stats.norm.ppf((1 + level) / 2)) * float(np.sqrt(np.pi / 2))
    return max(float(pooled.max()), normal)


def adapted(widths: Mapping[str, float], inside: Mapping[str, Sequence[bool]]) -> dict[str, float]:
    """The factor of each level's radii after actuals came in: whether each was inside its interval, oldest first.

    Wider after a miss, narrower after a hit, in the proportion in which the level expects them, so that the share of
    hits comes to the level whatever the series does (Gibbs and Candes 2021).
    """
    found = {}
    for level, width in widths.items():
        log = np.log(width)
        for hit in inside.get(level, ()):
            log += _SPEED * ((0.0 if hit else 1.0) - (1 - int(level) / 100))
        found[level] = float(np.clip(np.exp(log), _NARROWEST, _WIDEST))
    return found
