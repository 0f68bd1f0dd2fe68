"""Fine-tuning: a trained model goes on learning with a smaller step, for as long as newer days agree."""

import copy
from typing import Any, ClassVar

import numpy as np

from retraining.errors import SpecError
from retraining.strategies.learner import (
    learner_name,
    learner_of,
    not_finite,
    why_not_incremental,
    why_not_these_classes,
)
from retraining.strategies.partial_fit import learn_rows
from retraining.strategies.rows import OldRows, Rows, predicts_classes
from retraining.strategies.strategy import CanUpdate, Strategy

_STEPS = ("learning_rate_init", "eta0")
"""Arguments that set the step of a learner."""
_JUDGING = 0.2
"""Share of the rows that says after how many passes to stop: the newest."""
_LEAST_JUDGING = 10
_PATIENCE = 2
"""Passes without progress, after which no more are tried."""


class FineTune(Strategy):
    """What the trained model knows stays a good part of the answer, because steps are small and stop early. The number
    of passes is the one that the newest rows liked best, 0 included; then all rows are learned for as many passes."""

    name: ClassVar[str] = "fine_tune"

    def __init__(self, estimator: Any, start: Any = None, step: float = 0.1, passes: int = 20) -> None:
        """start: the trained model, in a FrozenEstimator of scikit-learn. step: share of the recipe's own step. passes:
        the most."""
        super().__init__(estimator)
        self.start = start
        self.step = step
        self.passes = passes

    @property
    def updates(self) -> bool:
        """A champion is tuned further."""
        return True

    def check(self) -> None:
        """Recipe and trained model need the same learner, with a step that can be made smaller."""
        why = why_not_incremental(self.estimator)
        if why:
            raise SpecError(f"strategy {self.name}: {why}")

        name = learner_name(self.estimator)
        if _step_of(self.estimator) is None:
            raise SpecError(
                f"strategy {self.name}: {name} has no step that could be smaller. Choose a learner of the families SGD "
                f"or MLP, or strategy: incremental_update."
            )
        started = None if self.start is None else learner_name(self.start.estimator)
        if started not in (None, name):
            raise SpecError(
                f"strategy {self.name}: strategy.start is a {started}, and the recipe builds a {name}. Use the recipe "
                f"of the trained model, or strategy: transfer_head, which takes any model."
            )

    def can_update(self, model: Any, label: Any = None) -> CanUpdate:
        """`partial_fit` learns only classes that the trained model knows."""
        why = why_not_incremental(model) or why_not_these_classes(model, label)
        return CanUpdate(why is None, why or "")

    def _fit(self, rows: Rows) -> Any:
        if self.start is None:
            raise SpecError(
                f"strategy {self.name}: there is no model to start from. Name one in strategy.start, by model "
                f"and version."
            )
        possible = self.can_update(self.start.estimator, rows.label)
        if not possible:
            raise SpecError(
                f"strategy {self.name}: the model of strategy.start cannot learn these rows: {possible.reason} Name a "
                f"model that knows every class, or choose strategy: transfer_head."
            )
        return self._tuned(self.start.estimator, rows)

    def _update(self, rows: Rows, old: OldRows | None) -> Any:
        return self._tuned(self.model_, rows)

    def _tuned(self, model: Any, rows: Rows) -> Any:
        order = np.arange(len(rows)) if rows.time is None else np.argsort(rows.time, kind="stable")
        judging = round(_JUDGING * len(rows))
        if judging < _LEAST_JUDGING:
            return self._passed(model, rows, 1)

        passes = self._best_passes(model, rows.take(order[:-judging]), rows.take(order[-judging:]))
        return self._passed(model, rows, passes)

    def _best_passes(self, model: Any, older: Rows, newer: Rows) -> int:
        tried = self._slowed(model)
        losses = [_loss(tried, newer)]
        for _ in range(self.passes):
            learn_rows(tried, older)
            losses.append(_loss(tried, newer))
            if len(losses) - 1 - int(np.argmin(losses)) >= _PATIENCE:
                break
        return int(np.argmin(losses))

    def _passed(self, model: Any, rows: Rows, passes: int) -> Any:
        tuned = self._slowed(model)
        for _ in range(passes):
            learn_rows(tuned, rows)
        if not_finite(tuned):
            raise SpecError(
                f"strategy {self.name}: the weights of {learner_name(tuned)} grew beyond all bounds, and the "
                f"champion is as it was. Make strategy.step smaller, or scale the columns in the recipe."
            )
        return tuned

    def _slowed(self, model: Any) -> Any:
        """A copy whose steps are small from now on, whatever became of them while it was trained."""
        copied = copy.deepcopy(model)
        learner = learner_of(copied)
        name, value = _step_of(self.estimator) or ("eta0", 0.01)
        learner.set_params(**{name: self.step * value}, learning_rate="constant")
        if hasattr(learner, "_optimizer"):  # it remembers the old step; without it, the next pass makes another one
            del learner._optimizer
        return copied


def _step_of(estimator: Any) -> tuple[str, float] | None:
    """Argument and value of the learner's step. One of 0 is what scikit-learn calls not used: the usual one stands for
    it."""
    learner = learner_of(estimator)
    for name in _STEPS:
        if hasattr(learner, name) and hasattr(learner, "learning_rate"):
            return name, float(getattr(learner, name)) or 0.01
    return None


def _loss(model: Any, rows: Rows) -> float:
    """Log loss where there are probabilities, else the share of wrong classes; of numbers the squared error."""
    label = np.asarray(rows.label)
    if not predicts_classes(model, rows.label):
        return float(np.mean((np.asarray(model.predict(rows.features)) - label) ** 2))
    if not hasattr(model, "predict_proba"):
        return float(np.mean(np.asarray(model.predict(rows.features)) != label))

    right = model.predict_proba(rows.features)[label[:, None] == np.asarray(model.classes_)[None, :]]
    return float(-np.mean(np.log(np.maximum(right, 1e-12))))
