"""How a series is named in tables and requests."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np


def series_key(values: Sequence[Any]) -> str:
    """The key of a series: the values of its columns as a JSON list of texts. Whole numbers are the same text whatever
    type they arrive in, so that a column that changes its type does not begin new series."""
    return json.dumps([_text(value) for value in values], ensure_ascii=False)


def _text(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)
