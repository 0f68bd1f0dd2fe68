"""Bins of a categorical column: the most frequent categories, other known ones, and what no training row had."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

IntArray = NDArray[np.int64]

OWN_BINS = 20
"""Categories with a bin of their own; rarer ones share the bin "other"."""
MOST_KNOWN = 1000
"""Categories that a reference remembers. With this many the list is taken as cut, and nothing counts as unseen."""


def known_categories(values: "pd.Series[str]") -> tuple[str, ...]:
    """Categories of the non-null values, most frequent first (ties by name), at most MOST_KNOWN."""
    counts = values.value_counts()
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))
    return tuple(str(name) for name, _ in ordered[:MOST_KNOWN])


def own_bins(known: Sequence[str]) -> int:
    """How many of the known categories have a bin of their own."""
    return min(len(known), OWN_BINS)


def is_cut(known: Sequence[str]) -> bool:
    """Whether the reference forgot its rarest categories, so that they cannot be told from unseen ones."""
    return len(known) >= MOST_KNOWN


def category_bins(values: Sequence[str], known: Sequence[str]) -> IntArray:
    """The bin of each non-null value: its rank when it has one of its own, then "other", then "unseen"."""
    own = own_bins(known)
    missing = own if is_cut(known) else own + 1
    bins = {name: min(rank, own) for rank, name in enumerate(known)}
    return np.fromiter((bins.get(value, missing) for value in values), dtype=np.int64, count=len(values))
