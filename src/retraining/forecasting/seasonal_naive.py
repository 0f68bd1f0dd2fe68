"""The two models that need no fit and no library: what every other model has to beat, and what is left when none
works."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from retraining.forecasting.forecaster import Filtered, FloatArray, Forecaster, Points, State, numbers, plain


@dataclass(frozen=True)
class SeasonalNaive(Forecaster):
    """The value of one season ago. A series shorter than a season repeats its newest value, so there is always an
    answer for a series of at least one point."""

    def fit(self, points: Points, form: Any = None) -> Filtered:
        """Remembers the newest season."""
        return self.carry_on({"last": []}, points, points[:0])

    def carry_on(self, state: State, new: Points, before: Points) -> Filtered:
        """Exact: the state is the newest season."""
        season = self.season_length
        seen = np.append(numbers(state["last"]), new.values)
        known = len(seen) - len(new)
        places = np.arange(known, len(seen)) - season
        one_step = np.where(places >= 0, seen[np.maximum(places, 0)], np.nan)
        return Filtered({"last": plain(seen[-season:])}, one_step)

    def forecast(self, state: State, horizon: int, known: FloatArray | None = None) -> FloatArray:
        """The newest season, repeated."""
        last = numbers(state["last"])
        if len(last) < self.season_length:
            return np.full(horizon, last[-1])
        return np.resize(last, horizon)


@dataclass(frozen=True)
class Naive(SeasonalNaive):
    """The newest value, whatever the season."""

    def __post_init__(self) -> None:
        """A season of one step."""
        object.__setattr__(self, "season_length", 1)
