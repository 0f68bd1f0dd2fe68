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
        learner = self._learner
        if not hasattr(learner, "partial_fit"):
            raise SpecError(
                f"strategy incremental_update: {type(learner).__name__} has no partial_fit. Choose an estimator that "
                f"has it, such as SGDRegressor, or strategy: full_refit."
            )

    def fit(self, features: pd.DataFrame, label: "pd.Series[Any]") -> Any:
        """A fitted clone: the first champion, or a new start after refused updates."""
        return clone(self.estimator).fit(features, label)

    def why_not_update(self, label: "pd.Series[Any]") -> str | None:
        """`partial_fit` learns only classes that the first fit has seen."""
        known = getattr(self._learner, "classes_", None)
        found = set(label)
        unseen = set() if known is None else found - set(known)
        if not unseen:
            return None
        return (
            f"{len(unseen)} of the {len(found)} classes of the new rows were not there when the champion was fitted, "
            f"and partial_fit cannot add a class."
        )

    def update(self, features: pd.DataFrame, label: "pd.Series[Any]") -> Any:
        """Of a pipeline only the last step learns: its transformers keep what they learned at the last refit, so that
        the coefficients keep their meaning."""
        self.check()
        copied = IncrementalUpdate(copy.deepcopy(self.estimator))
        model = copied.estimator

        seen = features
        if isinstance(model, Pipeline) and len(model) > 1:
            seen = model[:-1].transform(features)
        copied._learner.partial_fit(seen, label)

        return model

    @property
    def _learner(self) -> Any:
        return self.estimator[-1] if isinstance(self.estimator, Pipeline) else self.estimator

    def cost(self, rows: int, new_rows: int) -> int:
        """The new rows."""
        return new_rows
