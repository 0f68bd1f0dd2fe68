"""How far apart two samples of the same thing lie: what lies below is not drift."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from retraining.rules.drift.share_distances import shares, stability_of_rows

IntArray = NDArray[np.int64]

LEVEL = 0.999
"""One stable column in a thousand exceeds the floor of independent rows by chance: with 20 columns 2 % of batches."""


def independent_floor(reference: IntArray, current: IntArray) -> float:
    """0.999 quantile, in nats, of the population stability index of two independent samples of one distribution.

    chi2(B - 1) * (1/n + 1/m), with n and m values (positive) and B bins that hold reference values: a bin without any
    stays empty under the null. 0 for a constant. Source: Yurdakul (2018).
    """
    occupied = int(np.count_nonzero(reference))
    if occupied < 2:
        return 0.0
    return float(stats.chi2.ppf(LEVEL, occupied - 1)) * float(1 / reference.sum() + 1 / current.sum())


def greatest_run(bins: IntArray, size: int, days: IntArray, run_days: int, min_rows: int) -> float:
    """Greatest population stability index, in nats, of a run of consecutive days against all other days.

    bins, days: shape (values,), a bin below size and a day number each. Rows of a day resemble each other and seasons
    follow, so batches differ far more than independent samples would. A run has run_days days, at most half of the days
    spanned; runs or rests with fewer than min_rows values are left out. 0 when no run is left.
    """
    if not days.size:
        return 0.0
    known, positions = np.unique(days, return_inverse=True)
    length = min(run_days, int(known[-1] - known[0] + 1) // 2)
    table = np.bincount(positions * size + bins, minlength=known.size * size).reshape(known.size, size)
    until = np.vstack([np.zeros(size, dtype=np.int64), np.cumsum(table, axis=0)])
    starts = np.flatnonzero(known + length - 1 <= known[-1])
    runs = until[np.searchsorted(known, known[starts] + length)] - until[starts]
    rests = until[-1] - runs
    enough = (length > 0) & (runs.sum(axis=1) >= max(1, min_rows)) & (rests.sum(axis=1) >= max(1, min_rows))
    if not enough.any():
        return 0.0
    return float(stability_of_rows(shares(rests[enough]), shares(runs[enough])).max())
