"""Correction ensemble: the base stays as it is, and small models of newer rows correct it (the white paper's "learn the
change")."""

from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone

from retraining.errors import SpecError
from retraining.strategies.fit_correction import fit_correction
from retraining.strategies.learner import learner_name, why_not_these_classes
from retraining.strategies.rows import OldRows, Rows, predicts_classes
from retraining.strategies.sample_weights import fit_arguments
from retraining.strategies.strategy import CanUpdate, Strategy
from served_model.corrected import CorrectedClassifier, CorrectedRegressor


class CorrectionEnsemble(Strategy):
    """Each update adds a linear correction of what the chain below it predicts. Without a change there is nothing to
    correct, and the correction is close to none. A chain of full length gives way to a new base."""

    name: ClassVar[str] = "correction_ensemble"

    def __init__(self, estimator: Any, corrections: int = 3) -> None:
        """corrections: how many there may be before the base is fitted again."""
        super().__init__(estimator)
        self.corrections = corrections

    @property
    def updates(self) -> bool:
        """A champion is corrected by what new rows show."""
        return True

    def check(self) -> None:
        """A classifier is corrected through its probabilities."""
        if predicts_classes(self.estimator, []) and not hasattr(self.estimator, "predict_proba"):
            raise SpecError(
                f"strategy {self.name}: {learner_name(self.estimator)} has no predict_proba, and classes are corrected "
                f"through their probabilities. Choose an estimator that has it, such as LogisticRegression, or "
                f"CalibratedClassifierCV around this one."
            )

    def can_update(self, model: Any, label: Any = None) -> CanUpdate:
        """While the chain is not full, and the base knows the classes."""
        chain = len(getattr(model, "corrections", ()))
        if chain >= self.corrections:
            return CanUpdate(False, f"It has {chain} corrections, as many as strategy.corrections allows.")
        why = why_not_these_classes(model, label, "a correction")
        return CanUpdate(why is None, why or "")

    def _fit(self, rows: Rows) -> Any:
        return clone(self.estimator).fit(rows.features, rows.label, **fit_arguments(self, rows.weight))

    def _update(self, rows: Rows, old: OldRows | None) -> Any:
        classes = predicts_classes(self.model_, rows.label)
        corrected: type[CorrectedClassifier] | type[CorrectedRegressor]
        corrected = CorrectedClassifier if classes else CorrectedRegressor
        below = self.model_ if hasattr(self.model_, "corrections") else corrected(self.model_)
        target = np.asarray(rows.label)
        if classes:
            target = target[:, None] == below.classes_[None, :]

        newest = fit_correction(rows, below.answers(rows.features), target)
        return corrected(below.base, (*below.corrections, newest))
