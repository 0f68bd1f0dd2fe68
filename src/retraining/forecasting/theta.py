"""The Theta model, as statsforecast's AutoTheta finds it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from statsforecast.models import AutoTheta as Library

from retraining.forecasting.forecaster import Filtered, FloatArray, Forecaster, Points, State, numbers, plain

_DYNAMIC = ("DSTM", "DOTM")
"""Forms that draw the line through the forecasts too, step by step. The others keep the line of the points."""

_Line = tuple[float, float]
"""Height at step 0 and slope of the straight line through a series."""


@dataclass(frozen=True)
class AutoTheta(Forecaster):
    """A smoothed level and a line, on the series without its season; searched by the mean squared error.

    The state is the level, the two sums behind the line, and the season's pattern as it was estimated. The library's
    `forward` starts the level at the first point and searches for the season again: fed new points only, it is far off.
    """

    def check(self) -> None:
        """Builds it."""
        Library(**{"season_length": self.season_length, **self.options})

    def fit(self, points: Points, form: Any = None) -> Filtered:
        """With a form such as DOTM the search is left out."""
        kept = {"model": form} if form else {}
        arguments = {"season_length": self.season_length, **self.options, **kept}
        model = Library(**arguments).fit(points.values).model_

        start = {
            "form": model["modeltype"],
            "alpha": float(model["par"]["alpha"]),
            "theta": float(model["par"]["theta"]),
            "level": float(model["par"]["initial_smoothed"]),
            "mean": 0.0,
            "weighted": 0.0,
            "points": 0,
            **_season_of(model, len(points)),
        }
        return self.carry_on(start, points, points[:0])

    def carry_on(self, state: State, new: Points, before: Points) -> Filtered:
        """Exact: the level is a recursion, and the line follows from two sums."""
        return _walk(state, new.values)

    def forecast(self, state: State, horizon: int, known: FloatArray | None = None) -> FloatArray:
        """The model walks on over its own forecasts."""
        kept = None if state["form"] in _DYNAMIC else _line(state["mean"], state["weighted"], state["points"])
        return _walk(state, np.full(horizon, np.nan), kept).one_step


def _season_of(model: dict[str, Any], points: int) -> dict[str, Any]:
    """The pattern of a season from step 0 on, as the library found it; [1] where it found none."""
    if not model.get("decompose"):
        return {"pattern": [1.0], "additive": False}
    of_next_steps = np.asarray(model["seas_forecast"]["mean"], dtype=np.float64)
    pattern = np.roll(of_next_steps, points % len(of_next_steps))
    return {"pattern": plain(pattern), "additive": model["decomposition_type"] == "additive"}


def _walk(state: State, values: FloatArray, line: _Line | None = None) -> Filtered:
    """The recursion over some steps, and what it expected of each; a value that is NaN is taken as expected. line: the
    one to keep."""
    pattern = numbers(state["pattern"])
    alpha = state["alpha"]
    level = state["level"]
    mean = state["mean"]
    weighted = state["weighted"]
    one_step = np.full(len(values), np.nan)

    for place, steps in enumerate(range(state["points"], state["points"] + len(values))):
        season = pattern[steps % len(pattern)]
        value = values[place] - season if state["additive"] else values[place] / season
        if steps:
            expected = _expected(state, level, line or _line(mean, weighted, steps), steps)
            one_step[place] = expected + season if state["additive"] else expected * season
            value = expected if np.isnan(value) else value

        level = alpha * value + (1 - alpha) * level
        mean = (steps * mean + value) / (steps + 1)
        weighted += (steps + 1) * value

    after = {"level": float(level), "mean": float(mean), "weighted": float(weighted)}
    return Filtered({**state, **after, "points": state["points"] + len(values)}, one_step)


def _expected(state: State, level: float, line: _Line, steps: int) -> float:
    """The next value without its season, after this many steps."""
    alpha = state["alpha"]
    height, slope = line
    faded = (1 - alpha) ** steps
    return float(level + (1 - 1 / state["theta"]) * (height * faded + slope * (1 - faded * (1 - alpha)) / alpha))


def _line(mean: float, weighted: float, steps: int) -> _Line:
    """The least-squares line through the values of steps 1, 2, ..., from their mean and the sum of step times value."""
    if steps < 2:
        return mean, 0.0
    slope = 6 * (2 * weighted / steps - (steps + 1) * mean) / (steps**2 - 1)
    return mean - (steps + 1) * slope / 2, slope
