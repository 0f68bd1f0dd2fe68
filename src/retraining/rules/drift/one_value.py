"""Has a column one value only, and is that unusual for it?"""

from collections.abc import Iterable

import numpy as np

from retraining.records.drift import DriftReference
from retraining.rules.drift.profile import Profile


def varies_within_days(days: Iterable[Profile]) -> bool:
    """Whether a day had several values. A month or a weekday has one a day, so one value in a batch says nothing about
    it. True without any day: nothing excuses the column then."""
    known = [day for day in days if day.values]
    return not known or any(_has_several(day) for day in known)


def only_category(reference: DriftReference, batch: Profile) -> str | None:
    """The category that all values of a batch have; None for a numeric column, and where there are several or none."""
    filled = np.flatnonzero(batch.counts)
    if reference.is_numeric or len(filled) != 1:
        return None

    place = int(filled[0])
    own_bins = len(batch.counts) - 2  # then come the bins of other known and of unseen categories
    if place < own_bins:
        return reference.categories[place]
    names = batch.unseen if place == own_bins + 1 else ()
    return next((name for name, rows in names if rows == batch.values), None)


def _has_several(day: Profile) -> bool:
    if day.minimum is not None and day.maximum is not None:
        return day.minimum < day.maximum
    return int(np.count_nonzero(day.counts)) > 1
