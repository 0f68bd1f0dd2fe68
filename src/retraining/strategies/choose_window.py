"""How much history to train on: a backtest on the days before the hold-out chooses."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from retraining.kinds.kind import Kind
from retraining.strategies.backtest import DatedRows, Judging, Mask, error_of, fitted_on, totals_on
from retraining.strategies.strategy import Strategy


@dataclass(frozen=True)
class WindowChoice:
    """days is the chosen length of history, None for all of it. errors: (length, error on the judging days) of each
    window tried, empty when there was no choice: the metric, or its distance from 1 where 1 is best. left_out:
    (length, why) of windows that say nothing."""

    days: int | None
    errors: tuple[tuple[int | None, float], ...]
    left_out: tuple[tuple[int | None, str], ...] = ()


def choose_window(strategy: Strategy, rows: DatedRows, windows: Sequence[int], judging: Judging) -> WindowChoice:
    """The window whose fit errs least on the newest days, having seen only the days before them. The strategy makes the
    fits, as it will make the one that goes to the gate.

    Every row comes before the hold-out, so the hold-out still judges one candidate that was not chosen by it. A window
    that the history does not fill is the same as all of it and is not tried. One whose rows cannot be learned, or whose
    error is not finite, is left out. Where all are, the answer is all of the history.
    """
    if not len(rows.days):
        return WindowChoice(None, ())

    judged_from = int(rows.days.max()) + 1 - judging.days
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

        why = judging.kind.why_not_learned(rows.label[inside]) or _why_not_refitted(rows, length, judging.kind)
        error = np.nan if why else _error(fitted_on(strategy, rows, inside), rows, judged, judging)
        if np.isfinite(error):
            errors.append((length, error))
        else:
            left_out.append((length, why or f"its {judging.metric.name} on the days that judge is not a finite number"))

    best = min(errors, key=lambda tried: tried[1]) if errors else (None, np.nan)
    return WindowChoice(best[0], tuple(errors), tuple(left_out))


def _why_not_refitted(rows: DatedRows, length: int | None, kind: Kind) -> str | None:
    """A window that is chosen is moved to the newest days, where it must be possible to fit it too."""
    newest = rows.days > rows.days.max() - (length or np.inf)
    return kind.why_not_learned(rows.label[newest])


def _error(model: Any, rows: DatedRows, judged: Mask, judging: Judging) -> float:
    """Of a fitted model on the rows that judge."""
    together = np.zeros(int(judged.sum()), dtype=np.int64)
    return error_of(judging.metric, totals_on(model, rows, judged, judging, together))
