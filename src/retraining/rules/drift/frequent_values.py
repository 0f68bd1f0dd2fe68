"""Numbers that many rows share, found without counting every number."""

from collections import Counter
from collections.abc import Iterable
from math import ceil

import numpy as np
from numpy.typing import NDArray

from retraining.rules.drift.bin_finder import BinFinder
from retraining.rules.drift.new_values import NEW_SHARE
from retraining.rules.drift.profile import UNSEEN_NAMES, Profile

FloatArray = NDArray[np.float64]

FULLER = NEW_SHARE / 2
"""A new value of NEW_SHARE makes its bin fuller by its own share. Half of it is left for chance."""
_LEAST = NEW_SHARE / 4
"""Of the rows of one chunk; the batch's other chunks may have more."""


def frequent_values(values: FloatArray, counts: FloatArray, finder: BinFinder, usual: FloatArray) -> list[float]:
    """Numbers of some rows that may be new and frequent: the most frequent ones in bins that are fuller than usual, at
    most UNSEEN_NAMES.

    values: shape (rows,), NaN where missing; counts: how many of them each bin holds; usual: the share that it held of
    the training rows. Only rows of fuller bins are looked at, of which there are none as long as nothing changes.
    """
    total = counts.sum()
    fuller = counts > (usual + FULLER) * total
    if not fuller.any():
        return []
    known = values[~np.isnan(values)]
    found, times = np.unique(known[fuller[finder.find(known)]], return_counts=True)
    order = np.argsort(-times, kind="stable")[:UNSEEN_NAMES]
    least = max(1, ceil(_LEAST * total))
    return [float(found[place]) for place in order if times[place] >= least]


def frequent_names(days: Iterable[Profile], fewest: int) -> frozenset[str]:
    """The new values of one column that are frequent in all its days together, with at least `fewest` rows."""
    names: Counter[str] = Counter()
    values = 0
    for each in days:
        names.update(dict(each.unseen))
        values += each.values
    return frozenset(name for name, rows in names.items() if rows >= max(fewest, NEW_SHARE * values))
