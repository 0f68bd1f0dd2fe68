"""How much history to train on: a backtest on the days before the hold-out chooses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from retraining.kinds.kind import Kind

Days = NDArray[np.int64]
"""Day of each row, counted from 1970-01-01."""


@dataclass(frozen=True)
class WindowChoice:
    """days is the chosen length of history, None for all of it. errors: (length, error on the judging days) of each
    window tried, empty when there was no choice."""

    days: int | None
    errors: tuple[tuple[int | None, float], ...]


@dataclass(frozen=True)
class DatedRows:
    """Training rows with their days: features (rows, columns), label (rows,), days (rows,)."""

    features: pd.DataFrame
    label: "pd.Series[Any]"
    days: Days


def choose_window(
    estimator: Any, rows: DatedRows, windows: Sequence[int], judged_days: int, kind: Kind
) -> WindowChoice:
    """The window whose fit errs least on the newest judged_days days, having seen only the days before them.

    Every row comes before the hold-out, so the hold-out still judges one candidate that was not chosen by it. A window
    that the history does not fill is the same as all of it and is not tried.
    """
    judged_from = int(rows.days.max()) + 1 - judged_days
    usable = [length for length in windows if judged_from - length > rows.days.min()]
    if not usable:
        return WindowChoice(None, ())

    judged = rows.days >= judged_from
    errors = []
    for length in (None, *usable):
        start = rows.days.min() if length is None else judged_from - length
        inside = ~judged & (rows.days >= start)
        if inside.any():
            fitted = clone(estimator).fit(rows.features[inside], rows.label[inside])
            predicted = np.asarray(fitted.predict(rows.features[judged]))
            errors.append((length, kind.error_on_rows(rows.label[judged].to_numpy(), predicted)))

    best = min(errors, key=lambda tried: tried[1])
    return WindowChoice(best[0], tuple(errors))
