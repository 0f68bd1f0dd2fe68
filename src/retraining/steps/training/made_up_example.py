"""Rows that show a caller what to send: made up, because readers of the experiment may not read the data."""

from typing import Any

import pandas as pd

_QUARTILES = (0.5, 0.25, 0.75)
"""Of numbers and times, one for each row: the typical row comes first."""


def made_up_example(features: pd.DataFrame) -> pd.DataFrame:
    """Three rows with the columns and types of the features, and with no row of theirs.

    Each column is filled without looking at the others: numbers and times with median and quartiles, anything else with
    its most frequent values. Extremes, rare values and combinations of values stay with the data.
    """
    columns = {name: pd.Series(_values(features[name]), dtype=features[name].dtype) for name in features.columns}
    return pd.DataFrame(columns, columns=features.columns)


def _values(column: "pd.Series[Any]") -> list[Any]:
    if _has_quartiles(column):
        return [column.quantile(share, interpolation="nearest") for share in _QUARTILES]

    frequent = [*column.value_counts().index[: len(_QUARTILES)]] or [None]
    return [frequent[min(place, len(frequent) - 1)] for place in range(len(_QUARTILES))]


def _has_quartiles(column: "pd.Series[Any]") -> bool:
    """A column without any value has no quartiles either, but its missing value has the right type."""
    if pd.api.types.is_bool_dtype(column):
        return False
    return pd.api.types.is_numeric_dtype(column) or pd.api.types.is_datetime64_any_dtype(column)
