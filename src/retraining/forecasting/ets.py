"""Exponential smoothing, as statsforecast's AutoETS finds it."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from statsforecast.ets import pegelsfcast_C, pegelsresid_C
from statsforecast.models import AutoETS as Library

from retraining.forecasting.forecaster import Filtered, FloatArray, Forecaster, Points, State, numbers, plain

_MSE_STEPS = 3


@dataclass(frozen=True)
class AutoETS(Forecaster):
    """Error, trend and season, each additive, multiplicative or absent; searched by AICc.

    The state is the parameters and the newest level, trend and season. The library's own `forward` starts from the
    first point's state, so it is wrong when it is fed new points only, and it estimates again when they are constant,
    as one point always is. Its filter is called directly, from the newest state on.
    """

    def check(self) -> None:
        """Builds it."""
        Library(**{"season_length": self.season_length, **self.options})

    def fit(self, points: Points, form: Any = None) -> Filtered:
        """With a form such as MAM and damped the search is left out."""
        kept = {"model": form["model"], "damped": form["damped"]} if form else {}
        model = Library(**{"season_length": self.season_length, **self.options, **kept}).fit(points.values).model_
        return Filtered(state_of(model, len(points)), np.asarray(model["fitted"]))

    def carry_on(self, state: State, new: Points, before: Points) -> Filtered:
        """Exact."""
        return filtered(state, new.values)

    def forecast(self, state: State, horizon: int, known: FloatArray | None = None) -> FloatArray:
        """Point forecasts of the newest state."""
        return forecast_of(state, horizon)


def state_of(model: dict[str, Any], points: int) -> State:
    """A model of the library as JSON holds it."""
    parts = model["components"]
    return {
        "form": {"model": parts[:3], "damped": parts[3] == "D"},
        "season": int(model["m"]),
        "parameters": plain(np.asarray(model["par"][:4])),
        "last": plain(np.asarray(model["states"][-1])),
        "points": points,
        "fitted_parameters": int(model["n_params"]),
        "sigma2": plain(float(model["sigma2"])),
    }


def filtered(state: State, values: FloatArray) -> Filtered:
    """The filter over new points, from the newest state on."""
    if not len(values):
        return Filtered(state, np.empty(0))

    form = state["form"]
    error, trend, season = form["model"]
    alpha, beta, gamma, phi = numbers(state["parameters"])
    _, errors, states, _ = pegelsresid_C(
        np.ascontiguousarray(values, dtype=np.float64),
        state["season"],
        numbers(state["last"]),
        error,
        trend,
        season,
        form["damped"],
        alpha,
        beta,
        gamma,
        phi,
        _MSE_STEPS,
    )

    one_step = values - errors if error == "A" else values / (1 + errors)
    points = state["points"] + len(values)
    after = {"last": plain(states[-1]), "points": points, "sigma2": _variance(state, errors, points)}
    return Filtered({**state, **after}, one_step)


def _variance(state: State, errors: FloatArray, points: int) -> float | None:
    """The variance of the errors with the new ones among them."""
    used = state["fitted_parameters"] + 1
    before = state["points"] - used
    if state["sigma2"] is None or before <= 0:
        return None
    finite = errors[np.isfinite(errors)]
    return float((state["sigma2"] * before + np.sum(finite**2)) / (points - used))


def forecast_of(state: State, horizon: int) -> FloatArray:
    """Point forecasts of the newest state."""
    form = state["form"]
    as_library = {
        "states": numbers(state["last"])[None, :],
        "components": f"{form['model']}{'D' if form['damped'] else 'N'}",
        "par": numbers(state["parameters"]),
        "m": state["season"],
    }
    return np.asarray(pegelsfcast_C(horizon, as_library), dtype=np.float64)
