"""Incremental update: the champion learns the new rows only (the white paper's `partial_fit`)."""

import copy
from typing import Any

import pandas as pd
from sklearn.pipeline import Pipeline

from retraining.errors import SpecError


def incremental_update(estimator: Any, features: pd.DataFrame, label: "pd.Series[Any]") -> Any:
    """An updated copy of a fitted estimator; the one passed in stays as it was.

    Of a pipeline only the last step learns: its transformers keep what they learned at the last refit, so that the
    coefficients go on meaning the same. Raises SpecError when there is no `partial_fit`.
    """
    updated = copy.deepcopy(estimator)
    learner = updated
    if isinstance(updated, Pipeline):
        features, learner = updated[:-1].transform(features), updated[-1]
    check_updates(learner)
    learner.partial_fit(features, label)
    return updated


def check_updates(estimator: Any) -> None:
    """Raises SpecError unless the estimator, or the last step of a pipeline, can learn incrementally."""
    learner = estimator[-1] if isinstance(estimator, Pipeline) else estimator
    if not hasattr(learner, "partial_fit"):
        raise SpecError(
            f"strategy incremental_update: {type(learner).__name__} has no partial_fit. Choose an estimator that has "
            f"it, such as SGDRegressor, or strategy: full_refit."
        )
