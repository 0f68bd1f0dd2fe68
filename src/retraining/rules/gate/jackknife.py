"""The gain of a candidate over a baseline on the same rows, with an interval over blocks."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from retraining.kinds.metric import FloatArray, Metric
from retraining.rules.gate.correlation import Correlation


@dataclass(frozen=True)
class PairedSums:
    """Totals of a metric for both models on the same rows, block by block (a day, or a bucket of exchangeable rows).
    rows: (blocks,); candidate and baseline: (blocks, sums)."""

    rows: FloatArray
    candidate: FloatArray
    baseline: FloatArray


@dataclass(frozen=True)
class Gain:
    """How much better the candidate is, and one-sided bounds: 1 - candidate / baseline for a metric that is best at 0,
    the difference for one that is best at 1.

    Bounds and standard error are None below two blocks, and when a single block holds all of the baseline's error.
    """

    value: float
    lower: float | None
    upper: float | None
    candidate_error: float
    baseline_error: float
    standard_error: float | None = None


def gain_with_interval(metric: Metric, sums: PairedSums, correlation: Correlation, level: float = 0.95) -> Gain:
    """Bounds = gain +- t(G-1) x standard error, each at the level, for G blocks that are correlated as given."""
    totals = sums.candidate.sum(axis=0), sums.baseline.sum(axis=0)
    errors = float(metric.value(totals[0])), float(metric.value(totals[1]))
    value, spread = jackknife(metric, sums.candidate, sums.baseline)
    count = len(sums.rows)
    if count < 2 or not np.isfinite(spread):
        return Gain(float(value), None, None, *errors)
    error = float(spread * np.sqrt(_inflation(count, correlation)))
    reach = float(stats.t.ppf(level, count - 1)) * error
    return Gain(float(value), float(value - reach), float(value + reach), *errors, error)


def jackknife(metric: Metric, candidate: FloatArray, baseline: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Gain, and its standard error for independent blocks: the delete-one-block jackknife's (Efron 1981).

    candidate, baseline: (..., blocks, sums); both results: (...). Neither is finite where it has no value.
    """
    value = gain_of(metric, candidate.sum(axis=-2), baseline.sum(axis=-2))
    count = candidate.shape[-2]
    if count < 2:
        return value, np.full_like(value, np.nan)

    with np.errstate(invalid="ignore", over="ignore"):
        rest = [each.sum(axis=-2, keepdims=True) - each for each in (candidate, baseline)]
        left_out = gain_of(metric, *rest)
        deviations = left_out - left_out.mean(axis=-1, keepdims=True)
        variance = (count - 1) / count * np.sum(deviations**2, axis=-1)
    return value, np.sqrt(variance)


def gain_of(metric: Metric, candidate: FloatArray, baseline: FloatArray) -> FloatArray:
    """Gain from totals of shape (..., sums). A perfect baseline can only be equalled."""
    ours = metric.value(candidate)
    theirs = metric.value(baseline)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        if not metric.relative:
            return np.asarray(ours - theirs)
        perfect = np.where(ours == 0, 0.0, np.where(np.isnan(ours), np.nan, -np.inf))
        return np.where(theirs == 0, perfect, 1 - np.divide(ours, theirs))


def variance_inflation(blocks: int, share: FloatArray, decay: FloatArray) -> FloatArray:
    """How much wider the variance of a mean of G serially correlated blocks is than the independent formula says.

    With v = (1/G) [1 + 2 sum_k (1 - k/G) share decay^k], the variance of the mean is s^2 v (1 - 1/G) / (1 - v), where
    s^2/G is the independent formula; share and decay of any same shape. 1 for share 0.
    """
    lags = np.arange(1, blocks)
    of_lag = (1 - lags / blocks) * decay[..., None] ** lags
    v = (1 + 2 * share * np.sum(of_lag, axis=-1)) / blocks
    return np.asarray(blocks * v * (1 - 1 / blocks) / (1 - v))


def effective_blocks(blocks: int, correlation: Correlation) -> float:
    """How many independent blocks say as much as G correlated ones."""
    return 1 + (blocks - 1) / _inflation(blocks, correlation)


def _inflation(blocks: int, correlation: Correlation) -> float:
    return float(variance_inflation(blocks, np.array(correlation.share), np.array(correlation.decay)))


def blocks_needed(gain: Gain, blocks: int, correlation: Correlation, margin: float, level: float) -> int | None:
    """How many blocks like these would show the margin at the level in four of five cases, were it there: the smallest
    G with (t(level; G-1) + t(0.8; G-1)) x standard error <= margin. None beyond MOST_BLOCKS, or without an error."""
    if gain.standard_error is None or margin <= 0:
        return None
    of_one = gain.standard_error * np.sqrt(blocks / _inflation(blocks, correlation))
    for count in range(2, MOST_BLOCKS + 1):
        error = of_one * np.sqrt(_inflation(count, correlation) / count)
        if (stats.t.ppf(level, count - 1) + stats.t.ppf(0.8, count - 1)) * error <= margin:
            return count
    return None


MOST_BLOCKS = 1_000
"""More days than these are not worth naming."""
