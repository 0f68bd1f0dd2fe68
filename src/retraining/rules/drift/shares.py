"""A column of the reference and of a batch side by side, in few enough groups to be looked at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from retraining.records.drift import DriftReference
from retraining.rules.drift.bins import decile_groups, merge_bins
from retraining.rules.drift.profile import Profile

OWN_GROUPS = 8
"""Categories with a separate group, the reference's most frequent ones."""
MISSING = "missing"
OTHER = "other"
UNSEEN = "unseen"


@dataclass(frozen=True)
class SharePair:
    """Shares of all rows, 0 to 1, that a group has in the reference and in the batch."""

    group: str
    reference: float
    batch: float


@dataclass(frozen=True)
class ColumnShares:
    """One column's groups: deciles of the reference in order, or its categories, most frequent first."""

    column_name: str
    pairs: tuple[SharePair, ...]


def compare_shares(reference: DriftReference, batch: Profile) -> ColumnShares:
    """Each side adds up to 1, or to 0 where it has no row. A category that both sides lack is left out."""
    before = np.array(reference.counts, dtype=np.float64)
    now = np.array(batch.counts, dtype=np.float64)
    numeric = reference.is_numeric
    names, groups = _deciles(reference) if numeric else _categories(reference)
    sides = np.vstack([merge_bins(np.vstack([before, now]), groups).T, [reference.nulls, batch.missing]])
    shares = sides / np.maximum(1.0, sides.sum(axis=0))
    pairs = [
        SharePair(name, float(one), float(other))
        for name, (one, other) in zip([*names, MISSING], shares, strict=True)
        if one or other or (numeric and name != MISSING)
    ]
    return ColumnShares(reference.column_name, tuple(pairs))


def _deciles(reference: DriftReference) -> tuple[list[str], NDArray[np.int64]]:
    """A group is named by its upper edge; a value with a separate group is that edge."""
    groups = decile_groups(np.array(reference.counts, dtype=np.float64))
    last = np.flatnonzero(np.diff(groups, append=groups[-1] + 1))
    upper = [f"{reference.edges[place]:.4g}" for place in last[:-1]]
    return [*upper, f"> {upper[-1]}" if upper else "all"], groups


def _categories(reference: DriftReference) -> tuple[list[str], NDArray[np.int64]]:
    """The bins after the categories are "other known" and "unseen"."""
    bins = len(reference.counts)
    own = min(OWN_GROUPS, bins - 2)
    groups = np.minimum(np.arange(bins), own)
    groups[-1] = own + 1
    return [*reference.categories[:own], OTHER, UNSEEN], groups
