"""ARIMA, as statsforecast's AutoARIMA finds it."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from statsforecast.arima import arima_transpar, fitted_arima, make_arima
from statsforecast.models import ARIMA as Fixed
from statsforecast.models import AutoARIMA as Library

from retraining.forecasting.forecaster import Filtered, FloatArray, Forecaster, Points, State, numbers, plain

_NEGLIGIBLE = 1e-14
"""A covariance this much smaller than the variance of an error says nothing: it is stored as 0."""


@dataclass(frozen=True)
class AutoARIMA(Forecaster):
    """Orders searched by AICc, with drift or mean where they help, and a coefficient for each column known ahead.

    The state is the coefficients and the Kalman filter's newest state and covariance. The filter goes on from there,
    in the same equations as over the whole history.
    """

    takes_known: ClassVar[bool] = True

    def check(self) -> None:
        """Builds it."""
        Library(**{"season_length": self.season_length, **self.options})

    def fit(self, points: Points, form: Any = None) -> Filtered:
        """With orders the search is left out."""
        library = (
            _fixed(form, self.season_length) if form else Library(season_length=self.season_length, **self.options)
        )
        model = library.fit(points.values, X=points.known).model_
        one_step = np.array(fitted_arima(model), dtype=np.float64)
        one_step[: _steps_to_start(model["arma"])] = np.nan
        return Filtered(_state_of(model, len(points)), one_step)

    def carry_on(self, state: State, new: Points, before: Points) -> Filtered:
        """Exact."""
        system = _system(state)
        mean = numbers(state["mean"])
        covariance = _square(state["covariance"], len(mean))
        outside = _regression(state, len(new), new.known)
        one_step = np.empty(len(new))

        for place, value in enumerate(new.values):
            mean = system["T"] @ mean
            covariance = system["T"] @ covariance @ system["T"].T + system["V"]
            expected = system["Z"] @ mean
            gain = covariance @ system["Z"]
            spread = system["h"] + system["Z"] @ gain
            mean = mean + gain * (value - outside[place] - expected) / spread
            covariance = covariance - np.outer(gain, gain) / spread
            one_step[place] = expected + outside[place]

        after = {"mean": plain(mean), "covariance": _triangle(covariance), "points": state["points"] + len(new)}
        return Filtered({**state, **after}, one_step)

    def forecast(self, state: State, horizon: int, known: FloatArray | None = None) -> FloatArray:
        """The filter goes on without points."""
        system = _system(state)
        mean = numbers(state["mean"])
        values = _regression(state, horizon, known)
        for step in range(horizon):
            mean = system["T"] @ mean
            values[step] += system["Z"] @ mean
        return values


def _fixed(form: Any, season_length: int) -> Any:
    return Fixed(
        order=tuple(form["order"]),
        seasonal_order=tuple(form["seasonal_order"]),
        season_length=season_length,
        include_mean=form["mean"],
        include_drift=form["drift"],
    )


def _state_of(model: dict[str, Any], points: int) -> State:
    """A model of the library as JSON holds it. arma: orders as the library has them (p, q, P, Q, period, d, D)."""
    p, q, seasonal_p, seasonal_q, period, d, seasonal_d = (int(each) for each in model["arma"])
    names = list(model["coef"])
    return {
        "form": {
            "order": [p, d, q],
            "seasonal_order": [seasonal_p, seasonal_d, seasonal_q],
            "mean": "intercept" in names,
            "drift": "drift" in names,
        },
        "arma": [p, q, seasonal_p, seasonal_q, period, d, seasonal_d],
        "coefficients": [float(each) for each in model["coef"].values()],
        "sigma2": plain(float(model["sigma2"])),
        "mean": plain(model["model"]["a"]),
        "covariance": _triangle(model["model"]["P"]),
        "points": points,
    }


def _steps_to_start(arma: Any) -> int:
    """The first points fill the filter: what it expects of them is not a forecast."""
    p, _, seasonal_p, _, period, d, seasonal_d = (int(each) for each in arma)
    return max(1, d + seasonal_d * period + p + seasonal_p * period)


def _system(state: State) -> dict[str, Any]:
    """The equations that follow from orders and coefficients: T, V, Z and h of the library."""
    arma = np.array(state["arma"], dtype=np.int32)
    phi, theta = arima_transpar(np.array(state["coefficients"], dtype=np.float64), arma, False)
    *_, period, d, seasonal_d = state["arma"]
    differences = np.array([1.0])
    for _ in range(d):
        differences = np.convolve(differences, [1.0, -1.0])
    for _ in range(seasonal_d):
        differences = np.convolve(differences, [1.0, *[0.0] * (period - 1), -1.0])
    return dict(make_arima(phi, theta, -differences[1:]))


def _regression(state: State, steps: int, known: FloatArray | None) -> FloatArray:
    """What mean, drift and columns known ahead add to each of the next steps."""
    form = state["form"]
    parts = [np.ones((steps, 1))] if form["mean"] else []
    if form["drift"]:
        parts.append(np.arange(state["points"] + 1, state["points"] + steps + 1, dtype=np.float64)[:, None])
    if known is not None:
        parts.append(known)

    of_these = state["coefficients"][sum(state["arma"][:4]) :]
    return np.hstack(parts) @ np.array(of_these) if parts else np.zeros(steps)


def _triangle(covariance: FloatArray) -> list[float]:
    """The upper half, row by row."""
    half = covariance[np.triu_indices(len(covariance))]
    return [float(each) for each in np.where(np.abs(half) < _NEGLIGIBLE, 0.0, half)]


def _square(half: list[float], size: int) -> FloatArray:
    square = np.zeros((size, size))
    square[np.triu_indices(size)] = half
    return square + np.triu(square, 1).T
