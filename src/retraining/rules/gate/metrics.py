"""The metrics that a gate may name: those of the model's kind, and functions of the user's recipes."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retraining.errors import SpecError
from retraining.kinds.find_kind import find_kind, kind_of
from retraining.kinds.metric import FloatArray, Metric, Predictions, columns, grouped, mean
from retraining.spec.model_spec import ModelSpec
from retraining.spec.recipe_function import file_of, find_function, is_recipe


def find_metric(name: str, kind: str) -> Metric:
    """A metric by its name; recipes.<file>.<function> is the mean of the losses that the user's function returns, one
    a row. Raises SpecError for a name that the kind of model does not have."""
    if is_recipe(name):
        return Metric(name, grouped(partial(_own_sums, name, find_function("gate", "metric", name))), mean)

    of_kind = find_kind(kind)
    metric = of_kind.metric(name)
    if metric is None:
        raise SpecError(f"{of_kind.why_no_metric(name)}.")
    return metric


def _own_sums(name: str, loss: Callable[[NDArray[Any], NDArray[Any]], Any], of: Predictions) -> FloatArray:
    losses = np.asarray(loss(of.label, of.prediction), dtype=np.float64)
    if losses.shape != of.label.shape:
        raise SpecError(
            f"metric {name} returned an array of shape {losses.shape}, expected a loss for each of "
            f"{len(of.label)} rows. Correct {file_of(name)}."
        )
    return columns(np.ones(len(losses)), losses)


def check_probabilities(spec: ModelSpec, estimator: Any) -> None:
    """Raises SpecError where a metric of the spec needs probabilities and the estimator, fitted or not, has none."""
    kind = kind_of(spec)
    wanting = [name for name in spec.gate.metrics if find_metric(name, kind.name).needs_probabilities]
    if not wanting or hasattr(estimator, "predict_proba"):
        return

    steps = getattr(estimator, "steps", None)
    learner = type(steps[-1][1] if steps else estimator).__name__
    others = ", ".join(name for name, metric in kind.metrics.items() if not metric.needs_probabilities)
    raise SpecError(
        f"{spec.model}: gate names {', '.join(dict.fromkeys(wanting))}, computed from probabilities, and {learner} has "
        f"no predict_proba. Choose an estimator that has it (CalibratedClassifierCV adds it to a classifier), or name "
        f"only metrics of classes: {others}."
    )
