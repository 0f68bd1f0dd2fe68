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


def choose_window(
    estimator: Any,
    features: pd.DataFrame,
    label: "pd.Series[Any]",
    days: Days,
    windows: Sequence[int],
    judged_days: int,
    kind: Kind,
) -> WindowChoice:
    """The window whose fit errs least on the newest judged_days days, having seen only the days before them.

    Every row comes before the hold-out, so the hold-out still judges one candidate that nobody has chosen by it. A
    window that the history does not fill is the same as all of it and not tried.
    """
    judged_from = int(days.max()) + 1 - judged_days
    judged, before = days >= judged_from, days < judged_from
    usable = [length for length in windows if judged_from - length > days.min()]
    if not usable:
        return WindowChoice(None, ())
    errors = []
    for length in (None, *usable):
        inside = before if length is None else before & (days >= judged_from - length)
        if inside.any():
            fitted = clone(estimator).fit(features[inside], label[inside])
            predicted = np.asarray(fitted.predict(features[judged]))
            errors.append((length, kind.error_on_rows(label[judged].to_numpy(), predicted)))
    return WindowChoice(min(errors, key=lambda each: each[1])[0], tuple(errors))
