"""Two frames as one table of numbers that a tree can learn from."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MOST_CATEGORIES = 30
"""The most frequent ones of both frames together; all others are one more."""
_GREATEST = 1e300
"""Replaces infinity: the trees need numbers that can be added."""


@dataclass(frozen=True)
class EncodedRows:
    """values: shape (rows, columns), reference rows first, NaN where missing. categorical: shape (columns,), true where
    the values are codes without order. current: shape (rows,), true for the new side."""

    names: tuple[str, ...]
    values: NDArray[np.float64]
    categorical: NDArray[np.bool_]
    current: NDArray[np.bool_]


def encode_rows(reference: pd.DataFrame, current: pd.DataFrame) -> EncodedRows:
    """Numbers stay numbers; everything else is taken as text.

    Columns are those of reference, in its order. Raises ValueError where current has others.
    """
    if set(reference.columns) != set(current.columns):
        raise ValueError(f"columns differ: {list(reference.columns)} in the reference, {list(current.columns)} now")

    numeric = [_is_numeric(reference[name]) and _is_numeric(current[name]) for name in reference.columns]
    both = pd.concat([reference, current[list(reference.columns)]], ignore_index=True)
    columns = [_numbers(both[name]) if plain else _codes(both[name]) for name, plain in zip(both, numeric, strict=True)]

    return EncodedRows(
        tuple(map(str, reference.columns)),
        np.column_stack(columns) if columns else np.empty((len(both), 0)),
        ~np.array(numeric, dtype=bool),
        np.repeat([False, True], [len(reference), len(current)]),
    )


def _is_numeric(values: "pd.Series[Any]") -> bool:
    return pd.api.types.is_numeric_dtype(values.dtype)


def _numbers(values: "pd.Series[Any]") -> NDArray[np.float64]:
    return np.clip(values.to_numpy(dtype=np.float64, na_value=np.nan), -_GREATEST, _GREATEST)


def _codes(values: "pd.Series[Any]") -> NDArray[np.float64]:
    """Codes in the order of frequency (by name when equally frequent), so that the order of the rows does not
    matter."""
    text = values.astype(object).where(values.notna()).map(str, na_action="ignore")
    counted = Counter(text.dropna())
    ordered = sorted(counted, key=lambda name: (-counted[name], name))
    code = {name: min(place, MOST_CATEGORIES) for place, name in enumerate(ordered)}
    return text.map(code).to_numpy(dtype=np.float64, na_value=np.nan)
