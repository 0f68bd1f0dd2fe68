"""Full refit: the recipe from scratch on all training rows (the white paper's full retraining)."""

from typing import Any

import pandas as pd
from sklearn.base import clone
from sklearn.dummy import DummyRegressor

from retraining.errors import SpecError
from retraining.spec.model_spec import ModelSpec
from retraining.spec.recipe_function import find_function


def build_estimator(spec: ModelSpec) -> Any:
    """The unfitted estimator of the spec's recipe. Raises SpecError when the recipe does not exist or refuses its
    params."""
    build = find_function(spec.model, "recipe", spec.recipe)
    try:
        return build(spec.columns.numeric, spec.columns.categorical, spec.params)
    except (TypeError, ValueError) as err:
        raise SpecError(f"{spec.model}: recipe `{spec.recipe}` refused its params {spec.params}: {err}.") from err


def full_refit(estimator: Any, features: pd.DataFrame, label: "pd.Series[Any]") -> Any:
    """A fitted copy of the estimator; the one passed in stays unfitted."""
    return clone(estimator).fit(features, label)


def constant_predictor(example: pd.DataFrame) -> Any:
    """A fitted estimator that always says 0: something to register where the model does not matter."""
    return DummyRegressor(strategy="constant", constant=0.0).fit(example, [0.0] * len(example))
