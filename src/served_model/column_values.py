"""Values of a column as an estimator learns them, from what pandas holds. The same rules as those of Spark's casts, by
which the training rows were read."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

GREATEST_NUMBER = 3.4028234663852886e38
"""The greatest number of 32 bits: the one bound for features, labels and what callers send. Estimators compute in 32
bits, or square their numbers in 64: what is greater, or infinite, counts as missing."""
_WHOLE = ("tinyint", "smallint", "int", "bigint")


@dataclass(frozen=True)
class Feature:
    """A column that a model was fitted on."""

    name: str
    """Its name in the source."""
    type: str
    """Its type in the source, as Spark SQL writes it."""
    is_numeric: bool
    """Learned as a double. Else as text."""


def as_number(values: "pd.Series[Any]") -> "pd.Series[float]":
    """Doubles, NaN where there is no usable number. Raises ValueError for text that is not a number."""
    if pd.api.types.is_datetime64_any_dtype(values):
        numbers = (pd.to_datetime(values, utc=True) - pd.Timestamp(0, tz="UTC")) / pd.Timedelta(seconds=1)
    else:
        try:
            numbers = values.astype(object).where(values.notna(), np.nan).astype(np.float64)
        except (ValueError, TypeError) as err:
            raise ValueError(
                f"column {values.name}: the model takes numbers there, and a value that was sent is not one."
            ) from err
    usable = numbers.abs() <= GREATEST_NUMBER
    return numbers.where(usable).astype(np.float64)


def as_category(rows: pd.DataFrame, feature: Feature) -> "pd.Series[Any]":
    """Texts, None where there is no value: what Spark writes for a value of the column's type."""
    values = rows[feature.name].astype(object)
    texts = [None if _is_missing(value) else _text(value, feature.type) for value in values]
    return pd.Series(texts, index=rows.index, dtype=object)


def _is_missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _text(value: Any, type_name: str) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal | np.number):
        return _number_text(value, type_name)
    if isinstance(value, datetime | np.datetime64):
        return _moment_text(pd.Timestamp(value), type_name)
    if isinstance(value, date):
        return value.isoformat() if type_name == "date" else _moment_text(pd.Timestamp(value), type_name)
    return str(value).lower() if type_name == "boolean" else str(value)


def _number_text(value: Any, type_name: str) -> str:
    """A gap makes pandas read whole numbers and booleans as doubles: 5.0 is 5 in a column of whole numbers, and where
    pandas takes texts of digits for numbers."""
    if type_name == "boolean":
        return "true" if value else "false"
    if type_name in (*_WHOLE, "string") and float(value).is_integer():
        return str(int(value))
    if type_name.startswith("decimal"):
        scale = int(type_name.rstrip(")").split(",")[1])
        return f"{Decimal(str(value)):.{scale}f}"
    if type_name == "float":
        return _double_text(float(str(np.float32(value))))
    return _double_text(float(value)) if type_name == "double" else str(value)


def _double_text(value: float) -> str:
    """As Java writes a double: 1.0E7 from ten millions on, and below a thousandth."""
    if np.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0 or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    digits, _, power = f"{Decimal(repr(value)):E}".partition("E")
    plain = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return f"{plain if '.' in plain else plain + '.0'}E{int(power)}"


def _moment_text(moment: pd.Timestamp, type_name: str) -> str:
    if type_name == "date":
        return moment.date().isoformat()
    plain = moment.tz_convert("UTC").tz_localize(None) if moment.tzinfo else moment
    whole = plain.strftime("%Y-%m-%d %H:%M:%S")
    fraction = f"{plain.microsecond:06d}".rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def label_values(texts: NDArray[Any], type_name: str) -> NDArray[Any]:
    """Classes, which an estimator knows as texts, in the type of the label."""
    as_texts = np.asarray(texts).astype(str)
    if type_name == "boolean":
        return np.asarray(as_texts == "true")
    if type_name in _WHOLE:
        return np.array([int(each) for each in as_texts], dtype=np.int64)
    if type_name in ("float", "double"):
        return as_texts.astype(np.float64)
    return as_texts.astype(object)


def label_type_of_answers(type_name: str) -> str:
    """MLflow's name of the type that `label_values` returns."""
    if type_name == "boolean":
        return "boolean"
    if type_name in _WHOLE:
        return "long"
    return "double" if type_name in ("float", "double") else "string"
