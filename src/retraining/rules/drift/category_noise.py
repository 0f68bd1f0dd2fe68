"""How far apart two samples of the same categories are, when the bins were chosen by looking at one of them."""

import numpy as np
from numpy.typing import NDArray

from retraining.records.drift import DriftReference
from retraining.rules.drift.bins import OWN_BINS
from retraining.rules.drift.measures import BinCounts, Scale, distance
from retraining.rules.drift.noise_floor import DRAWS, quantile_of
from retraining.spec.drift_section import Measure

FloatArray = NDArray[np.float64]

MOST_UNKNOWN = 2_000
"""Categories that are drawn without ever having been seen; more of them would not change a distance."""


def category_floor(
    measure: Measure, reference: DriftReference, rows: int, level: float, random: np.random.Generator
) -> float:
    """Quantile at `level` of the distance between two independent samples of all categories, as large as the reference
    and as the batch (rows, positive).

    The most frequent categories of the first sample get separate bins, as they did in the reference: they were a
    little luckier there than they will be again, and categories that only the second sample has are rare ones.
    """
    known = sum(reference.counts)
    share = all_shares(np.array(reference.category_rows, dtype=np.float64), known)
    one, other = (random.multinomial(size, share, DRAWS).astype(np.float64) for size in (known, rows))

    own = min(OWN_BINS, len(reference.category_rows))
    frequent = np.argpartition(-one, own - 1, axis=1)[:, :own]
    pair = [_binned(each, frequent) for each in (one, other)]
    scale = Scale(np.zeros(0), np.arange(own + 1), 0.0)
    found = distance(measure, scale, *(BinCounts(each, np.zeros_like(each)) for each in pair))
    return quantile_of(found[np.isfinite(found)], level)


def all_shares(category_rows: FloatArray, known: int) -> FloatArray:
    """Shares of the known categories and of those that are still unknown.

    The unknown ones have the share that the categories with one row have now (Good, 1953), and are as many as those
    with one row and with two suggest (Chao, 1984). Where the reference forgot its rarest categories, each of their rows
    counts as one.
    """
    forgotten = int(known - category_rows.sum())
    once, twice = (int((category_rows == times).sum()) for times in (1, 2))
    unknown = once * once // (2 * twice) if twice else once * (once - 1) // 2
    many = min(MOST_UNKNOWN, max(1, forgotten or unknown))
    mass = forgotten / known if forgotten else min(once, known - 1) / known
    seen = category_rows / category_rows.sum() * (1 - mass)
    return np.concatenate([seen, np.full(many, mass / many)]) if mass > 0 else np.asarray(seen)


def _binned(drawn: FloatArray, frequent: NDArray[np.int64]) -> FloatArray:
    own = np.take_along_axis(drawn, frequent, axis=1)
    return np.column_stack([own, drawn.sum(axis=1) - own.sum(axis=1)])
