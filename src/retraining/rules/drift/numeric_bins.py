"""Bins of a numeric column: deciles of the reference, and a bin of its own for every heavy value."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

HEAVY_SHARE = 0.1
"""A value this frequent fills a decile alone: it gets a bin that holds nothing else. A constant is such a value."""


def numeric_edges(values: FloatArray) -> tuple[float, ...]:
    """Edges of the bins, increasing: deciles of the finite values without duplicates, and both sides of heavy values.

    A bin is open below and closed above, so the bin of a heavy value v is the one between v and the next smaller
    double. (0.0,) when no value is finite: then the bins tell the signs of infinities apart.
    """
    finite = values[np.isfinite(values)]
    if not finite.size:
        return (0.0,)
    deciles = np.quantile(finite, np.arange(1, 10) / 10, method="inverted_cdf")
    distinct, times = np.unique(finite, return_counts=True)
    heavy = distinct[times >= HEAVY_SHARE * finite.size]
    below = np.nextafter(heavy[heavy > np.finfo(np.float64).min], -np.inf)
    edges = np.unique(np.concatenate([deciles, heavy, below]))
    return tuple(float(edge) for edge in edges)


def numeric_bins(values: FloatArray, edges: FloatArray) -> IntArray:
    """The bin of each value, 0 to len(edges): infinities lie in the outermost bins. values must not hold NaN."""
    return np.searchsorted(edges, values, side="left").astype(np.int64)
