"""Incremental update: the champion learns the new rows only (the white paper's `partial_fit`)."""

import copy
from typing import Any, ClassVar

import pandas as pd
from sklearn.base import clone
from sklearn.pipeline import Pipeline

from retraining.errors import SpecError
from retraining.strategies.strategy import Strategy


class IncrementalUpdate(Strategy):
    """The first model is fitted, and each one after it is the champion with the new rows learned as well."""

    name: ClassVar[str] = "incremental_update"
    can_update: ClassVar[bool] = True

    def check(self) -> None:
        """The estimator, or the last step of a pipeline, needs a `partial_fit`."""
        learner = self.estimator[-1] if isinstance(self.estimator, Pipeline) else self.estimator
        if not hasattr(learner, "partial_fit"):
            raise SpecError(
                f"strategy incremental_update: {type(learner).__name__} has no partial_fit. Choose an estimator that "
                f"has it, such as SGDRegressor, or strategy: full_refit."
            )

    def fit(self, features: pd.DataFrame, label: "pd.Series[Any]") -> Any:
        """A fitted clone: the first champion, or a new start after refused updates."""
        return clone(self.estimator).fit(features, label)

    def update(self, features: pd.DataFrame, label: "pd.Series[Any]") -> Any:
        """Of a pipeline only the last step learns: its transformers keep what they learned at the last refit, so that
        the coefficients keep their meaning."""
        self.check()
        updated = copy.deepcopy(self.estimator)

        if isinstance(updated, Pipeline):
            updated[-1].partial_fit(updated[:-1].transform(features), label)
        else:
            updated.partial_fit(features, label)

        return updated

    def cost(self, rows: int, new_rows: int) -> int:
        """The new rows."""
        return new_rows
