"""The metrics that a gate may name: those of the model's kind, and functions of the user's recipes."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retraining.errors import SpecError
from retraining.kinds.find_kind import find_kind
from retraining.kinds.metric import FloatArray, Metric, Predictions, columns, grouped, mean
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
