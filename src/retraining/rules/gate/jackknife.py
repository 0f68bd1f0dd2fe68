"""The gain of a candidate over a baseline on the same rows, with an interval over blocks."""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from retraining.kinds.metric import FloatArray, Metric
from retraining.rules.gate.correlation import Correlation, spread_of_mean


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
    freedom: the degrees of freedom of the standard error.
    """

    value: float
    lower: float | None
    upper: float | None
    candidate_error: float
    baseline_error: float
    standard_error: float | None = None
    freedom: float | None = None

    def lower_at(self, metric: Metric, level: float) -> float | None:
        """The one-sided lower bound at another level."""
        if self.standard_error is None or self.freedom is None:
            return None
        reach = float(stats.t.ppf(level, self.freedom)) * self.standard_error
        return float(bound(metric, np.array(self.value), np.array(-reach)))


def gain_with_interval(metric: Metric, sums: PairedSums, correlation: Correlation, level: float = 0.95) -> Gain:
    """Bounds at t x standard error, each at the level, for blocks that are correlated as given: the error is widened by
    the correlation, and t has fewer degrees of freedom, because such blocks also show less of how much they vary."""
    totals = sums.candidate.sum(axis=0), sums.baseline.sum(axis=0)
    errors = float(metric.value(totals[0])), float(metric.value(totals[1]))
    value, spread = jackknife(metric, sums.candidate, sums.baseline)
    if np.sum(sums.rows > 0) < 2 or not np.isfinite(spread):
        return Gain(float(value), None, None, *errors)

    inflation, freedom = spread_of_mean(sums.rows, correlation)
    error = float(spread * np.sqrt(inflation))
    reach = np.array(float(stats.t.ppf(level, freedom)) * error)
    lower, upper = (float(bound(metric, value, each)) for each in (-reach, reach))
    return Gain(float(value), lower, upper, *errors, error, freedom)


def bound(metric: Metric, value: FloatArray, away: FloatArray) -> FloatArray:
    """The bound that lies so far from a gain. That of a ratio of losses is the true ratio r at which the distance
    (r - ratio) sqrt(ratio / r) is as far as that: of two models that are equally good, each is then as often shown to
    be better as the other one, however much their days vary. A bound of the logarithm has that too, but gives up every
    model that is almost without error."""
    ratio = 1 - value
    if not metric.relative:
        return np.asarray(value + away)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.where(ratio > 0, 1 - ratio * np.exp(-2 * np.arcsinh(away / (2 * ratio))), value + away)


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


def variance_inflation(blocks: int, correlation: Correlation) -> float:
    """How much wider the variance of a mean of G serially correlated blocks of equal weight is than the independent
    formula says: that of spread_of_mean, without a matrix.

    With v = (1/G) [1 + 2 sum_k (1 - k/G) share decay^k], the variance of the mean is s^2 v (1 - 1/G) / (1 - v), where
    s^2/G is the independent formula. 1 for share 0.
    """
    lags = np.arange(1, blocks)
    of_lags = np.sum((1 - lags / blocks) * correlation.decay**lags)
    v = (1 + 2 * correlation.share * of_lags) / blocks
    return float(blocks * v * (1 - 1 / blocks) / (1 - v))


def effective_blocks(blocks: int, correlation: Correlation) -> float:
    """How many independent blocks say as much as G correlated ones."""
    return 1 + (blocks - 1) / variance_inflation(blocks, correlation)


def blocks_needed(gain: Gain, blocks: int, correlation: Correlation, margin: float, level: float) -> int | None:
    """How many blocks like these would show the margin at the level in four of five cases, were it there: the smallest
    G with (t(level) + t(0.8)) x standard error <= margin. None beyond MOST_BLOCKS, or without an error."""
    if gain.standard_error is None or margin <= 0:
        return None

    of_one = gain.standard_error * np.sqrt(blocks / variance_inflation(blocks, correlation))
    too_few = 1
    enough = MOST_BLOCKS + 1
    while enough - too_few > 1:
        count = (too_few + enough) // 2
        inflation, freedom = spread_of_mean(np.ones(count), correlation)
        seen = stats.t.ppf(level, freedom) + stats.t.ppf(0.8, freedom)
        if seen * of_one * np.sqrt(inflation / count) <= margin:
            enough = count
        else:
            too_few = count

    return enough if enough <= MOST_BLOCKS else None


MOST_BLOCKS = 400
"""More days than these are not worth naming."""
