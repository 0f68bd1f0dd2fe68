"""Values that no training row had: what share of them is usual, and which value alone is a fault.

In a column with many rare categories the next batch always brings new ones. How many is estimated from those that the
training rows had once (Good, 1953); a sensor's -999 in a twentieth of the rows is not among them.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from retraining.records.drift import DriftReference
from retraining.rules.drift.bins import is_cut
from retraining.rules.drift.profile import Profile

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

MOST_UNSEEN_SHARE = 0.05
"""The model cannot have learned anything about these rows, so fewer of them matter than of nulls."""
NEW_SHARE = 0.02
"""A value this frequent is looked at: any that the training rows had as often has a separate bin."""
NEW_TIMES = 10
"""A value is new when its share is this many times that of the training rows, or more."""


def unseen_limit(category_rows: IntArray, rows: int, level: float) -> float:
    """Share of new categories that a batch of these rows stays below with this probability, if nothing has changed; at
    least MOST_UNSEEN_SHARE.

    category_rows: how many training rows each category has, and all of them are known. The share of categories that no
    training row had is estimated by the rows of those that one row had; the variance of that is Esty's (1983), and the
    batch adds its own.
    """
    known = int(category_rows.sum())
    if not known or not rows:
        return MOST_UNSEEN_SHARE
    once, twice = (int((category_rows == times).sum()) for times in (1, 2))
    share = once / known
    variance = (once + 1 + 2 * twice) / known**2 + share * (1 - share) / rows
    return float(np.clip(share + stats.norm.ppf(level) * np.sqrt(variance), MOST_UNSEEN_SHARE, 1.0))


@dataclass(frozen=True)
class NewValue:
    """The most frequent value of a batch that hardly any training row had. share is that of the batch's values; limit
    what passes."""

    value: str
    share: float
    limit: float


def new_value(reference: DriftReference, batch: Profile, level: float, floor: float) -> NewValue | None:
    """The value, if it is frequent enough to be looked at. floor: what periods of the training rows had themselves.

    None where the reference does not know how often its values were. The limit is what a batch stays below with
    probability `level` if the value is as frequent as the training rows allow at that level.
    """
    for value, rows in batch.unseen:
        share = rows / batch.values
        known = _rows_of(reference, value)
        total = sum(reference.counts)
        if share < NEW_SHARE or known is None or share * total < NEW_TIMES * known:
            continue
        most = float(stats.beta.ppf(level, known + 1, max(1, total - known)))
        sampled = float(stats.binom.ppf(level, batch.values, most)) / batch.values
        return NewValue(value, share, max(NEW_SHARE, floor, sampled))
    return None


def _rows_of(reference: DriftReference, value: str) -> int | None:
    """Training rows with this value, at most; None where that is not known."""
    if not reference.is_numeric:
        forgotten = is_cut(reference.categories)
        return 0 if not forgotten else min(reference.category_rows, default=None)
    if not reference.most_alike:
        return None
    number = float(value)
    least = reference.minimum
    greatest = reference.maximum
    if least is not None and greatest is not None and np.isfinite(number) and not least <= number <= greatest:
        return 0
    return int(reference.most_alike[int(np.searchsorted(reference.edges, number, side="left"))])


def most_alike(ordered: FloatArray, edges: FloatArray) -> tuple[int, ...]:
    """Rows of the most frequent value of each bin. ordered: increasing, without NaN."""
    if not (ordered[1:] == ordered[:-1]).any():
        places = np.searchsorted(ordered, edges, side="right")
        return tuple(int(each > 0) for each in np.diff(places, prepend=0, append=len(ordered)))
    values, times = alike(ordered)
    bounds = [0, *np.searchsorted(values, edges, side="right"), len(values)]
    return tuple(int(times[start:stop].max(initial=0)) for start, stop in pairwise(bounds))


def alike(ordered: FloatArray) -> tuple[FloatArray, IntArray]:
    """The different ones of some ordered values, and how often each is there."""
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])) if ordered.size else np.zeros(0, dtype=int)
    return ordered[starts], np.diff(starts, append=ordered.size)


def newest_shares(codes: IntArray, periods: IntArray, sizes: IntArray, min_rows: int) -> tuple[float, float]:
    """Of all periods: the greatest share of values that no other period has, and of one value that is new.

    codes: equal for equal values, from 0, and periods: the period of each of these rows, from 0, both of shape (rows,).
    sizes: shape (periods,), the rows of each, with those that have no code because their value is too rare to matter.
    Periods (and rests) of fewer than min_rows rows are left out.
    """
    rests = sizes.sum() - sizes
    enough = (sizes >= max(1, min_rows)) & (rests >= max(1, min_rows))
    if not codes.size or not enough.any():
        return 0.0, 0.0

    pairs, times = np.unique(codes * len(sizes) + periods, return_counts=True)
    code, period = np.divmod(pairs, len(sizes))
    outside = np.bincount(codes)[code] - times
    alone = outside == 0
    unseen = np.bincount(period[alone], weights=times[alone], minlength=len(sizes))[enough] / sizes[enough]

    share = times / np.maximum(1, sizes[period])
    before = outside / np.maximum(1, rests[period])
    is_new = enough[period] & (share >= NEW_TIMES * before)
    return float(unseen.max()), float(np.max(share[is_new], initial=0.0))
