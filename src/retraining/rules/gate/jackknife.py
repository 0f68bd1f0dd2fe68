"""The gain of a candidate over a baseline on the same rows, with an interval over blocks."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import stats

Metric = Literal["rmse", "error_rate"]
DAILY_CORRELATION = 0.65
"""Lag-1 correlation of daily loss differences, measured on a year of flights; assumed where there is no history."""

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """One block (a day, or a bucket of exchangeable rows): row count and summed loss of both models on these same
    rows."""

    rows: int
    candidate_loss: float
    baseline_loss: float


@dataclass(frozen=True)
class Gain:
    """1 - candidate error / baseline error, and its one-sided 95 % bounds.

    The bounds are None below two blocks, and when a single block holds all of the baseline's error.
    """

    value: float
    lower: float | None
    upper: float | None
    candidate_error: float
    baseline_error: float


def error_of(metric: Metric, loss: float, rows: float) -> float:
    """The metric from summed losses: root of the mean squared error, or the share of wrong classes. 0 rows give NaN."""
    if rows == 0:
        return float("nan")
    return float(np.sqrt(loss / rows)) if metric == "rmse" else float(loss / rows)


def gain_with_interval(metric: Metric, blocks: list[Block], correlation: float, level: float = 0.95) -> Gain:
    """Gain = 1 - error(candidate) / error(baseline), bounds = gain +- t(G-1) x standard error.

    The standard error is the delete-one-block jackknife's (Efron 1981), its variance inflated for blocks whose
    differences follow each other with the given lag-1 correlation (0: independent). G blocks, at least two for bounds.
    """
    sums = np.array(
        [[each.rows, each.candidate_loss, each.baseline_loss] for each in blocks], dtype=np.float64
    ).reshape(-1, 3)
    total = sums.sum(axis=0)
    candidate, baseline = (error_of(metric, total[column], total[0]) for column in (1, 2))
    value = _gain(candidate, baseline)
    count = len(blocks)
    if count < 2 or not np.isfinite(value):
        return Gain(value, None, None, candidate, baseline)
    left_out = np.array([_gain(*(error_of(metric, rest[c], rest[0]) for c in (1, 2))) for rest in total - sums])
    if not np.isfinite(left_out).all():
        return Gain(value, None, None, candidate, baseline)
    variance = (count - 1) / count * float(np.sum((left_out - left_out.mean()) ** 2))
    reach = float(stats.t.ppf(level, count - 1)) * np.sqrt(variance * variance_inflation(count, correlation))
    return Gain(value, float(value - reach), float(value + reach), candidate, baseline)


def variance_inflation(blocks: int, correlation: float) -> float:
    """How much wider the variance of a mean of G serially correlated blocks is than the independent formula says.

    With v = (1/G) [1 + 2 sum_k (1 - k/G) rho^k], the variance of the mean is s^2 v (1 - 1/G) / (1 - v), where s^2/G is
    the independent formula; rho in [0, 1). 1 for rho 0.
    """
    lags = np.arange(1, blocks)
    v = (1 + 2 * float(np.sum((1 - lags / blocks) * correlation**lags))) / blocks
    return blocks * v * (1 - 1 / blocks) / (1 - v)


def _gain(candidate: float, baseline: float) -> float:
    if baseline == 0:
        return 0.0 if candidate == 0 else -np.inf
    return 1 - candidate / baseline
