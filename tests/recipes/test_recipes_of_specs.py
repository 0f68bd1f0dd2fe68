"""Every spec names a recipe that builds something to fit; a forecast names models of series instead."""

from importlib import import_module
from pathlib import Path

import pytest

from retraining.forecasting.plan_of_spec import wrong_models
from retraining.spec.read_spec import available_models, read_spec

SPECS = Path(__file__).parents[2] / "specs"
MODELS = available_models(SPECS)
FORECASTS = [model for model in MODELS if read_spec(SPECS, model).is_forecast]


def test_there_are_specs():
    assert MODELS, f"no spec in {SPECS}"


@pytest.mark.parametrize("model", FORECASTS)
def test_the_models_of_a_forecast_can_be_built(model):
    assert wrong_models(read_spec(SPECS, model)) == []


@pytest.mark.parametrize("model", [model for model in MODELS if model not in FORECASTS])
def test_the_recipe_of_a_spec_builds_an_estimator(model):
    spec = read_spec(SPECS, model)
    module, _, function = spec.recipe.rpartition(".")

    estimator = getattr(import_module(module), function)(spec.columns.numeric, spec.columns.categorical, spec.params)

    assert callable(estimator.fit)
