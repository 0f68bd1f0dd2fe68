"""What stands for a model of Spark on a worker: its answers, which Spark has put into columns of the rows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.metaestimators import available_if


def _has_probabilities(answers: "ReadAnswers") -> bool:
    return answers.with_probabilities


@dataclass(frozen=True)
class ReadAnswers:
    """Asked like a fitted estimator, it returns its first column as prediction and the others as probabilities."""

    classes: tuple[str, ...]
    with_probabilities: bool

    @property
    def classes_(self) -> NDArray[Any]:
        """As scikit-learn names them."""
        return np.array(self.classes, dtype=object)

    def predict(self, answers: pd.DataFrame) -> NDArray[Any]:
        """Shape (rows,)."""
        return answers.iloc[:, 0].to_numpy()

    @available_if(_has_probabilities)  # type: ignore[untyped-decorator]  # scikit-learn ships no types
    def predict_proba(self, answers: pd.DataFrame) -> NDArray[Any]:
        """Shape (rows, classes)."""
        return answers.iloc[:, 1:].to_numpy(dtype=np.float64)
