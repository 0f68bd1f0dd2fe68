"""Distances between two numeric columns counted and summed over the same edges."""

import numpy as np
from numpy.typing import NDArray

from retraining.rules.drift.share_distances import shares

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def ks_statistic(reference: IntArray, current: IntArray) -> float:
    """Greatest difference of the two distribution functions at the bins' edges, 0 to 1.

    Counts of shape (bins,) with a positive total (else ValueError). A lower bound of the Kolmogorov-Smirnov statistic
    of the values: that one exceeds it by at most the greatest share of a bin, and by nothing when every value is alone
    in its bin.
    """
    p, q = shares(reference), shares(current)
    return min(1.0, float(np.abs(np.cumsum(p - q)).max()))


def wasserstein_distance(
    edges: FloatArray, reference: IntArray, reference_sums: FloatArray, current: IntArray, current_sums: FloatArray
) -> float | None:
    """Area between the two distribution functions (first Wasserstein distance), in the unit of the values.

    edges: shape (bins - 1,), increasing; counts and sums: shape (bins,). Integrating by parts, the area under a
    distribution function F over the bin (a, b] is b F(b) - a F(a) - (sum of the bin / all values), also in the two open
    bins, so neither minimum nor maximum is needed. Exact unless the functions cross inside a bin: then a lower bound.
    None when a sum is not finite, because an infinity is infinitely far away.
    """
    if not (np.isfinite(edges).all() and np.isfinite(reference_sums).all() and np.isfinite(current_sums).all()):
        return None
    apart = np.cumsum(shares(reference) - shares(current))[:-1] * edges
    mass = reference_sums / reference.sum() - current_sums / current.sum()
    areas = np.append(apart, 0.0) - np.insert(apart, 0, 0.0) - mass
    return float(np.abs(areas).sum())
