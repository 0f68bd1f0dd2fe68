"""Differenced target: systematic change is taken out of the label before a model learns it, and put back when it
predicts (the white paper's "data preparation")."""

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from sklearn.base import clone

from retraining.errors import SpecError
from retraining.strategies.learner import learner_name
from retraining.strategies.rows import Rows, predicts_classes
from retraining.strategies.sample_weights import fit_arguments
from retraining.strategies.strategy import Strategy
from served_model.differenced import DifferencedRegressor, FloatArray, Level, part_of_season

_HOURS = 24


class DifferencedTarget(Strategy):
    """The recipe learns what is left of the label after an earlier value, a trend and a season were subtracted."""

    name: ClassVar[str] = "differenced_target"

    def __init__(
        self,
        estimator: Any,
        subtract: str | None = None,
        time_column: str | None = None,
        trend: bool = False,
        season_days: float | None = None,
    ) -> None:
        """subtract: column with an earlier value of the label. time_column: column with the row's moment, in seconds
        since 1970. trend: whether there is one. season_days: length of a season, which has a mean for each whole day,
        or for each hour where it is shorter than two days."""
        super().__init__(estimator)
        self.subtract = subtract
        self.time_column = time_column
        self.trend = trend
        self.season_days = season_days

    def check(self) -> None:
        """Only numbers have differences."""
        if predicts_classes(self.estimator, []):
            raise SpecError(
                f"strategy {self.name}: {learner_name(self.estimator)} predicts classes, and only numbers have "
                f"differences. Choose strategy: full_refit."
            )

    def level_of(self, rows: Rows) -> Level:
        """What the rows show of earlier value, trend and season."""
        missing = {self.subtract, self.time_column} - {None} - set(getattr(rows.features, "columns", ()))
        if missing:
            raise SpecError(
                f"strategy {self.name}: it reads {', '.join(sorted(map(str, missing)))}, and the rows have no such "
                f"column. Name features in strategy.subtract and strategy.time_column."
            )

        label = np.asarray(rows.label, dtype=np.float64)
        level = Level()
        if self.subtract is not None:
            earlier = pd.to_numeric(rows.features[self.subtract]).mean()
            level = Level(subtract=self.subtract, instead=0.0 if np.isnan(earlier) else float(earlier))
        return self._with_time(level, rows, label) if self.time_column is not None else level

    def _with_time(self, level: Level, rows: Rows, label: FloatArray) -> Level:
        timed = replace(level, time=self.time_column)
        days = timed.days(rows.features)
        known = ~np.isnan(days)
        if not known.any():
            return level

        left = (label - level.of(rows.features))[known]
        days = days[known]
        if self.trend:
            timed = _with_trend(timed, days, left)
            left = left - (timed.intercept + timed.slope * (days - timed.origin))
        if self.season_days is not None:
            timed = replace(timed, season_days=self.season_days, seasonal=_seasonal(days, left, self.season_days))
        return timed

    def _fit(self, rows: Rows) -> Any:
        level = self.level_of(rows)
        left = np.asarray(rows.label, dtype=np.float64) - level.of(rows.features)
        model = clone(self.estimator).fit(rows.features, left, **fit_arguments(self, rows.weight))
        return DifferencedRegressor(model, level)


def _with_trend(level: Level, days: FloatArray, left: FloatArray) -> Level:
    """By least squares, counted from the first day. Rows of one moment have no slope."""
    origin = float(days.min())
    apart = days - days.mean()
    spread = float(apart @ apart)
    slope = float(apart @ left) / spread if spread > 0 else 0.0
    return replace(level, origin=origin, slope=slope, intercept=float(left.mean() - slope * (days.mean() - origin)))


def _seasonal(days: FloatArray, left: FloatArray, season_days: float) -> FloatArray:
    """The mean of each part of the season; a part without rows gets the mean of all."""
    parts = max(2, round(season_days)) if season_days >= 2 else _HOURS
    part = part_of_season(days, season_days, parts)
    counts = np.bincount(part, minlength=parts)
    sums = np.bincount(part, weights=left, minlength=parts)
    return np.where(counts > 0, sums / np.maximum(counts, 1), left.mean())
