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
    window tried, empty when there was no choice. left_out: (length, why) of windows that say nothing."""

    days: int | None
    errors: tuple[tuple[int | None, float], ...]
    left_out: tuple[tuple[int | None, str], ...] = ()


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
    that the history does not fill is the same as all of it and is not tried. One whose rows cannot be learned, or whose
    error is not finite, is left out. Where all are, the answer is all of the history.
    """
    judged_from = int(rows.days.max()) + 1 - judged_days
    usable = [length for length in windows if judged_from - length > rows.days.min()]
    if not usable:
        return WindowChoice(None, ())

    judged = rows.days >= judged_from
    errors = []
    left_out = []
    for length in (None, *usable):
        start = rows.days.min() if length is None else judged_from - length
        inside = ~judged & (rows.days >= start)
        if not inside.any():
            continue

        why = kind.why_not_learned(rows.label[inside]) or _why_not_refitted(rows, length, kind)
        error = np.nan if why else _error(clone(estimator), rows, inside, judged, kind)
        if np.isfinite(error):
            errors.append((length, error))
        else:
            left_out.append((length, why or "its error on the days that judge is not a finite number"))

    best = min(errors, key=lambda tried: tried[1]) if errors else (None, np.nan)
    return WindowChoice(best[0], tuple(errors), tuple(left_out))


def _why_not_refitted(rows: DatedRows, length: int | None, kind: Kind) -> str | None:
    """A window that is chosen is moved to the newest days, where it must be possible to fit it too."""
    newest = rows.days > rows.days.max() - (length or np.inf)
    return kind.why_not_learned(rows.label[newest])


def _error(estimator: Any, rows: DatedRows, inside: NDArray[np.bool_], judged: NDArray[np.bool_], kind: Kind) -> float:
    fitted = estimator.fit(rows.features[inside], rows.label[inside])
    predicted = kind.as_predictions(fitted.predict(rows.features[judged]))
    return kind.error_on_rows(kind.as_labels(rows.label[judged]), predicted)
