"""What a strategy must answer. A new strategy is a file with a class of this protocol, and a line in find_strategy.py.

A strategy is an estimator of scikit-learn around another one: its constructor only stores, and `clone`, `get_params`
and pickling work. What is registered is `model_`, without the strategy: it needs none of this package to predict.
"""

import copy
import time as clock
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import ArrayLike
from sklearn.base import BaseEstimator
from sklearn.utils import get_tags
from sklearn.utils.metaestimators import available_if

from retraining.errors import NothingToDoError, SpecError
from retraining.strategies.rows import OldRows, Rows, as_rows


@dataclass(frozen=True)
class Work:
    """What a fit or an update has done."""

    rows_used: int
    """Rows that were learned, old ones included. A row counts once, however often it was shown."""
    window: tuple[float, float] | None
    """Time of the oldest and the newest of the rows; None where they have no time."""
    seconds: float
    """How long it took."""


@dataclass(frozen=True)
class CanUpdate:
    """Whether a model can learn new rows only."""

    yes: bool
    """It can."""
    reason: str = ""
    """Why not, as a sentence; empty where it can."""

    def __bool__(self) -> bool:
        """Whether it can."""
        return self.yes


def _has_probabilities(strategy: "Strategy") -> bool:
    return hasattr(getattr(strategy, "model_", strategy.estimator), "predict_proba")


class Strategy(BaseEstimator, ABC):  # type: ignore[misc]  # scikit-learn ships no types
    """How a model is kept up to date."""

    name: ClassVar[str]
    """`strategy.name` in the spec."""
    retrains: ClassVar[bool] = True
    """Whether anything is learned once there is a champion."""
    fits_on_spark: ClassVar[bool] = False
    """Whether it takes a recipe that Spark fits: every fit is one from scratch, on rows that all count the same."""

    model_: Any
    """What was learned so far, once something was: this is registered."""
    did_: Work
    """What the last fit or update has done."""

    def __init__(self, estimator: Any) -> None:
        """estimator: unfitted; it stays as it is."""
        self.estimator = estimator

    @property
    def updates(self) -> bool:
        """Whether a champion can learn new rows only. Else every model is fitted from scratch."""
        return False

    @property
    def needs_history(self) -> Literal["all", "sample", "none"]:
        """Which rows that the champion has learned before the next model needs again."""
        return "none" if self.updates else "all"

    def old_rows(self, new_rows: int) -> int:
        """How many rows of the history an update of new rows wants to see again: where `needs_history` is sample."""
        return 0

    def check(self) -> None:  # most strategies take every estimator
        """Raises SpecError, with the cure, for an estimator that the strategy cannot use. Asked before any row is
        read."""

    def can_update(self, model: Any, label: Any = None) -> CanUpdate:
        """Whether a fitted model can learn rows of these labels, and why not."""
        if self.updates:
            return CanUpdate(True)
        return CanUpdate(
            False,
            f"strategy {self.name}: a model is never updated, only fitted from scratch. Choose strategy: "
            f"incremental_update, whose champion learns the new rows only.",
        )

    def start_from(self, model: Any) -> "Strategy":
        """Goes on from a fitted model, such as the champion. It stays as it is: a copy learns."""
        self.model_ = copy.deepcopy(model)
        return self

    def fit(
        self, X: Any, y: Any = None, sample_weight: ArrayLike | None = None, time: ArrayLike | None = None
    ) -> "Strategy":
        """Learns from scratch. X: (rows, columns); y, sample_weight and time: (rows,). time counts days."""
        rows = as_rows(X, y, sample_weight, time)
        self._work(rows, 0, lambda: self._fit(rows))
        return self

    def update(
        self,
        X: Any,
        y: Any = None,
        sample_weight: ArrayLike | None = None,
        time: ArrayLike | None = None,
        old: OldRows | None = None,
    ) -> "Strategy":
        """Learns new rows, from where the last fit, update or `start_from` left off. old: `old_rows` rows of the
        history.

        Raises SpecError where the strategy cannot update. An error in the middle of learning leaves `model_` in
        between: `start_from` the model that was stored last.
        """
        possible = self.can_update(self.model_, y)
        if not possible:
            raise SpecError(possible.reason)

        rows = as_rows(X, y, sample_weight, time)
        self._work(rows, len(old) if old else 0, lambda: self._update(rows, old))
        return self

    @abstractmethod
    def _fit(self, rows: Rows) -> Any:
        """A fitted model."""

    def _update(self, rows: Rows, old: OldRows | None) -> Any:
        """`model_`, which may be changed in place, or another model that has learned the rows too."""
        return self.model_

    def cost(self, rows: int, new_rows: int) -> int:
        """Rows that bringing a model up to date reads, of a history of `rows`, of which the model has not seen
        `new_rows`."""
        return new_rows + min(self.old_rows(new_rows), rows - new_rows) if self.updates else rows

    def _work(self, rows: Rows, old: int, learn: Callable[[], Any]) -> None:
        if not len(rows):
            raise NothingToDoError(
                f"strategy {self.name}: a block without rows was given, expected at least one. Leave empty blocks out."
            )

        started = clock.perf_counter()
        self.model_ = learn()
        window = None if rows.time is None else (float(np.min(rows.time)), float(np.max(rows.time)))
        self.did_ = Work(len(rows) + old, window, clock.perf_counter() - started)

    # The strategy predicts as its model does, so that tools of scikit-learn can measure it.

    def predict(self, X: Any) -> Any:
        """The model's answers."""
        return self.model_.predict(X)

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]  # scikit-learn ships no types
    def predict_proba(self, X: Any) -> Any:
        """The model's probabilities."""
        return self.model_.predict_proba(X)

    @property
    def classes_(self) -> Any:
        """The classes that the model knows."""
        return self.model_.classes_

    def __sklearn_tags__(self) -> Any:
        """Classifier or regressor, as the estimator is."""
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.estimator_type = inner.estimator_type
        tags.classifier_tags = inner.classifier_tags
        tags.regressor_tags = inner.regressor_tags
        return tags
