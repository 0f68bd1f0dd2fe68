"""The way of weights through an estimator to the learner inside."""

import inspect
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.pipeline import Pipeline

from retraining.errors import SpecError
from retraining.strategies.learner import learner_name

WEIGHT = "sample_weight"
_INSIDE = ("regressor", "estimator", "base_estimator")
"""Where wrappers that pass on the arguments of their `fit` keep the estimator inside."""


def weight_argument(estimator: Any) -> str | None:
    """The argument of `fit` that takes a weight for each row: `sample_weight`, of a pipeline the name that leads to its
    last step; None where the learner takes none."""
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        inside = weight_argument(last)
        return f"{name}__{inside}" if inside else None

    arguments = inspect.signature(estimator.fit).parameters
    if WEIGHT in arguments:
        return WEIGHT
    if any(each.kind is inspect.Parameter.VAR_KEYWORD for each in arguments.values()):
        wrapped = next((getattr(estimator, each) for each in _INSIDE if hasattr(estimator, each)), None)
        return weight_argument(wrapped) if hasattr(wrapped, "fit") else None
    return None


def check_weights(strategy: Any) -> None:
    """Raises SpecError where the strategy's estimator cannot weigh rows."""
    if weight_argument(strategy.estimator) is None:
        raise SpecError(
            f"strategy {strategy.name}: {learner_name(strategy.estimator)} takes no sample_weight, so its rows cannot "
            f"be weighed. Choose an estimator that takes it, such as Ridge or HistGradientBoostingRegressor, or "
            f"strategy: full_refit, which chooses a window."
        )


def fit_arguments(strategy: Any, weight: NDArray[np.float64] | None) -> dict[str, Any]:
    """What `fit` is given beside features and label. Raises SpecError for weights that cannot be passed on."""
    if weight is None:
        return {}
    check_weights(strategy)
    return {str(weight_argument(strategy.estimator)): weight}
