"""Distances between two vectors of shares over the same bins, whatever the order of the bins."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FLOOR = 1e-4
"""Smallest share in a logarithm, so that an empty bin is finite. Indices with different floors cannot be compared."""


def shares(counts: NDArray[np.int64]) -> FloatArray:
    """Counts of shape (..., bins) as shares of their last axis. Raises ValueError when a total is not positive."""
    total = counts.sum(axis=-1, keepdims=True)
    if not (total > 0).all() or (counts < 0).any():
        raise ValueError("shares need non-negative counts with a positive total")
    return np.asarray(counts / total, dtype=np.float64)


def population_stability_index(reference: FloatArray, current: FloatArray, floor: float = FLOOR) -> float:
    """Population stability index between two share vectors, in nats: sum((q - p) * ln(q / p)).

    reference, current: shape (bins,), non-negative, each sums to 1 (else ValueError). Shares below floor are raised to
    it. 0 for identical vectors, symmetric. Depends on the bins: only comparable for equal edges. Source: Lewis (1994);
    Yurdakul (2018) for its null distribution.
    """
    _check(reference, current)
    return float(stability_of_rows(reference, current, floor))


def stability_of_rows(reference: FloatArray, current: FloatArray, floor: float = FLOOR) -> FloatArray:
    """The same for many pairs at once: shape (..., bins) gives shape (...,). The shares are not checked."""
    p, q = np.maximum(reference, floor), np.maximum(current, floor)
    return np.asarray(((q - p) * np.log(q / p)).sum(axis=-1), dtype=np.float64)


def kl_divergence(reference: FloatArray, current: FloatArray, floor: float = FLOOR) -> float:
    """Kullback-Leibler divergence of current from reference, in nats: sum(q * ln(q / p)).

    Shapes and errors as for the population stability index. Shares below floor are raised to it and the vectors
    scaled back to 1, so that the result is finite and never negative. Not symmetric.
    """
    _check(reference, current)
    p, q = (np.maximum(each, floor) / np.maximum(each, floor).sum() for each in (reference, current))
    return max(0.0, float(np.sum(q * np.log(q / p))))


def js_distance(reference: FloatArray, current: FloatArray) -> float:
    """Jensen-Shannon distance in base 2: root of the mean divergence, in bits, of both vectors from their mean.

    Shapes and errors as for the population stability index. 0 for identical vectors, 1 without a common bin, symmetric,
    a metric; empty bins need no floor. Source: Endres and Schindelin (2003).
    """
    _check(reference, current)
    middle = (reference + current) / 2
    divergence = sum(
        float(np.sum(each[each > 0] * np.log2(each[each > 0] / middle[each > 0]))) for each in (reference, current)
    )
    return float(np.sqrt(min(1.0, max(0.0, divergence / 2))))


def _check(reference: FloatArray, current: FloatArray) -> None:
    if reference.shape != current.shape or reference.ndim != 1:
        raise ValueError(f"share vectors of one shape (bins,) wanted, found {reference.shape} and {current.shape}")
    for each in (reference, current):
        if (each < 0).any() or not abs(float(each.sum()) - 1) < 1e-9:
            raise ValueError(f"shares are non-negative and sum to 1, found a sum of {float(each.sum()):g}")
