"""Classification: the label is the name of a class, and an answer is right or wrong."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import StringType

from retraining.errors import SpecError
from retraining.kinds.kind import Kind
from retraining.kinds.metric import FloatArray, Groups, Metric, Predictions, by_name, columns, grouped, mean, ratio

SCORE_BINS = 1_000
"""Probabilities are counted in this many bins for the area under the curve, which makes it exact to about a
thousandth."""
CALIBRATION_BINS = 10
_TINY = 1e-15


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

    def answers(self, model: Any, features: pd.DataFrame, label: NDArray[Any], with_probabilities: bool) -> Predictions:
        """Classes as texts, in the model's order."""
        classes = tuple(str(each) for each in model.classes_)
        probabilities = np.asarray(model.predict_proba(features)) if with_probabilities else None
        return Predictions(label, self.as_predictions(model.predict(features)), probabilities, classes)

    def trivial_prediction(self, label: "pd.Series[Any]") -> str:
        """The most frequent class, the first in order where several are."""
        return str(label.mode().sort_values().iloc[0])

    def trivial_answers(self, trivial: str | None, label: NDArray[Any], classes: tuple[str, ...]) -> Predictions:
        """The trivial predictor is certain of its class."""
        answer = np.full(len(label), trivial, dtype=object)
        certain = np.array([[float(each == trivial) for each in classes]] * len(label))
        return Predictions(label, answer, certain, classes)

    def as_numbers(self, values: NDArray[Any], classes: tuple[str, ...]) -> FloatArray:
        """The position of each class, -1 for one that the model does not know."""
        positions = {name: float(place) for place, name in enumerate(classes)}
        return np.array([positions.get(each, -1.0) for each in values])

    def difference_in_words(self, one: NDArray[Any], other: NDArray[Any]) -> str:
        """How many classes differ."""
        return f"{int(np.sum(one != other)):,} rows differ"

    def label_column(self, name: str) -> Column:
        """A text."""
        return F.col(f"`{name}`").try_cast("string")

    def loss_column(self, prediction: str, label: str) -> Column:
        """1 for a wrong class, and for none."""
        return (~F.col(prediction).eqNullSafe(F.col(label))).cast("double")

    def is_broken(self, prediction: str) -> Column:
        """Null."""
        return F.col(prediction).isNull()

    def difference_column(self, one: str, other: str) -> Column:
        """The share of classes that differ."""
        return F.avg(self.loss_column(one, other))

    def detector_columns(self, prediction: str, label: str, expected: float) -> tuple[Column, Column]:
        """Wrong or not, for both."""
        wrong = self.loss_column(prediction, label)
        return wrong, wrong


def _wrong(of: Predictions) -> NDArray[np.bool_]:
    return np.asarray(of.label != of.prediction)


def _wrong_sums(of: Predictions) -> FloatArray:
    return columns(np.ones(len(of.label)), _wrong(of))


def _right_sums(of: Predictions) -> FloatArray:
    return columns(np.ones(len(of.label)), ~_wrong(of))


def _class_of(of: Predictions) -> NDArray[np.int64]:
    """Position of each row's label among the classes, -1 for a class that the model does not know."""
    positions = {name: place for place, name in enumerate(of.classes)}
    return np.array([positions.get(each, -1) for each in of.label], dtype=np.int64)


def _probabilities(of: Predictions) -> FloatArray:
    if of.probabilities is None:
        raise SpecError("this metric needs probabilities, and the model has no predict_proba. Choose another one.")
    return of.probabilities


def _log_loss_sums(of: Predictions) -> FloatArray:
    """A class that the model does not know had probability 0."""
    place = _class_of(of)
    given = _probabilities(of)[np.arange(len(place)), np.maximum(place, 0)]
    return columns(np.ones(len(place)), -np.log(np.clip(np.where(place < 0, 0.0, given), _TINY, 1.0)))


def _curve_totals(of: Predictions, groups: Groups, count: int) -> FloatArray:
    """Rows of each class counted in bins of the probability of the second class: (groups, 2 x SCORE_BINS)."""
    if len(of.classes) != 2:
        raise SpecError(f"auc compares two classes; this model has {len(of.classes)}. Choose log_loss or f1.")
    score = np.clip(_probabilities(of)[:, 1] * SCORE_BINS, 0, SCORE_BINS - 1).astype(np.int64)
    place = groups * 2 * SCORE_BINS + SCORE_BINS * (of.label == of.classes[1]) + score
    counted = np.bincount(place, minlength=count * 2 * SCORE_BINS)
    return counted.reshape(count, 2 * SCORE_BINS).astype(np.float64)


def _area(totals: FloatArray) -> FloatArray:
    """Share of pairs of both classes that are in the right order; a tie counts half (Mann and Whitney 1947)."""
    negative = totals[..., :SCORE_BINS]
    positive = totals[..., SCORE_BINS:]
    below = np.cumsum(negative, axis=-1) - negative / 2
    return ratio((positive * below).sum(axis=-1), positive.sum(axis=-1) * negative.sum(axis=-1))


def _f1_sums(of: Predictions) -> FloatArray:
    """True positives, and twice them plus all false answers, of each class."""
    label, answer = (np.asarray(each)[:, None] == np.array(of.classes)[None, :] for each in (of.label, of.prediction))
    return np.concatenate([(label & answer).astype(float), label.astype(float) + answer], axis=1)


def _f1(totals: FloatArray) -> FloatArray:
    """Of the second class where there are two, else the mean of all classes that occur (scikit-learn: binary and
    macro)."""
    half = totals.shape[-1] // 2
    of_class = ratio(2 * totals[..., :half], totals[..., half:])
    return of_class[..., 1] if half == 2 else np.nanmean(of_class, axis=-1)


def _calibration_sums(of: Predictions) -> FloatArray:
    """Rows, confidence and right answers in bins of the confidence: (rows, 3 x CALIBRATION_BINS)."""
    confidence = _probabilities(of).max(axis=1)
    place = np.clip(confidence * CALIBRATION_BINS, 0, CALIBRATION_BINS - 1).astype(np.int64)
    counted = np.zeros((len(place), 3 * CALIBRATION_BINS))
    for part, values in enumerate((np.ones(len(place)), confidence, ~_wrong(of))):
        counted[np.arange(len(place)), place + part * CALIBRATION_BINS] = values
    return counted


def _calibration(totals: FloatArray) -> FloatArray:
    """1 - expected calibration error (Guo et al. 2017): the mean distance between confidence and share of right
    answers."""
    rows, confidence, right = np.split(totals, 3, axis=-1)
    return 1 - ratio(np.abs(confidence - right).sum(axis=-1), rows.sum(axis=-1))


_ERROR_RATE = Metric("error_rate", grouped(_wrong_sums), mean)

CLASSIFICATION = Classification(
    name="classification",
    is_numeric=False,
    has_probabilities=True,
    prediction_type=StringType(),
    followed=_ERROR_RATE,
    metrics=by_name(
        _ERROR_RATE,
        Metric("log_loss", grouped(_log_loss_sums), mean, needs_probabilities=True),
        Metric("accuracy", grouped(_right_sums), mean, relative=False),
        Metric("auc", _curve_totals, _area, relative=False, needs_probabilities=True),
        Metric("f1", grouped(_f1_sums), _f1, relative=False),
        Metric("calibration", grouped(_calibration_sums), _calibration, relative=False, needs_probabilities=True),
    ),
)
