"""Distances between two distributions counted over the same bins. Every function works on the last axis, so that one
call measures a thousand pairs; a single pair gives a scalar."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FLOOR = 1e-4
"""Smallest share in a logarithm, so that an empty bin is finite. Indices with different floors cannot be compared."""


def shares(counts: NDArray[Any]) -> FloatArray:
    """Counts of shape (..., bins) as shares of their last axis. Raises ValueError when a total is not positive."""
    total = counts.sum(axis=-1, keepdims=True)
    if not (total > 0).all() or (counts < 0).any():
        raise ValueError("shares need non-negative counts with a positive total")
    return np.asarray(counts / total, dtype=np.float64)


def population_stability_index(reference: FloatArray, current: FloatArray, floor: float = FLOOR) -> FloatArray:
    """Population stability index in nats: sum((q - p) * ln(q / p)).

    reference, current: shape (..., bins), non-negative, each sums to 1 (else ValueError). Shares below floor are raised
    to it. 0 for identical vectors, symmetric, no upper bound. Depends on the number of bins, and by chance alone on the
    number of rows: only comparable for equal edges. Source: Lewis (1994); Yurdakul (2018) for its null distribution.
    """
    _check(reference, current)
    p = np.maximum(reference, floor)
    q = np.maximum(current, floor)
    return np.asarray(((q - p) * np.log(q / p)).sum(axis=-1))


def kl_divergence(p: FloatArray, q: FloatArray, base: float = math.e, floor: float = FLOOR) -> FloatArray:
    """Kullback-Leibler divergence of p from q, the unit is that of the base (nats by default): sum(p * log(p / q)).

    Shapes and errors as for the population stability index. Shares below floor are raised to it and the vectors scaled
    back to 1, so that the result is finite and never negative. Not symmetric, no upper bound. Source: Kullback and
    Leibler (1951).
    """
    _check(p, q)
    raised = [np.maximum(each, floor) for each in (p, q)]
    one, other = (each / each.sum(axis=-1, keepdims=True) for each in raised)
    return np.asarray(np.maximum(0.0, (one * np.log(one / other)).sum(axis=-1)) / math.log(base))


def jensen_shannon_distance(p: FloatArray, q: FloatArray, base: float = 2.0) -> FloatArray:
    """Root of the mean divergence of both vectors from their mean: in bits by default, hence between 0 and 1.

    Shapes and errors as for the population stability index. 0 for identical vectors, greatest without a common bin,
    symmetric, a metric; empty bins need no floor. Source: Endres and Schindelin (2003).
    """
    _check(p, q)
    middle = (p + q) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = [np.where(each > 0, each * np.log(each / middle), 0.0).sum(axis=-1) for each in (p, q)]
    return np.asarray(np.sqrt(np.clip((parts[0] + parts[1]) / 2, 0.0, math.log(2)) / math.log(base)))


def total_variation(p: FloatArray, q: FloatArray) -> FloatArray:
    """Half the sum of absolute differences, 0 to 1: the share of rows that would have to change their bin.

    Shapes and errors as for the population stability index.
    """
    _check(p, q)
    return np.asarray(np.abs(p - q).sum(axis=-1) / 2)


def l_infinity(p: FloatArray, q: FloatArray) -> FloatArray:
    """Greatest absolute difference of one bin's shares, 0 to 1. Shapes and errors as for the population stability
    index."""
    _check(p, q)
    return np.asarray(np.abs(p - q).max(axis=-1))


def chi_squared(reference: NDArray[Any], current: NDArray[Any]) -> FloatArray:
    """Pearson's statistic of homogeneity of two vectors of counts, shape (..., bins), each with a positive total.

    Bins that are empty on both sides add nothing. Grows with the number of rows, so it is a test's statistic and no
    effect size. Source: Pearson (1900).
    """
    p = shares(reference)
    q = shares(current)
    n = reference.sum(axis=-1, keepdims=True)
    m = current.sum(axis=-1, keepdims=True)
    pooled = (reference + current) / (n + m)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(pooled > 0, (n * (p - pooled) ** 2 + m * (q - pooled) ** 2) / pooled, 0.0)
    return np.asarray(parts.sum(axis=-1))


def kolmogorov_smirnov(reference: FloatArray, current: FloatArray) -> FloatArray:
    """Greatest difference of the two distribution functions at the bins' edges, 0 to 1; the bins are in order.

    Shapes and errors as for the population stability index. A lower bound of the Kolmogorov-Smirnov statistic of the
    values: that one exceeds it by at most the greatest share of a bin, and by nothing when every value is alone in its
    bin.
    """
    _check(reference, current)
    return np.asarray(np.minimum(1.0, np.abs(np.cumsum(reference - current, axis=-1)).max(axis=-1)))


def wasserstein(
    edges: FloatArray,
    reference: NDArray[Any],
    reference_sums: FloatArray,
    current: NDArray[Any],
    current_sums: FloatArray,
) -> FloatArray:
    """Area between the two distribution functions (first Wasserstein distance), in the unit of the values.

    edges: shape (bins - 1,), increasing; counts and sums: shape (..., bins), each with a positive total. Integrating by
    parts, the area under a distribution function F over the bin (a, b] is b F(b) - a F(a) - (sum of the bin / all
    values), also in the two open bins, so neither minimum nor maximum is needed. Exact unless the functions cross
    inside a bin: then a lower bound. NaN when a sum is not finite, because an infinity is infinitely far away.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        apart = np.cumsum(shares(reference) - shares(current), axis=-1)[..., :-1] * edges
        mass = _per_value(reference, reference_sums) - _per_value(current, current_sums)
        nothing = np.zeros((*apart.shape[:-1], 1))
        upper = np.concatenate([apart, nothing], axis=-1)
        lower = np.concatenate([nothing, apart], axis=-1)
        area = np.abs(upper - lower - mass).sum(axis=-1)
    return np.asarray(np.where(np.isfinite(area), area, np.nan))


def _per_value(counts: NDArray[Any], sums: FloatArray) -> FloatArray:
    return np.asarray(sums / counts.sum(axis=-1, keepdims=True), dtype=np.float64)


def _check(p: FloatArray, q: FloatArray) -> None:
    if p.shape[-1:] != q.shape[-1:] or not p.ndim:
        raise ValueError(f"share vectors over the same bins wanted, found shapes {p.shape} and {q.shape}")
    for each in (p, q):
        totals = each.sum(axis=-1)
        if (each < 0).any() or not (np.abs(totals - 1) < 1e-9).all():
            raise ValueError(f"shares are non-negative and sum to 1, found a sum of {float(np.ravel(totals)[0]):g}")
