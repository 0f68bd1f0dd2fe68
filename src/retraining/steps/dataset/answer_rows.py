"""A fitted model's answers to some rows, also where it refuses a few of them."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retraining.kinds.kind import Kind

MOST_REFUSED = 100
"""Complete rows that a model may refuse in one batch. More of them are a fault of the model."""


def answer_rows(kind: Kind, model: Any, features: pd.DataFrame) -> NDArray[Any]:
    """One prediction a row; none, as the kind writes it, for a row that the model refuses.

    A model without an imputer refuses all rows at once where one has a gap. Those with gaps are then left out, and the
    rest is halved until only what it refuses is left out. Raises the model's own ValueError after MOST_REFUSED.
    """
    if features.empty:
        return kind.unanswered(0)
    return _Asking(kind, model).answers(features)


class _Asking:
    """Counts the refusals of one batch."""

    def __init__(self, kind: Kind, model: Any) -> None:
        self.kind = kind
        self.model = model
        self.refused = 0

    def answers(self, features: pd.DataFrame) -> NDArray[Any]:
        """The answers to some rows, at least one."""
        try:
            return self.kind.as_predictions(self.model.predict(features))
        except ValueError:
            complete = features.notna().all(axis=1).to_numpy()
            if not complete.all():
                return self._of_parts(features, complete)
            if len(features) == 1:
                self.refused += 1
                if self.refused > MOST_REFUSED:
                    raise
                return self.kind.unanswered(1)

            first_half = np.arange(len(features)) < len(features) // 2
            return np.where(first_half, self._of_parts(features, first_half), self._of_parts(features, ~first_half))

    def _of_parts(self, features: pd.DataFrame, asked: NDArray[np.bool_]) -> NDArray[Any]:
        """Answers to the rows that are asked, none to the others."""
        answers = self.kind.unanswered(len(features))
        if asked.any():
            answers[asked] = self.answers(features[asked])
        return answers


def probabilities_of_rows(model: Any, features: pd.DataFrame) -> list[dict[str, float] | None]:
    """The probability of each class, by row; None for all where the model has none, and for a row that it refuses."""
    if features.empty or not hasattr(model, "predict_proba"):
        return [None] * len(features)

    complete = features.notna().all(axis=1).to_numpy()
    classes = [str(name) for name in model.classes_]
    try:
        shares = np.asarray(model.predict_proba(features), dtype=np.float64)
    except ValueError:
        if complete.all() or not complete.any():
            return [None] * len(features)
        shares = np.full((len(features), len(classes)), np.nan)
        shares[complete] = model.predict_proba(features[complete])

    return [None if np.isnan(row).any() else dict(zip(classes, row.tolist(), strict=True)) for row in shares]
