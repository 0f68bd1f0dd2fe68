"""A model of what is left of a number after a known level was subtracted: an earlier value, a trend, a season.

Names and attributes are part of every version's pickle: rename none of them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, RegressorMixin

FloatArray = NDArray[np.float64]

SECONDS_A_DAY = 86_400.0
_DIGITS = 6


@dataclass(frozen=True)
class Level:
    """What the label is expected to be by time alone, and by an earlier value of it."""

    subtract: str | None = None
    """Column with an earlier value of the label."""
    instead: float = 0.0
    """What stands for it where a row has none."""
    time: str | None = None
    """Column with the row's moment, in seconds since 1970."""
    intercept: float = 0.0
    """Of the trend."""
    slope: float = 0.0
    """Of the trend, for each day since `origin`."""
    origin: float = 0.0
    """Day that the trend counts from."""
    season_days: float | None = None
    """Length of a season."""
    seasonal: FloatArray | None = None
    """What each part of a season adds. Shape (parts,)."""

    def of(self, features: pd.DataFrame) -> FloatArray:
        """The level of each row, shape (rows,). A row without a moment has neither trend nor season."""
        level = np.full(len(features), self.intercept)
        if self.subtract is not None:
            earlier = features[self.subtract].to_numpy(np.float64)
            level += np.where(np.isnan(earlier), self.instead, earlier)
        if self.time is None:
            return level

        days = self.days(features)
        known = ~np.isnan(days)
        level[known] += self.slope * (days[known] - self.origin)
        if self.season_days is not None and self.seasonal is not None:
            level[known] += self.seasonal[part_of_season(days[known], self.season_days, len(self.seasonal))]
        return level

    def days(self, features: pd.DataFrame) -> FloatArray:
        """The moment of each row in days."""
        return np.asarray(features[self.time].to_numpy(np.float64) / SECONDS_A_DAY)


def part_of_season(days: FloatArray, season_days: float, parts: int) -> NDArray[np.int64]:
    """Which part of its season each moment belongs to. A moment that rounding puts just before a part counts as its
    start."""
    passed = np.round(np.mod(days, season_days) / season_days * parts, _DIGITS)
    return np.asarray(np.floor(passed).astype(np.int64) % parts)


class DifferencedRegressor(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """Predicts the level, and what the model adds to it."""

    def __init__(self, model: Any, level: Level) -> None:
        """model: fitted on labels without their level."""
        self.model = model
        self.level = level

    def __sklearn_is_fitted__(self) -> bool:
        """It is made of what was fitted."""
        return True

    def predict(self, features: pd.DataFrame) -> FloatArray:
        """Shape (rows,)."""
        return np.asarray(self.model.predict(features), dtype=np.float64) + self.level.of(features)
