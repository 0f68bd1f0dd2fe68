"""Seasons split off by LOESS, the rest by exponential smoothing: statsforecast's MSTL."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from statsforecast.models import MSTL as Library
from statsforecast.models import AutoETS
from statsforecast.mstl import mstl

from retraining.forecasting.ets import filtered, forecast_of, state_of
from retraining.forecasting.forecaster import Filtered, FloatArray, Forecaster, Points, State, numbers, plain


@dataclass(frozen=True)
class MSTL(Forecaster):
    """Smoothing by LOESS looks at neighbours on both sides, so no state holds what it would make of new points: the
    season is split off again from the first point on. The parameters of the rest are kept."""

    needs_history: ClassVar[bool] = True

    def why_not(self, points: Points) -> str | None:
        """LOESS needs a season, and two of them."""
        if self.season_length < 2:
            return "MSTL needs a season."
        if len(points) < 2 * self.season_length:
            return f"MSTL needs two seasons, {2 * self.season_length} points; the series has {len(points)}."
        return None

    def check(self) -> None:
        """Builds it."""
        Library(**{"season_length": self.season_length, **self.options})

    def fit(self, points: Points, form: Any = None) -> Filtered:
        """With a form the search for that of the rest is left out."""
        trend = AutoETS(model=form["model"], damped=form["damped"]) if form else AutoETS(model="ZZN")
        arguments = {"season_length": self.season_length, "trend_forecaster": trend, **self.options}
        fitted = Library(**arguments).fit(points.values)
        rest = state_of(fitted.trend_forecaster.model_, len(points))
        start = plain(np.asarray(fitted.trend_forecaster.model_["states"][0]))
        state = {"form": rest["form"], "rest": rest, "start": start, "season": plain(self._season(fitted.model_))}
        return Filtered(state, np.asarray(fitted.predict_in_sample()["fitted"]))

    def carry_on(self, state: State, new: Points, before: Points) -> Filtered:
        """The whole history with the same parameters. What it expected of each new point is what it forecast before
        that point came, which takes the season of then."""
        one_step = np.empty(len(new))
        for place in range(len(new)):
            one_step[place] = self.forecast(state, 1)[0]
            state = self._over(state, before.followed_by(new[: place + 1]))
        return Filtered(state, one_step)

    def forecast(self, state: State, horizon: int, known: FloatArray | None = None) -> FloatArray:
        """The rest, and the newest season repeated."""
        return forecast_of(state["rest"], horizon) + np.resize(numbers(state["season"]), horizon)

    def _over(self, state: State, history: Points) -> State:
        """The filter over a history from its first point on."""
        parts = mstl(history.values, [self.season_length], stl_kwargs=self.options.get("stl_kwargs", {}))
        rest = parts[["trend", "remainder"]].sum(axis=1).to_numpy()
        begun = {**state["rest"], "last": state["start"], "points": 0}
        after = {**filtered(begun, rest).state, "sigma2": state["rest"]["sigma2"]}
        return {**state, "rest": after, "season": plain(self._season(parts))}

    def _season(self, parts: Any) -> FloatArray:
        return np.asarray(parts["seasonal"].to_numpy()[-self.season_length :], dtype=np.float64)
