"""How far apart two samples of the same thing are: a smaller distance is not drift."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from retraining.rules.drift.measures import BinCounts, Scale, distance
from retraining.spec.drift_section import Measure

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

DRAWS = 500
FEWEST_IN_TAIL = 5
"""Where fewer draws than this lie beyond a quantile, it is not read from them."""
FEWEST_RUNS = 4
"""With fewer batch lengths of days in the reference, nothing is known of how batches differ from each other."""


def sampling_floor(
    measure: Measure, scale: Scale, reference: BinCounts, rows: int, level: float, random: np.random.Generator
) -> float:
    """Quantile at `level` of the distance between two independent samples of the reference, as large as the reference
    and as the batch (rows, positive).

    Both are drawn DRAWS times from the reference's bins. Beyond the quantile that this many draws resolve the tail is
    taken as Gaussian. 0 for a constant.
    """
    counts = reference.counts
    with np.errstate(over="ignore", invalid="ignore"):
        mean = np.divide(reference.sums, counts, out=reference.sums * 0, where=counts > 0)
        share = counts / counts.sum()
        spread = _spread_in_bins(scale, reference, mean)
        drawn = [random.multinomial(size, share, DRAWS).astype(np.float64) for size in (int(counts.sum()), rows)]
        one, other = (
            BinCounts(each, each * mean + np.sqrt(each) * spread * random.standard_normal(each.shape)) for each in drawn
        )
        found = distance(measure, scale, one, other)
    return quantile_of(found[np.isfinite(found)], level)


def _spread_in_bins(scale: Scale, bins: BinCounts, mean: FloatArray) -> FloatArray:
    """Standard deviation of the values inside each bin, shape (bins,): that of a uniform distribution, and in the two
    open bins what is left of the reference's variance. Without it the floor of a heavy tail would be too low by half.
    """
    spread = np.zeros(len(mean))
    if not scale.edges.size or not scale.has_unit or not np.isfinite(mean).all():
        return spread
    spread[1:-1] = np.diff(scale.edges) / np.sqrt(12)
    share = bins.counts / bins.counts.sum()
    tail = np.zeros(len(mean))
    tail[[0, -1]] = mean[[0, -1]] - scale.edges[[0, -1]]
    tail[bins.counts == 0] = 0.0
    with np.errstate(over="ignore", invalid="ignore"):
        left = scale.deviation**2 - (share * (mean - share @ mean) ** 2).sum() - (share * spread**2).sum()
        weight = (share * tail**2).sum()
        spread += np.abs(tail) * np.sqrt(max(0.0, left) / weight) if weight > 0 else 0.0
    return np.where(np.isfinite(spread), spread, 0.0)


def greatest_of(distances: FloatArray) -> float:
    """The greatest of some distances; 0 when there is none."""
    return float(np.nanmax(np.append(distances, 0.0)))


def distances_of_runs(
    measure: Measure, scale: Scale, days: IntArray, counted: BinCounts, run_days: int, min_rows: int
) -> FloatArray:
    """The distance of each run of consecutive days from all other days.

    days: shape (days,), increasing day numbers; counted: what each of them holds, shape (days, bins). Rows of a day
    resemble each other and seasons follow, so batches differ far more than independent samples would. A run has
    run_days days, at most half of the days spanned; runs or rests with fewer than min_rows values are left out.
    """
    nothing = np.zeros(0)
    if not days.size:
        return nothing
    length = min(run_days, int(days[-1] - days[0] + 1) // 2)
    starts = np.flatnonzero(days + length - 1 <= days[-1])
    stops = np.searchsorted(days, days[starts] + length)
    runs = _runs(counted.counts, starts, stops)
    rests = _runs(counted.sums, starts, stops)
    run = BinCounts(runs[0], rests[0])
    rest = BinCounts(runs[1], rests[1])
    enough = (run.counts.sum(axis=1) >= max(1, min_rows)) & (rest.counts.sum(axis=1) >= max(1, min_rows))
    if not enough.any() or length <= 0:
        return nothing
    pairs = (BinCounts(each.counts[enough], each.sums[enough]) for each in (rest, run))
    return distance(measure, scale, *pairs)


def _runs(table: FloatArray, starts: IntArray, stops: IntArray) -> tuple[FloatArray, FloatArray]:
    """The sums over each run, and over all days but it."""
    with np.errstate(over="ignore", invalid="ignore"):
        until = np.vstack([np.zeros(table.shape[1]), np.cumsum(table, axis=0)])
        run = until[stops] - until[starts]
        return run, until[-1] - run


def quantile_of(found: FloatArray, level: float) -> float:
    """Quantile of some distances at a level; beyond what that many resolve, the tail is taken as Gaussian."""
    if not found.size:
        return 0.0
    resolved = 1 - FEWEST_IN_TAIL / found.size
    if level <= resolved:
        return float(np.quantile(found, level))
    mean = float(found.mean())
    known = float(np.quantile(found, resolved))
    return mean + (known - mean) * float(stats.norm.ppf(level) / stats.norm.ppf(resolved))
