"""Bins of numeric and of categorical columns."""

from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retraining.rules.drift.profile import finite_values

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

QUANTILES = 100
"""With this many the Kolmogorov-Smirnov statistic is known to 0.01."""
HEAVY_SHARE = 0.02
"""A value this frequent gets a bin that holds nothing else. A constant is such a value."""
OWN_GROUP_SHARE = 0.1
"""A value that fills a decile alone stays alone when bins are merged into deciles."""
DECILES = tuple(each / 10 for each in range(1, 10))


def numeric_edges(values: FloatArray) -> tuple[float, ...]:
    """Edges of the bins, increasing: percentiles of the finite values without duplicates, and both sides of heavy
    values.

    A bin is open below and closed above, so the bin of a heavy value v is the one between v and the next smaller
    double. (0.0,) when no value is finite: then the bins tell the signs of infinities apart. A percentile is the
    smallest value that this share does not exceed (type 1 of Hyndman and Fan, 1996).
    """
    return edges_of_ordered(np.sort(finite_values(values)))


def edges_of_ordered(ordered: FloatArray) -> tuple[float, ...]:
    """The same of finite values in increasing order."""
    if not ordered.size:
        return (0.0,)
    quantiles = ordered[(np.arange(1, QUANTILES) * ordered.size - 1) // QUANTILES]
    many = ceil(HEAVY_SHARE * ordered.size)
    first = ordered[: ordered.size - many + 1]
    last = ordered[many - 1 :]
    heavy = np.unique(first[first == last])
    below = np.nextafter(heavy[heavy > np.finfo(np.float64).min], -np.inf)
    edges = np.unique(np.concatenate([quantiles, heavy, below]))
    return tuple(float(edge) for edge in edges)


def decile_groups(counts: NDArray[Any]) -> IntArray:
    """The group of each bin, 0, 1, ... in order, so that groups are deciles of these counts, shape (bins,).

    A bin with a tenth or more is a group by itself. The population stability index and its relatives are taken over
    these groups: over a hundred bins they would be another, larger number.
    """
    share = counts / max(1, counts.sum())
    decile = np.searchsorted(DECILES, np.cumsum(share) - share / 2, side="right")
    alone = share >= OWN_GROUP_SHARE
    starts = np.append(True, (np.diff(decile) > 0) | alone[1:] | alone[:-1])
    return np.asarray(np.cumsum(starts) - 1, dtype=np.int64)


def merge_bins(counts: NDArray[np.float64], groups: IntArray) -> NDArray[np.float64]:
    """Counts (or sums) of shape (..., bins) added up by group: shape (..., groups)."""
    return np.add.reduceat(counts, np.flatnonzero(np.diff(groups, prepend=-1)), axis=-1)


def rare_together(bins: int) -> IntArray:
    """The group of each bin of a categorical column: "other" and "unseen" are one."""
    return np.minimum(np.arange(bins), bins - 2)


OWN_BINS = 20
"""Categories with a separate bin; rarer ones share the bin "other"."""
MOST_KNOWN = 1000
"""Categories that a reference remembers. With this many the list is taken as cut, and nothing counts as unseen."""


def known_categories(values: "pd.Series[str]") -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Categories of the non-null values, most frequent first (ties by name), at most MOST_KNOWN; and their rows."""
    counts = values.value_counts()
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))[:MOST_KNOWN]
    return tuple(str(name) for name, _ in ordered), tuple(int(rows) for _, rows in ordered)


def own_bins(known: Sequence[str]) -> int:
    """How many of the known categories have a separate bin."""
    return min(len(known), OWN_BINS)


def is_cut(known: Sequence[str]) -> bool:
    """Whether the reference forgot its rarest categories, so that they look like unseen ones."""
    return len(known) >= MOST_KNOWN


def category_bins(values: Sequence[str], known: Sequence[str]) -> IntArray:
    """The bin of each non-null value: its rank when it has a separate bin, then "other", then "unseen"."""
    own = own_bins(known)
    missing = own if is_cut(known) else own + 1
    bins = {name: min(rank, own) for rank, name in enumerate(known)}
    return np.fromiter((bins.get(value, missing) for value in values), dtype=np.int64, count=len(values))
