"""Estimators as strategies take them: built from a recipe, and what can be read from one."""

from typing import Any

import pandas as pd
from pyspark.ml import Pipeline
from sklearn.base import is_classifier, is_regressor
from sklearn.dummy import DummyRegressor

from retraining.errors import SpecError
from retraining.kinds.find_kind import kind_of
from retraining.spark_models.spark_pipeline import SparkPipeline, says_spark
from retraining.spec.model_spec import ModelSpec
from retraining.spec.params import plain
from retraining.spec.recipe_function import find_function


def build_estimator(spec: ModelSpec) -> Any:
    """The unfitted estimator of the spec's recipe, of several the first; a pipeline of Spark in the manner of
    scikit-learn. Raises SpecError when the recipe does not exist or refuses its params."""
    form = spec.form
    build = find_function(spec.model, "recipe", form.recipe)
    params = plain(form.params)
    try:
        built = build(spec.columns.numeric, spec.columns.categorical, params)
    except (TypeError, ValueError) as err:
        raise SpecError(f"{spec.model}: recipe `{form.recipe}` refused its params {params}: {err}.") from err
    return SparkPipeline(built) if isinstance(built, Pipeline) else built


def needs_spark(spec: ModelSpec) -> bool:
    """Whether the spec's recipe, of several the first, can be called only where Spark runs. It is seen by the type
    that the recipe returns."""
    return says_spark(find_function(spec.model, "recipe", spec.form.recipe))


def check_kind(spec: ModelSpec, estimator: Any) -> None:
    """Raises SpecError where scikit-learn says that the estimator predicts something else than the spec's kind. One
    that says nothing is taken."""
    numbers = kind_of(spec).is_numeric
    if is_classifier(estimator) if numbers else is_regressor(estimator):
        raise SpecError(
            f"{spec.model}: recipe `{spec.recipe}` builds a {type(estimator).__name__} that predicts "
            f"{'classes' if numbers else 'numbers'}, and a {kind_of(spec).name} predicts "
            f"{'numbers' if numbers else 'classes'}. Name another recipe, or correct `kind`."
        )


def constant_predictor(example: pd.DataFrame) -> Any:
    """A fitted estimator that always predicts 0: something to register where the model does not matter."""
    return DummyRegressor(strategy="constant", constant=0.0).fit(example, [0.0] * len(example))


def seeds_of(estimator: Any) -> str:
    """Every `random_state` of an estimator and its parts, sorted and without repetition: "0", "0 7". "not set" is for
    one that is None, and "none" for an estimator without any."""
    states = [value for name, value in estimator.get_params(deep=True).items() if name.endswith("random_state")]
    seeds = sorted({"not set" if value is None else str(value) for value in states})
    return " ".join(seeds) or "none"
