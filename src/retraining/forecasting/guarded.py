"""A library's model behind one door: finite numbers in, finite numbers or a reason out."""

import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from retraining.forecasting.forecaster import Filtered, FloatArray, Forecaster, Points, State

_Answer = TypeVar("_Answer")
_MOST_WORDS = 160


class CannotForecastError(Exception):
    """A model cannot learn or forecast one series; the sentence says why. The series gets another model, or falls back
    with this reason."""


def fit(forecaster: Forecaster, points: Points, form: Any = None) -> Filtered:
    """The fitted model. Raises CannotForecastError: also for NaN and infinity, which AutoARIMA does not notice; it
    answers with a constant."""
    _check(points, "to learn")
    why_not = forecaster.why_not(points)
    if why_not:
        raise CannotForecastError(why_not)
    return _guarded(forecaster, lambda: forecaster.fit(points, form))


def carry_on(forecaster: Forecaster, state: State, new: Points, before: Points) -> Filtered:
    """The model after new points. Raises CannotForecastError."""
    _check(new, "to take in")
    return _guarded(forecaster, lambda: forecaster.carry_on(state, new, before))


def forecast(forecaster: Forecaster, state: State, horizon: int, known: FloatArray | None = None) -> FloatArray:
    """The next steps, finite. Raises CannotForecastError."""
    taken = known if forecaster.takes_known else None
    found = _guarded(forecaster, lambda: forecaster.forecast(state, horizon, taken))
    if found.shape != (horizon,) or not np.all(np.isfinite(found)):
        raise CannotForecastError(f"{_name(forecaster)} forecasts values that are not finite numbers.")
    return found


def _guarded(forecaster: Forecaster, answer: Callable[[], _Answer]) -> _Answer:
    """Whatever a library or a user's model raises becomes a reason: one series must not stop a bucket of them."""
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            return answer()
    except Exception as err:
        said = " ".join(str(err).split())[:_MOST_WORDS]
        raise CannotForecastError(f"{_name(forecaster)} failed ({type(err).__name__}: {said}).") from err


def _check(points: Points, purpose: str) -> None:
    wrong = int((~np.isfinite(points.values)).sum())
    if points.known is not None:
        wrong += int((~np.isfinite(points.known)).sum())
    if wrong:
        raise CannotForecastError(f"{wrong} of the values {purpose} are not finite numbers.")


def _name(forecaster: Forecaster) -> str:
    return type(forecaster).__name__
