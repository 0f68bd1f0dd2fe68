"""Metrics that judge models, each as a function of sums over rows.

Rows are added up where they are; a metric is then a formula on the sums, so that leaving out a day costs a subtraction
and no row is read twice. Formulas are those of scikit-learn unless said otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from retraining.errors import SpecError
from retraining.spec.metric_name import is_own, pinball_quantile, why_no_metric
from retraining.spec.recipe_function import file_of, find_function

FloatArray = NDArray[np.float64]
Groups = NDArray[np.int64]
Kind = Literal["regression", "classification"]
FollowedMetric = Literal["rmse", "error_rate"]
"""What every model is followed by from day to day."""
SCORE_BINS = 1_000
"""Probabilities are counted in so many bins for the area under the curve: it is exact to about a thousandth."""
CALIBRATION_BINS = 10
_TINY = 1e-15


@dataclass(frozen=True)
class Predictions:
    """One model's answers for some rows. label and prediction are numbers for a regression, texts for a classifier;
    probabilities has a column per class, in the order of classes, where a metric asks for it."""

    label: NDArray[Any]
    prediction: NDArray[Any]
    probabilities: FloatArray | None = None
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metric:
    """totals: the sums over the rows of each group, (groups, sums), from the number of each row's group and how many
    groups there are; value: the metric of such sums, of shape (..., sums) to (...).

    relative: a smaller value is better, and a gain is 1 - candidate / baseline. Else a larger value is better, at most
    1, and a gain is the difference.
    """

    name: str
    totals: Callable[[Predictions, Groups, int], FloatArray]
    value: Callable[[FloatArray], FloatArray]
    relative: bool = True
    needs_probabilities: bool = False


def find_metric(name: str, kind: Kind) -> Metric:
    """A metric by its name; pinball_0.9 is the pinball loss of the 0.9 quantile, recipes.<file>.<function> the mean of
    what a function of the user's says of each row. Raises SpecError for a name that the kind of model does not have."""
    why = why_no_metric(name, kind)
    if why:
        raise SpecError(f"{why}.")
    if is_own(name):
        return Metric(name, _grouped(partial(_own_sums, name, find_function("gate", "metric", name))), _mean)
    quantile = pinball_quantile(name)
    if quantile is not None:
        return Metric(name, _grouped(partial(_pinball_sums, quantile)), _mean)
    return (_REGRESSION if kind == "regression" else _CLASSIFICATION)[name]


def error_of(name: FollowedMetric, loss: float, rows: float) -> float:
    """The metric that is followed day by day, from its stored sums. 0 rows give NaN."""
    metric = _REGRESSION["rmse"] if name == "rmse" else _CLASSIFICATION["error_rate"]
    return float(metric.value(np.array([rows, loss], dtype=np.float64)))


def error_on_rows(name: FollowedMetric, label: NDArray[Any], prediction: NDArray[Any]) -> float:
    """The same of rows in memory."""
    losses = (prediction - label) ** 2 if name == "rmse" else prediction != label
    return error_of(name, float(np.sum(losses)), len(label))


def _grouped(row_sums: Callable[[Predictions], FloatArray]) -> Callable[[Predictions, Groups, int], FloatArray]:
    """Totals from a function that says for each row what it adds."""

    def totals(of: Predictions, groups: Groups, count: int) -> FloatArray:
        columns = row_sums(of).T
        return np.column_stack([np.bincount(groups, weights=each, minlength=count) for each in columns])

    return totals


def _columns(*columns: Any) -> FloatArray:
    return np.column_stack([np.asarray(each, dtype=np.float64) for each in columns])


def _ratio(above: Any, below: Any) -> FloatArray:
    """NaN where there is nothing to divide by."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.asarray(below) == 0, np.nan, np.divide(above, below))


def _mean(totals: FloatArray) -> FloatArray:
    return _ratio(totals[..., 1], totals[..., 0])


def _root_mean(totals: FloatArray) -> FloatArray:
    return np.sqrt(_mean(totals))


def _error(of: Predictions) -> FloatArray:
    return np.asarray(of.label, dtype=np.float64) - np.asarray(of.prediction, dtype=np.float64)


def _squared_sums(of: Predictions) -> FloatArray:
    return _columns(np.ones(len(of.label)), _error(of) ** 2)


def _absolute_sums(of: Predictions) -> FloatArray:
    return _columns(np.ones(len(of.label)), np.abs(_error(of)))


def _percentage_sums(of: Predictions) -> FloatArray:
    """Rows with label 0 have no percentage and are left out; scikit-learn divides by the smallest number there."""
    label = np.asarray(of.label, dtype=np.float64)
    counts = label != 0
    return _columns(counts, np.where(counts, np.abs(_error(of)) / np.where(counts, np.abs(label), 1.0), 0.0))


def _pinball_sums(quantile: float, of: Predictions) -> FloatArray:
    error = _error(of)
    return _columns(np.ones(len(error)), np.maximum(quantile * error, (quantile - 1) * error))


def _own_sums(name: str, loss: Callable[[NDArray[Any], NDArray[Any]], Any], of: Predictions) -> FloatArray:
    losses = np.asarray(loss(of.label, of.prediction), dtype=np.float64)
    if losses.shape != of.label.shape:
        raise SpecError(
            f"metric {name} returned an array of shape {losses.shape}, expected a loss for each of "
            f"{len(of.label)} rows. Correct {file_of(name)}."
        )
    return _columns(np.ones(len(losses)), losses)


def _determination_sums(of: Predictions) -> FloatArray:
    label = np.asarray(of.label, dtype=np.float64)
    return _columns(np.ones(len(label)), _error(of) ** 2, label, label**2)


def _determination(totals: FloatArray) -> FloatArray:
    rows, residual, label, squared = np.moveaxis(totals, -1, 0)
    return 1 - _ratio(residual, squared - _ratio(label**2, rows))


def _wrong(of: Predictions) -> NDArray[np.bool_]:
    return np.asarray(of.label != of.prediction)


def _wrong_sums(of: Predictions) -> FloatArray:
    return _columns(np.ones(len(of.label)), _wrong(of))


def _right_sums(of: Predictions) -> FloatArray:
    return _columns(np.ones(len(of.label)), ~_wrong(of))


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
    return _columns(np.ones(len(place)), -np.log(np.clip(np.where(place < 0, 0.0, given), _TINY, 1.0)))


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
    negative, positive = totals[..., :SCORE_BINS], totals[..., SCORE_BINS:]
    below = np.cumsum(negative, axis=-1) - negative / 2
    return _ratio((positive * below).sum(axis=-1), positive.sum(axis=-1) * negative.sum(axis=-1))


def _f1_sums(of: Predictions) -> FloatArray:
    """True positives, and twice them plus all false answers, of each class."""
    label, answer = (np.asarray(each)[:, None] == np.array(of.classes)[None, :] for each in (of.label, of.prediction))
    return np.concatenate([(label & answer).astype(float), label.astype(float) + answer], axis=1)


def _f1(totals: FloatArray) -> FloatArray:
    """Of the second class where there are two, else the mean of all classes that occur (scikit-learn: binary and
    macro)."""
    half = totals.shape[-1] // 2
    of_class = _ratio(2 * totals[..., :half], totals[..., half:])
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
    return 1 - _ratio(np.abs(confidence - right).sum(axis=-1), rows.sum(axis=-1))


def _named(*metrics: Metric) -> dict[str, Metric]:
    return {each.name: each for each in metrics}


_REGRESSION = _named(
    Metric("rmse", _grouped(_squared_sums), _root_mean),
    Metric("mse", _grouped(_squared_sums), _mean),
    Metric("mae", _grouped(_absolute_sums), _mean),
    Metric("mape", _grouped(_percentage_sums), _mean),
    Metric("r2", _grouped(_determination_sums), _determination, relative=False),
)
_CLASSIFICATION = _named(
    Metric("error_rate", _grouped(_wrong_sums), _mean),
    Metric("log_loss", _grouped(_log_loss_sums), _mean, needs_probabilities=True),
    Metric("accuracy", _grouped(_right_sums), _mean, relative=False),
    Metric("auc", _curve_totals, _area, relative=False, needs_probabilities=True),
    Metric("f1", _grouped(_f1_sums), _f1, relative=False),
    Metric("calibration", _grouped(_calibration_sums), _calibration, relative=False, needs_probabilities=True),
)
