"""Rows that show a caller what to send: made up, because readers of the experiment may not read the data."""

from decimal import ROUND_DOWN, Decimal
from math import ceil
from typing import Any

import pandas as pd

_SHARES = (0.5, 0.25, 0.75)
"""Quantiles of numbers, one for each row."""
_FEWEST_ROWS = 20
_SMALLEST_SHARE = 0.05
"""A category is shown if this many rows, and this share of them, have it, so that it points to no person."""
_FIRST_DAY = "2000-01-01"


def made_up_example(features: pd.DataFrame) -> pd.DataFrame:
    """Three rows with the columns and types of the features, and with no row of theirs.

    Each column is filled without looking at the others: numbers with quantiles that keep one digit, times with days
    from 2000 on, anything else with the categories that many rows share, in alphabetical order, and else with
    placeholders. A value without any other of its type, such as that of an empty column, is missing.
    """
    columns = {name: pd.Series(_values(features[name]), dtype=features[name].dtype) for name in features.columns}
    return pd.DataFrame(columns, columns=features.columns)


def _values(column: "pd.Series[Any]") -> list[Any]:
    found = column.dropna()
    if found.empty:
        return [None] * len(_SHARES)
    if pd.api.types.is_bool_dtype(column):
        return [False, True, False]
    if pd.api.types.is_datetime64_any_dtype(column):
        return list(pd.date_range(_FIRST_DAY, periods=len(_SHARES), tz=getattr(column.dtype, "tz", None)))
    if pd.api.types.is_numeric_dtype(column):
        return [_one_digit(found.quantile(share, interpolation="nearest")) for share in _SHARES]
    return _texts(found)


def _one_digit(value: Any) -> float | int:
    """The value with its first digit only: 58327 becomes 50000, which fits in every type that the value fits in."""
    exact = Decimal(str(value))
    if not exact.is_finite() or not exact:
        return 0
    rounded = exact.quantize(Decimal(1).scaleb(exact.adjusted()), rounding=ROUND_DOWN)
    return int(rounded) if isinstance(value, int) or hasattr(value, "bit_count") else float(rounded)


def _texts(found: "pd.Series[Any]") -> list[Any]:
    """Shared categories in an order that tells nothing of how often each occurs, repeated to fill the rows."""
    counts = found.value_counts()
    least = max(_FEWEST_ROWS, ceil(_SMALLEST_SHARE * len(found)))
    shared = sorted(counts.index[counts >= least], key=str)
    if not shared:
        return [_placeholder(found.iloc[0], place) for place in range(1, len(_SHARES) + 1)]
    return [shared[place % len(shared)] for place in range(len(_SHARES))]


def _placeholder(like: Any, place: int) -> Any:
    """A made-up value of the same type, None where none is known."""
    if isinstance(like, bool):
        return place % 2 == 0
    return f"text {place}" if isinstance(like, str) else None
