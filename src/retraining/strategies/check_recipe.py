"""Whether a spec's recipe builds an estimator that can be fitted and measured, asked before there are rows."""

import re
from collections.abc import Iterator
from typing import Any

from retraining.errors import SpecError
from retraining.rules.gate.metrics import why_no_probabilities
from retraining.spark_models.spark_pipeline import spark_runs
from retraining.spec.document.faults import did_you_mean
from retraining.spec.model_spec import ModelSpec
from retraining.strategies.estimators import build_estimator, check_kind, needs_spark
from retraining.strategies.find_strategy import strategy_of
from retraining.strategies.forms import forms_to_try
from retraining.strategies.on_spark import check_searched, check_spark

Wrong = tuple[str, str]
"""The key of the spec that is at fault, and a sentence."""


def wrong_recipe(spec: ModelSpec) -> list[Wrong]:
    """What keeps the spec's estimator from being fitted or measured. Imports the user's recipe. One that Spark fits is
    asked only where Spark runs. Of a search, what is wrong with the first such form of each recipe."""
    if not spec.is_searched:
        return _wrong_form(spec)
    try:
        check_searched(spec)
    except SpecError as err:
        return [("recipe", str(err))]

    found: dict[str, list[Wrong]] = {}
    for form in forms_to_try(spec):
        if not found.get(form.recipe):
            wrong = _wrong_form(spec.in_form(form))
            found[form.recipe] = [(_key(spec, key), f"{form.in_words}: {why}") for key, why in wrong]
    return [each for of_recipe in found.values() for each in of_recipe]


def _key(spec: ModelSpec, key: str) -> str:
    """Arguments that a search draws belong to its space."""
    return "search.space" if key == "params" and spec.search and spec.search.space else key


def _wrong_form(spec: ModelSpec) -> list[Wrong]:
    try:
        if needs_spark(spec) and not spark_runs():
            return []
        estimator = build_estimator(spec)
    except SpecError as err:
        return [("params" if spec.params else "recipe", f"{_reason(err)}{_near_argument(spec, str(err))}")]
    except Exception as err:  # whatever the user's function raises
        return [("recipe", f"`{spec.recipe}` failed ({type(err).__name__}: {err}). Correct the function.")]

    return [
        *_of_another_kind(spec, estimator),
        *_wrong_values(estimator),
        *_metrics_without_probabilities(spec, estimator),
        *_strategy_refuses(spec, estimator),
    ]


def _of_another_kind(spec: ModelSpec, estimator: Any) -> Iterator[Wrong]:
    try:
        check_kind(spec, estimator)
    except SpecError as err:
        yield "recipe", str(err)


def _reason(err: SpecError) -> str:
    cause = err.__cause__
    return f"the recipe refuses them: {cause}." if cause else str(err)


def _near_argument(spec: ModelSpec, message: str) -> str:
    """For an argument that the estimator does not have: the nearest one that it has."""
    unexpected = re.search(r"unexpected keyword argument '(\w+)'", message)
    if unexpected is None:
        return ""
    try:
        bare = build_estimator(spec.model_copy(update={"params": {}}))
    except Exception:  # the recipe needs its params: there is nothing to compare with
        return ""
    return did_you_mean(unexpected[1], _arguments(bare))


def _arguments(estimator: Any) -> list[str]:
    named = estimator.get_params(deep=True) if hasattr(estimator, "get_params") else {}
    return sorted({name.rpartition("__")[2] for name in named})


def _wrong_values(estimator: Any) -> Iterator[Wrong]:
    """scikit-learn looks at the values of arguments when it fits; its own check answers now. Classes of
    others have nothing to check."""
    parts = estimator.get_params(deep=True).values() if hasattr(estimator, "get_params") else ()
    for part in (estimator, *parts):
        check = getattr(part, "_validate_params", None) if hasattr(part, "_parameter_constraints") else None
        try:
            if check is not None and not isinstance(part, type):
                check()
        except ValueError as err:
            yield "params", f"{err}"


def _metrics_without_probabilities(spec: ModelSpec, estimator: Any) -> Iterator[Wrong]:
    why = why_no_probabilities(spec, estimator)
    if why:
        yield "gate", why


def _strategy_refuses(spec: ModelSpec, estimator: Any) -> Iterator[Wrong]:
    try:
        strategy = strategy_of(spec.strategy, estimator)
        check_spark(spec, strategy)
        strategy.check()
    except SpecError as err:
        yield "strategy", str(err)
