"""A model that is left as it is, and corrections on top of it, each learned from newer rows.

Names and attributes are part of every version's pickle: rename none of them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

FloatArray = NDArray[np.float64]

LEAST_PROBABILITY = 1e-6
"""What counts as impossible is given this much, so that it has a logarithm."""


@dataclass(frozen=True)
class Correction:
    """A linear shift of the answers below: of a number, or of the logarithm of each class's probability."""

    columns: Any
    """A fitted transformer: features as scaled numbers."""
    centre: FloatArray
    """Mean of each answer below, in the rows that the correction learned. Shape (answers,)."""
    scale: FloatArray
    """Their standard deviation, 1 where they did not differ. Shape (answers,)."""
    weights: FloatArray
    """Shape (answers + columns, answers)."""
    intercept: FloatArray
    """Shape (answers,)."""

    def inputs(self, features: Any, below: FloatArray) -> FloatArray:
        """What the weights apply to, shape (rows, answers + columns). below: shape (rows, answers)."""
        seen = np.asarray(self.columns.transform(features), dtype=np.float64)
        return np.hstack([(below - self.centre) / self.scale, seen])

    def on_top_of(self, features: Any, below: FloatArray) -> FloatArray:
        """The corrected answers, shape (rows, answers)."""
        return np.asarray(below + self.inputs(features, below) @ self.weights + self.intercept)


class _Corrected(BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    def __init__(self, base: Any, corrections: tuple[Correction, ...] = ()) -> None:
        """base: fitted. corrections: oldest first."""
        self.base = base
        self.corrections = corrections

    def __sklearn_is_fitted__(self) -> bool:
        """It is made of what was fitted."""
        return True

    def _corrected(self, features: Any, answers: FloatArray) -> FloatArray:
        for correction in self.corrections:
            answers = correction.on_top_of(features, answers)
        return answers


class CorrectedRegressor(RegressorMixin, _Corrected):  # type: ignore[misc]  # scikit-learn ships no types
    """Predicts numbers."""

    def answers(self, features: Any) -> FloatArray:
        """Shape (rows, 1)."""
        below = np.asarray(self.base.predict(features), dtype=np.float64).reshape(-1, 1)
        return self._corrected(features, below)

    def predict(self, features: Any) -> FloatArray:
        """Shape (rows,)."""
        return self.answers(features)[:, 0]


class CorrectedClassifier(ClassifierMixin, _Corrected):  # type: ignore[misc]  # scikit-learn ships no types
    """Predicts classes: those of the base."""

    @property
    def classes_(self) -> NDArray[Any]:
        """In the order of the base."""
        return np.asarray(self.base.classes_)

    def answers(self, features: Any) -> FloatArray:
        """Logarithms of the probabilities, up to a constant for each row. Shape (rows, classes)."""
        probabilities = np.asarray(self.base.predict_proba(features), dtype=np.float64)
        return self._corrected(features, np.log(np.maximum(probabilities, LEAST_PROBABILITY)))

    def predict_proba(self, features: Any) -> FloatArray:
        """Shape (rows, classes)."""
        return shares(self.answers(features))

    def predict(self, features: Any) -> NDArray[Any]:
        """Shape (rows,)."""
        return np.asarray(self.classes_[self.answers(features).argmax(axis=1)])


def shares(logarithms: FloatArray) -> FloatArray:
    """Probabilities of each row, which add up to 1."""
    powers = np.exp(logarithms - logarithms.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
