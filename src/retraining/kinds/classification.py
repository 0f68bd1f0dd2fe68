"""Classification: the label is the name of a class, and an answer is right or wrong."""

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import StringType

from retraining.kinds.class_metrics import (
    ACCURACY,
    AUC,
    CALIBRATION,
    ERROR_RATE,
    F1,
    LOG_LOSS,
    MOST_CLASSES,
)
from retraining.kinds.kind import Kind
from retraining.kinds.metric import NO_SIGNAL, FloatArray, Predictions, Signal, by_name

_MOST_TELLING = 9.0
"""The log loss of a row that had about 1 in 10,000."""


class Classification(Kind):
    """Followed by the share of wrong classes: the loss of a row is 0 or 1."""

    def losses(self, label: NDArray[Any], prediction: NDArray[Any]) -> NDArray[Any]:
        """Whether the class is wrong."""
        return np.asarray(prediction != label)

    def mean_loss(self, error: float) -> float:
        """The error rate is the mean loss."""
        return error

    def mean_loss_increase(self, share: float) -> float:
        """The same share."""
        return share

    def error_in_words(self, error: float) -> str:
        """In per cent."""
        return f"error rate of {error:.1%}"

    def as_labels(self, label: "pd.Series[Any]") -> NDArray[Any]:
        """Texts."""
        return label.to_numpy(dtype=object)

    def as_predictions(self, predicted: Any) -> NDArray[Any]:
        """Texts, also where the model was fitted on numbered classes."""
        return np.asarray(predicted).astype(str).astype(object)

    def class_type(self, label_type: str) -> str | None:
        """The label's own type."""
        return label_type

    def unanswered(self, rows: int) -> NDArray[Any]:
        """None."""
        return np.full(rows, None, dtype=object)

    def classes_of(self, model: Any) -> tuple[str, ...]:
        """As texts, in the model's order."""
        return tuple(str(each) for each in getattr(model, "classes_", ()))

    def why_not_learned(self, label: "pd.Series[Any]") -> str | None:
        """A model of one class cannot tell rows apart, and most learners refuse to be fitted."""
        if label.nunique() > 1:
            return None
        return f"all {len(label):,} rows have the same class, and a classifier needs rows of at least 2"

    def answers(self, model: Any, features: pd.DataFrame, label: NDArray[Any], with_probabilities: bool) -> Predictions:
        """Classes as texts, in the model's order."""
        probabilities = np.asarray(model.predict_proba(features), dtype=float) if with_probabilities else None
        predicted = self.as_predictions(model.predict(features))
        return Predictions(label, predicted, probabilities, self.classes_of(model))

    def signal(self, of: Predictions) -> Signal:
        """Twice the area under the curve, less 1; of a model without probabilities, as if it were sure of each answer.
        What it says depends on the rarer side of each curve (Mann and Whitney 1947)."""
        sure = np.column_stack([of.prediction == name for name in of.classes]).astype(float) if of.classes else None
        told = of if of.probabilities is not None else replace(of, probabilities=sure)
        sides = [(of.label == name).sum() for name in of.classes]
        known = [len(of.label) / (side * (len(of.label) - side)) for side in sides if 0 < side < len(of.label)]
        if not known:
            return NO_SIGNAL

        area = float(AUC.value(AUC.totals(told, np.zeros(len(of.label), dtype=np.int64), 1))[0])
        return Signal(2 * area - 1, 3 / float(np.mean(known)))

    def telling_losses(self, of: Predictions) -> FloatArray:
        """Log loss, in which no single row that was called impossible outweighs the others; of a model without
        probabilities, whether the class is wrong."""
        if of.probabilities is None:
            return super().telling_losses(of)
        rows = np.arange(len(of.label))
        return np.minimum(LOG_LOSS.totals(of, rows, len(rows))[:, 1], _MOST_TELLING)

    def trivial_prediction(self, label: "pd.Series[Any]") -> str:
        """JSON: the share of each class, the most frequent one first, and the first in order where several are."""
        counted = label.astype(str).value_counts()
        frequent = sorted(counted.items(), key=lambda each: (-each[1], each[0]))[:MOST_CLASSES]
        return json.dumps({name: count / len(label) for name, count in frequent}, ensure_ascii=False)

    def trivial_answers(self, trivial: str | None, label: NDArray[Any]) -> Predictions:
        """The most frequent class for every row, and the shares as its probabilities."""
        shares = _shares(trivial)
        most_frequent = next(iter(shares), None)
        answer = np.full(len(label), most_frequent, dtype=object)
        probabilities = np.tile(np.array(list(shares.values()), dtype=float), (len(label), 1))
        return Predictions(label, answer, probabilities, tuple(shares))

    def as_numbers(self, values: NDArray[Any], classes: tuple[str, ...]) -> FloatArray:
        """The position of each class, -1 for one that the model does not know."""
        positions = {name: float(place) for place, name in enumerate(classes)}
        return np.array([positions.get(each, -1.0) for each in values])

    def difference_in_words(self, one: NDArray[Any], other: NDArray[Any]) -> str:
        """How many classes differ."""
        return f"{int(np.sum(one != other)):,} rows differ"

    def label_column(self, name: str) -> Column:
        """A text; one that says NaN becomes null, as pandas and Spark write a number that is missing."""
        text = F.col(f"`{name}`").try_cast("string")
        return F.when(F.lower(F.trim(text)) != F.lit("nan"), text)

    def loss_column(self, prediction: str, label: str) -> Column:
        """1 for a wrong class, and for none."""
        return (~F.col(prediction).eqNullSafe(F.col(label))).cast("double")

    def error_column(self, loss: str, rows: str) -> Column:
        """Share of wrong classes."""
        return F.col(loss) / F.col(rows)

    def is_broken(self, prediction: str) -> Column:
        """Null."""
        return F.col(prediction).isNull()

    def detector_columns(self, prediction: str, label: str, expected: float) -> tuple[Column, Column]:
        """Wrong or not, for both."""
        wrong = self.loss_column(prediction, label)
        return wrong, wrong


def _shares(trivial: str | None) -> dict[str, float]:
    """Of a stored trivial prediction. Earlier versions stored the most frequent class alone, which is then certain."""
    if trivial is None:
        return {}
    try:
        shares = json.loads(trivial)
    except ValueError:
        return {trivial: 1.0}
    return shares if isinstance(shares, dict) else {trivial: 1.0}


CLASSIFICATION = Classification(
    name="classification",
    is_numeric=False,
    has_probabilities=True,
    prediction_type=StringType(),
    followed=ERROR_RATE,
    metrics=by_name(ERROR_RATE, LOG_LOSS, ACCURACY, AUC, F1, CALIBRATION),
)
