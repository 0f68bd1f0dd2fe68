"""Linear regression by stochastic gradient descent, the white paper's incremental learner, on scaled columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.linear_model import SGDRegressor
from sklearn.pipeline import Pipeline, make_pipeline

from recipes.ridge import columns


def pipeline(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """SGDRegressor behind the same columns as the ridge pipeline. The seed is fixed: the same rows give the same model.
    params: those of sklearn.linear_model.SGDRegressor."""
    return make_pipeline(columns(numeric, categorical), SGDRegressor(random_state=0, **params))
