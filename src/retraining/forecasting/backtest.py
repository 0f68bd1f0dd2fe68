"""What a model misses at origins that it has not learned: fitted before them, carried on through them."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from retraining.forecasting import guarded
from retraining.forecasting.forecaster import EMPTY, FloatArray, Forecaster, Points
from retraining.rules.panel.guards import FEWEST_POINTS

MOST_ORIGINS = 24
MOST_LEFT = 76
_SHARE = 3
"""At most one point in three is held back."""


@dataclass(frozen=True)
class Backtest:
    """errors: actual minus forecast, (origins, horizon), NaN where no actual is there; left: one-step errors of the
    points before the first origin, which were learned; form: what the model's search found there, or kept."""

    errors: FloatArray
    left: FloatArray
    form: Any = None

    @property
    def one_step(self) -> FloatArray:
        """Errors one step ahead, oldest first: few origins say little about how much errors vary, so the newest of
        those that were left are among them."""
        return np.append(self.left[-MOST_LEFT:], self.errors[:, 0] if self.errors.size else np.empty(0))

    def mean_size(self) -> float:
        """The mean size of all errors, each step of the horizon counting the same; NaN without any."""
        known = np.isfinite(self.errors)
        steps = known.any(axis=0)
        if not steps.any():
            return float("nan")
        sizes = np.where(known, np.abs(self.errors), 0.0).sum(axis=0)[steps] / known.sum(axis=0)[steps]
        return float(sizes.mean())


def held_back(points: int, horizon: int, season_length: int) -> int:
    """How many of the newest points are origins or actuals; 0 where the rest would be too short to learn."""
    season = season_length if points > 3 * season_length else 1
    fewest = max(FEWEST_POINTS, 2 * season)
    return max(0, min(horizon + MOST_ORIGINS - 1, points // _SHARE, points - fewest))


def backtest(forecaster: Forecaster, points: Points, horizon: int, form: Any = None) -> Backtest:
    """Every origin of the newest points, as far as actuals go. Raises CannotForecastError."""
    first = len(points) - held_back(len(points), horizon, forecaster.season_length)
    if first == len(points):
        return Backtest(np.empty((0, horizon)), np.empty(0), form)

    fitted = guarded.fit(forecaster, points[:first], form)
    state = fitted.state
    errors = np.full((min(MOST_ORIGINS, len(points) - first), horizon), np.nan)
    for row, origin in enumerate(range(first, first + len(errors))):
        actual = points[origin : origin + horizon]
        ahead = guarded.forecast(forecaster, state, len(actual), actual.known)
        errors[row, : len(actual)] = actual.values - ahead
        before = points[:origin] if forecaster.needs_history else EMPTY
        state = guarded.carry_on(forecaster, state, points[origin : origin + 1], before).state
    return Backtest(errors, points.values[:first] - fitted.one_step, forecaster.form_of(fitted.state))
