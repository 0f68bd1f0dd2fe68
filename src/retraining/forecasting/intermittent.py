"""Series that are mostly zero: the size of demand and how often it comes are smoothed apart."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from retraining.forecasting.forecaster import Filtered, FloatArray, Forecaster, Points, State

_CROSTON_ALPHA = 0.1
_CROSTON_BIAS = 0.95
"""Of Syntetos and Boylan (2005), as statsforecast rounds it."""
_TSB_ALPHA = 0.2


@dataclass(frozen=True)
class _Intermittent(Forecaster):
    """What both have in common: nothing is estimated, so to fit is to walk over the series."""

    def why_not(self, points: Points) -> str | None:
        """A demand is never negative."""
        if np.any(points.values < 0):
            return f"{type(self).__name__} is for demand, and the series has negative values."
        return None

    def fit(self, points: Points, form: Any = None) -> Filtered:
        """Walks over the series."""
        return self.carry_on({"demand": None, "rhythm": None, "waited": 0}, points, points[:0])

    def forecast(self, state: State, horizon: int, known: FloatArray | None = None) -> FloatArray:
        """The same for every step: when demand comes is not known."""
        return np.full(horizon, self._level(state))

    def carry_on(self, state: State, new: Points, before: Points) -> Filtered:
        """Exact: both are smoothed step by step."""
        one_step = np.full(len(new), np.nan)
        for place, value in enumerate(new.values):
            if state["demand"] is not None:
                one_step[place] = self._level(state)
            state = self._after(state, float(value))
        return Filtered(state, one_step)

    def _level(self, state: State) -> float:
        raise NotImplementedError

    def _after(self, state: State, value: float) -> State:
        raise NotImplementedError


@dataclass(frozen=True)
class CrostonSBA(_Intermittent):
    """Size of demand over the steps between demands, with the correction of Syntetos and Boylan."""

    def _level(self, state: State) -> float:
        return 0.0 if state["demand"] is None else float(_CROSTON_BIAS * state["demand"] / state["rhythm"])

    def _after(self, state: State, value: float) -> State:
        waited = state["waited"] + 1
        if value == 0:
            return {**state, "waited": waited}
        return {
            "demand": _smoothed(state["demand"], value, _CROSTON_ALPHA),
            "rhythm": _smoothed(state["rhythm"], waited, _CROSTON_ALPHA),
            "waited": 0,
        }


@dataclass(frozen=True)
class TSB(_Intermittent):
    """Size of demand times its probability, which fades while none comes (Teunter, Syntetos and Babai 2011)."""

    def check(self) -> None:
        """Both constants are shares."""
        for name, value in self.options.items():
            if name not in ("alpha_d", "alpha_p") or not 0 < value <= 1:
                raise ValueError(f"{name} is {value}; it has alpha_d and alpha_p, above 0 and at most 1")

    def _level(self, state: State) -> float:
        return 0.0 if state["demand"] is None else float(state["demand"] * state["rhythm"])

    def _after(self, state: State, value: float) -> State:
        probability = _smoothed(state["rhythm"], float(value != 0), self.options.get("alpha_p", _TSB_ALPHA))
        if value == 0:
            return {**state, "rhythm": probability}
        demand = _smoothed(state["demand"], value, self.options.get("alpha_d", _TSB_ALPHA))
        return {**state, "demand": demand, "rhythm": probability}


def _smoothed(before: float | None, value: float, alpha: float) -> float:
    """The first value is taken as it is."""
    return float(value if before is None else alpha * value + (1 - alpha) * before)
