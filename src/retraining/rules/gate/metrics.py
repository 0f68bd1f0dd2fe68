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
    if np.any(losses < 0):
        raise SpecError(
            f"metric {name} returned a loss below 0. A gain is one minus the candidate's mean loss divided by the "
            f"champion's, which means something only where no loss is below 0. Correct {file_of(name)}: add a constant "
            f"that no loss goes below, or return a squared or absolute error."
        )
    return columns(np.ones(len(losses)), losses)


def check_probabilities(spec: ModelSpec, estimator: Any) -> None:
    """Raises SpecError where a metric of the spec needs probabilities and the estimator, fitted or not, has none."""
    why = why_no_probabilities(spec, estimator)
    if why:
        raise SpecError(f"{spec.model}: gate: {why}")


def why_no_probabilities(spec: ModelSpec, estimator: Any) -> str | None:
    """Which metrics of the spec an estimator cannot be measured by, with the cure; None where it can by all."""
    kind = kind_of(spec)
    named = {name: kind.metric(name) for name in spec.gate.metrics}  # functions of recipes need no probabilities
    wanting = [name for name, metric in named.items() if metric and metric.needs_probabilities]
    if not wanting or hasattr(estimator, "predict_proba") or getattr(estimator, "gives_probabilities", False):
        return None

    steps = getattr(estimator, "steps", None)
    learner = type(steps[-1][1] if steps else estimator).__name__
    others = ", ".join(name for name, metric in kind.metrics.items() if not metric.needs_probabilities)
    need = "needs" if len(wanting) == 1 else "need"
    return (
        f"{', '.join(wanting)} {need} probabilities, and {learner} of `{spec.recipe}` has no predict_proba. Choose an "
        f"estimator that has it (CalibratedClassifierCV adds it to a classifier), or metrics that need none: {others}."
    )
