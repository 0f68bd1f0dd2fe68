"""What a batch looks like, in a few numbers a column, and how far two batches are apart."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

MOST_VALUES = 50
"""Of a column of texts: the most frequent ones."""
_MOST_APART = 3.0
"""Beyond three standard deviations it makes no difference how many."""


def profile_of(features: Any) -> dict[str, Any]:
    """Of a numeric column its mean and standard deviation, of any other one the share of each value."""
    table = features if isinstance(features, pd.DataFrame) else pd.DataFrame(features)
    return {str(name): _of_column(table[name]) for name in table.columns}


def _of_column(column: "pd.Series[Any]") -> Any:
    if not pd.api.types.is_numeric_dtype(column):
        counted = column.astype(str).value_counts(normalize=True).head(MOST_VALUES)
        return {str(value): float(share) for value, share in counted.items()}

    known = column.to_numpy(np.float64)
    known = known[~np.isnan(known)]
    return np.array([known.mean(), known.std()]) if len(known) else np.array([0.0, 0.0])


def distance_of_profiles(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """The mean over the columns that both have; infinite where they have none. Of a numeric column the distance of the
    means in standard deviations, of any other one the share of values that would have to change."""
    both = [name for name in one if name in other]
    return float(np.mean([_apart(one[name], other[name]) for name in both])) if both else float("inf")


def _apart(one: Any, other: Any) -> float:
    if isinstance(one, Mapping):
        return sum(abs(float(one.get(value, 0.0) - other.get(value, 0.0))) for value in {*one, *other}) / 2

    distance = float(abs(one[0] - other[0]))
    spread = float(np.hypot(one[1], other[1]) / np.sqrt(2))
    if distance == 0:
        return 0.0
    return min(_MOST_APART, distance / spread) if spread else _MOST_APART
