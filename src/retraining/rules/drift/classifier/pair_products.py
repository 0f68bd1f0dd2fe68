"""Products of two columns: what shows a tree that they no longer go together.

A tree splits one column at a time, and where only the sign of a correlation changed no first split is better than
another. Their product is higher on one side than on the other, and one split sees it.
"""

import numpy as np
from numpy.typing import NDArray

from retraining.rules.drift.classifier.encode_rows import EncodedRows

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

MOST_PAIRS = 5
_FURTHEST = 3.0
_NORMAL = 0.7413
"""Half of a normal distribution is within this many quartile ranges, so that it becomes a standard deviation."""

Pairs = NDArray[np.int64]
"""Shape (pairs, 2): places of columns."""


def scores_of(rows: EncodedRows) -> FloatArray:
    """Every column in standard deviations from its median, at most three, 0 where missing; a categorical one as whether
    it is its most frequent category."""
    is_first = np.where(np.isnan(rows.values), np.nan, rows.values == 0)
    values = np.where(rows.categorical, is_first, rows.values)
    known = np.where(np.isnan(values).all(axis=0), 0.0, values)
    with np.errstate(invalid="ignore", over="ignore"):
        low, middle, high = np.nanquantile(known, [0.25, 0.5, 0.75], axis=0)
        spread = np.where(high > low, (high - low) * _NORMAL, np.nanstd(np.clip(known, -1e100, 1e100), axis=0))
        centre = np.where(rows.categorical, np.nanmean(known, axis=0), middle)
        scores = (values - centre) / np.where(spread > 0, spread, 1.0)
    return np.asarray(np.clip(np.nan_to_num(scores, nan=0.0), -_FURTHEST, _FURTHEST), dtype=np.float64)


def telling_pairs(scores: FloatArray, current: BoolArray, used: BoolArray) -> Pairs:
    """The pairs of columns whose mean product differs most between the two sides of the used rows."""
    sides = [scores[used & side] for side in (current, ~current)]
    apart = np.abs(np.subtract(*(side.T @ side / max(1, len(side)) for side in sides)))
    first, second = np.triu_indices(scores.shape[1], k=1)
    most = np.argsort(-apart[first, second], kind="stable")[:MOST_PAIRS]
    return np.column_stack([first[most], second[most]])


def with_products(values: FloatArray, scores: FloatArray, pairs: Pairs) -> FloatArray:
    """The columns, then the products of the pairs."""
    return np.column_stack([values, scores[:, pairs[:, 0]] * scores[:, pairs[:, 1]]])
