"""A column as counts and sums in the bins of its reference: all that a distance needs, whatever the number of rows.

Two profiles over the same bins add up to the profile of both: days become weeks without a row being read again.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retraining.rules.drift.bin_finder import BinFinder

FloatArray = NDArray[np.float64]

NAMED = 5
"""How many categories that no training row had are named to people."""
UNSEEN_NAMES = 100
"""How many of them are counted by name; of numbers, those that may be frequent."""


@dataclass(frozen=True)
class Profile:
    """counts and sums: per bin, of the values that are neither null nor NaN (a categorical column has no sums).

    squares: sum of squared deviations of the finite values from the reference's mean; minimum and maximum: those of the
    finite values, None without any. nulls and nans are counted separately, but both are missing values. unseen: the
    most frequent categories that no training row had, with their rows; of a numeric column numbers, as text, in bins
    that have become fuller.
    """

    counts: tuple[int, ...]
    sums: tuple[float, ...] = ()
    nulls: int = 0
    nans: int = 0
    zeros: int = 0
    squares: float = 0.0
    minimum: float | None = None
    maximum: float | None = None
    unseen: tuple[tuple[str, int], ...] = ()

    @property
    def values(self) -> int:
        """Rows with a value."""
        return sum(self.counts)

    @property
    def missing(self) -> int:
        """Rows without one: null or NaN."""
        return self.nulls + self.nans

    @property
    def rows(self) -> int:
        """All rows."""
        return self.values + self.missing

    @property
    def null_share(self) -> float:
        """Share of the rows without a value; 0 for no rows."""
        return self.missing / self.rows if self.rows else 0.0

    def mean(self) -> float | None:
        """Mean of the values; None without any, for a categorical column and beyond the largest number."""
        return _finite(sum(self.sums) / self.values) if self.values and self.sums else None

    def deviation(self, centre: float) -> float | None:
        """Standard deviation of the values, whose squares were taken around the centre; None as for the mean."""
        mean = self.mean()
        if mean is None:
            return None
        if self.minimum == self.maximum:
            return 0.0
        with np.errstate(over="ignore", invalid="ignore"):
            return _finite(np.sqrt(np.maximum(0.0, self.squares / self.values - np.square(mean - centre))))


def profile_doubles(
    values: FloatArray, finder: BinFinder, centre: float
) -> tuple[FloatArray, float | None, float | None]:
    """The numbers of some values (counts and sums of each bin, then NaN, zeros and squares; shape (2 * bins + 3,)),
    and their least and greatest finite value.

    values: shape (rows,), NaN where missing.
    """
    numbers = np.zeros(2 * finder.bins + 3)
    least = np.inf
    greatest = -np.inf

    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, values.size, _BLOCK):
            block = values[start : start + _BLOCK]
            finite = finite_values(block)
            known = finite if finite.size == block.size else block[~np.isnan(block)]
            places = finder.find(known)
            numbers += np.concatenate(
                [
                    np.bincount(places, minlength=finder.bins),
                    np.bincount(places, weights=known, minlength=finder.bins),
                    [block.size - known.size, known.size - np.count_nonzero(known), ((finite - centre) ** 2).sum()],
                ]
            )
            least = finite.min(initial=least)
            greatest = finite.max(initial=greatest)

    return (numbers, float(least), float(greatest)) if least <= greatest else (numbers, None, None)


_BLOCK = 16_384
"""Rows that stay in a processor's cache from one step to the next."""


def finite_values(values: FloatArray) -> FloatArray:
    """Those that are neither NaN nor infinite: the array itself where all are, which a finite sum shows fastest."""
    with np.errstate(over="ignore", invalid="ignore"):
        return values if np.isfinite(values.sum()) else values[np.isfinite(values)]


def numeric_profile(
    numbers: FloatArray,
    minimum: float | None,
    maximum: float | None,
    nulls: int = 0,
    unseen: tuple[tuple[str, int], ...] = (),
) -> Profile:
    """The profile behind the numbers of profile_doubles. Its NaN count holds the nulls too, which were NaN by then."""
    bins = (len(numbers) - 3) // 2
    missing, zeros, squares = numbers[2 * bins :]
    counts = tuple(int(each) for each in numbers[:bins])
    sums = tuple(float(each) for each in numbers[bins : 2 * bins])
    return Profile(counts, sums, nulls, int(missing) - nulls, int(zeros), float(squares), minimum, maximum, unseen)


def merge_profiles(profiles: Iterable[Profile]) -> Profile:
    """The profile of all rows together. Raises ValueError for none, or when the bins differ in number."""
    parts = list(profiles)
    if not parts or len({(len(each.counts), len(each.sums)) for each in parts}) > 1:
        raise ValueError("profiles merge when there is one at least and all have the same bins")
    if len(parts) == 1:
        return parts[0]

    names: Counter[str] = Counter()
    for each in parts:
        names.update(dict(each.unseen))

    return Profile(
        counts=tuple(int(each) for each in np.sum([part.counts for part in parts], axis=0)),
        sums=tuple(float(each) for each in np.sum([part.sums for part in parts], axis=0)),
        nulls=sum(part.nulls for part in parts),
        nans=sum(part.nans for part in parts),
        zeros=sum(part.zeros for part in parts),
        squares=sum(part.squares for part in parts),
        minimum=min((part.minimum for part in parts if part.minimum is not None), default=None),
        maximum=max((part.maximum for part in parts if part.maximum is not None), default=None),
        unseen=most_frequent(names, NAMED),
    )


def most_frequent(names: Counter[str], many: int) -> tuple[tuple[str, int], ...]:
    """The most frequent names, ties by name."""
    return tuple(sorted(names.items(), key=lambda pair: (-pair[1], pair[0]))[:many])


def stack(profiles: Sequence[Profile]) -> tuple[FloatArray, FloatArray]:
    """Counts and sums of many profiles as rows: two arrays of shape (profiles, bins)."""
    counts = np.array([each.counts for each in profiles], dtype=np.float64)
    return counts, np.array([each.sums or np.zeros(len(each.counts)) for each in profiles], dtype=np.float64)


def _finite(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None
