"""A column as counts and sums a bin: all that a distance needs, whatever the number of rows."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retraining.rules.drift.numeric_bins import numeric_bins

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class BinCounts:
    """Values and sum of values in each bin (no sums for a categorical column), and the nulls (null or NaN) beside
    them."""

    counts: tuple[int, ...]
    sums: tuple[float, ...]
    nulls: int

    @property
    def values(self) -> int:
        """Non-null values."""
        return sum(self.counts)

    @property
    def rows(self) -> int:
        """All rows, nulls included."""
        return self.values + self.nulls

    @property
    def null_share(self) -> float:
        """Share of the rows without a value; 0 for no rows."""
        return self.nulls / self.rows if self.rows else 0.0


def count_numeric(values: FloatArray, edges: FloatArray) -> tuple[IntArray, FloatArray, int]:
    """Counts and sums of shape (len(edges) + 1,), and the number of NaN, which stand for null here."""
    known = values[~np.isnan(values)]
    bins, size = numeric_bins(known, edges), len(edges) + 1
    counts = np.bincount(bins, minlength=size).astype(np.int64)
    sums = np.bincount(bins, weights=known, minlength=size).astype(np.float64)
    return counts, sums, values.size - known.size


def to_counts(counts: IntArray, sums: FloatArray | Sequence[float], nulls: int) -> BinCounts:
    """The same as plain numbers, ready for a record."""
    return BinCounts(tuple(int(each) for each in counts), tuple(float(each) for each in sums), int(nulls))
