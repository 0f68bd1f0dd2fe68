"""The models there are, by the names that a spec may use. A new one is a file beside this one, and a line here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from importlib.metadata import version
from typing import Any

from retraining.errors import SpecError
from retraining.forecasting.forecaster import Forecaster
from retraining.spec.recipe_function import find_function, is_recipe

_PLACES = {
    "SeasonalNaive": "seasonal_naive",
    "Naive": "seasonal_naive",
    "AutoETS": "ets",
    "AutoTheta": "theta",
    "AutoARIMA": "arima",
    "MSTL": "mstl",
    "CrostonSBA": "intermittent",
    "TSB": "intermittent",
}
"""The file of each model, imported when it is used: the library is installed only where a panel is forecast."""

FORECASTERS = tuple(_PLACES)
FALLBACK = "SeasonalNaive"
"""Always a candidate, and what a series has that no model may learn."""
_OWN_LIBRARY = frozenset({"AutoETS", "AutoTheta", "AutoARIMA", "MSTL"})


@dataclass(frozen=True)
class Candidate:
    """A model that a series may get. name: how tables call it, and its name where it is tried with several options;
    model: one of FORECASTERS, or a function of src/recipes that takes season_length and options and returns a
    Forecaster."""

    name: str
    model: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def build(self, season_length: int) -> Forecaster:
        """The model for series with such a season."""
        return _class_of(self.model)(season_length, self.options)

    @property
    def made_by(self) -> dict[str, Any]:
        """What builds it again, whatever the spec says by then."""
        return {"model": self.model, "options": dict(self.options)}

    @property
    def library(self) -> str:
        """What fits it, with its version; empty where nothing but this product does."""
        return f"statsforecast {version('statsforecast')}" if self.model in _OWN_LIBRARY else ""


_Maker = Callable[[int, Mapping[str, Any]], Forecaster]
_LOADED: dict[str, _Maker] = {}
"""Travels with what is sent to a worker, where neither `src` nor its modules can be imported."""


def load_forecasters(own: Iterable[str] = ()) -> None:
    """Finds all models on this machine, so that a function that is sent to a worker has them. own: a user's own, by
    their dotted names. Raises SpecError where the library is not installed."""
    for model in (*FORECASTERS, *own):
        _LOADED[model] = _class_of(model)


def _class_of(model: str) -> _Maker:
    if model in _LOADED:
        return _LOADED[model]
    if is_recipe(model):
        return find_function("forecast", "forecast.models", model)
    if model not in _PLACES:
        raise SpecError(f"{model!r} is not a forecasting model; expected one of {', '.join(FORECASTERS)}.")
    try:
        module = import_module(f"retraining.forecasting.{_PLACES[model]}")
    except ModuleNotFoundError as err:
        raise SpecError(
            f"{model} needs the library {err.name}, which is not installed here. Install requirements-forecasting.txt "
            f"for the tasks of this model."
        ) from err
    found: _Maker = getattr(module, model)
    return found
