"""Metrics of classes: what rows add, and the formulas on the sums.

With two classes, AUC and F1 are those of the second one. With more they are the mean over the classes that occur, each
against the rest (scikit-learn: macro, and ovr). The classes are those of both models and of the labels.
"""

import numpy as np
from numpy.typing import NDArray

from retraining.errors import SpecError
from retraining.kinds.metric import (
    FloatArray,
    Groups,
    Metric,
    Predictions,
    columns,
    grouped,
    mean,
    mean_of_known,
    ratio,
)

MOST_CLASSES = 1_000
"""Metrics with sums of each class are not made for more, nor does a trivial prediction know more."""
SCORE_BINS = 1_000
"""Probabilities are counted in this many bins for the area under the curve, which makes it exact to about a
thousandth."""
CALIBRATION_BINS = 10
_MOST_BINS = 4_000
"""Of all curves of a model: with more than 4 classes, each has fewer bins."""
_STEEPEST = float(np.log(1e6))
_TINY = float(np.finfo(np.float64).eps)


def is_wrong(of: Predictions) -> NDArray[np.bool_]:
    """Whether the class is wrong."""
    return np.asarray(of.label != of.prediction)


def _wrong_sums(of: Predictions) -> FloatArray:
    return columns(np.ones(len(of.label)), is_wrong(of))


def _right_sums(of: Predictions) -> FloatArray:
    return columns(np.ones(len(of.label)), ~is_wrong(of))


def _places(values: NDArray[np.object_], classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Position of each value among the classes, -1 for a class that is not among them."""
    positions = {name: place for place, name in enumerate(classes)}
    return np.array([positions.get(each, -1) for each in values], dtype=np.int64)


def _probabilities(of: Predictions) -> FloatArray:
    if of.probabilities is None:
        raise SpecError("this metric needs probabilities, and the model has no predict_proba. Choose another one.")
    return np.asarray(np.nan_to_num(of.probabilities, nan=0.0))


def _log_loss_sums(of: Predictions) -> FloatArray:
    """A class that the model does not know had probability 0."""
    place = _places(of.label, of.classes)
    given = _probabilities(of)[np.arange(len(place)), np.maximum(place, 0)]
    return columns(np.ones(len(place)), -np.log(np.clip(np.where(place < 0, 0.0, given), _TINY, 1.0)))


def _bins_of_curve(curves: int) -> int:
    return max(1, min(SCORE_BINS, _MOST_BINS // curves))


def _score_bins(probability: FloatArray, bins: int) -> NDArray[np.int64]:
    """Half as wide bins of the probability and of its log-odds: those of a rare class differ only in the latter."""
    inside = np.clip(probability, 0.0, 1.0)
    with np.errstate(divide="ignore"):
        log_odds = np.clip(np.log(inside) - np.log1p(-inside), -_STEEPEST, _STEEPEST)
    score = (inside + (log_odds / _STEEPEST + 1) / 2) / 2
    return np.asarray(np.minimum(score * bins, bins - 1), dtype=np.int64)


def _curve_totals(of: Predictions, groups: Groups, count: int) -> FloatArray:
    """Rows, and rows times curves; then of each curve the rows of other classes, and those of its class, in bins of
    the class's probability. Two classes share a curve."""
    probabilities = _probabilities(of)
    curves = [1] if len(of.classes) == 2 else list(range(len(of.classes)))
    bins = _bins_of_curve(len(curves))
    label = _places(of.label, of.classes)

    rows = np.bincount(groups, minlength=count)
    parts = [rows[:, None], len(curves) * rows[:, None]]
    for curve in curves:
        place = groups * 2 * bins + bins * (label == curve) + _score_bins(probabilities[:, curve], bins)
        parts.append(np.bincount(place, minlength=count * 2 * bins).reshape(count, 2 * bins))
    return np.asarray(np.concatenate(parts, axis=1), dtype=np.float64)


def _area(totals: FloatArray) -> FloatArray:
    """Share of pairs of both classes that are in the right order; a tie counts half (Mann and Whitney 1947). The mean
    over the curves that have rows on both sides."""
    rows = totals[..., 0].sum()
    if not rows:
        return np.full(totals.shape[:-1], np.nan)

    curves = round(float(totals[..., 1].sum() / rows))
    sides = totals[..., 2:].reshape(*totals.shape[:-1], curves, 2, _bins_of_curve(curves))
    negative = sides[..., 0, :]
    positive = sides[..., 1, :]
    below = np.cumsum(negative, axis=-1) - negative / 2
    return mean_of_known(ratio((positive * below).sum(axis=-1), positive.sum(axis=-1) * negative.sum(axis=-1)))


def _f1_totals(of: Predictions, groups: Groups, count: int) -> FloatArray:
    """True positives, and twice them plus all false answers, of each class."""
    width = len(of.classes)
    label = _places(of.label, of.classes)
    answer = _places(of.prediction, of.classes)

    def counted(classes: NDArray[np.int64], which: NDArray[np.bool_]) -> NDArray[np.int64]:
        place = groups[which] * width + classes[which]
        return np.bincount(place, minlength=count * width).reshape(count, width)

    right = counted(label, (label == answer) & (label >= 0))
    named = counted(label, label >= 0) + counted(answer, answer >= 0)
    return np.asarray(np.concatenate([right, named], axis=1), dtype=np.float64)


def _f1(totals: FloatArray) -> FloatArray:
    half = totals.shape[-1] // 2
    of_class = ratio(2 * totals[..., :half], totals[..., half:])
    return np.asarray(of_class[..., 1]) if half == 2 else mean_of_known(of_class)


def _calibration_sums(of: Predictions) -> FloatArray:
    """Rows, confidence and right answers in bins of the confidence: (rows, 3 x CALIBRATION_BINS)."""
    confidence = _probabilities(of).max(axis=1)
    place = np.clip(confidence * CALIBRATION_BINS, 0, CALIBRATION_BINS - 1).astype(np.int64)
    counted = np.zeros((len(place), 3 * CALIBRATION_BINS))
    for part, values in enumerate((np.ones(len(place)), confidence, ~is_wrong(of))):
        counted[np.arange(len(place)), place + part * CALIBRATION_BINS] = values
    return counted


def _calibration(totals: FloatArray) -> FloatArray:
    """1 - expected calibration error (Guo et al. 2017): the mean distance between confidence and share of right
    answers."""
    rows, confidence, right = np.split(totals, 3, axis=-1)
    return 1 - ratio(np.abs(confidence - right).sum(axis=-1), rows.sum(axis=-1))


ERROR_RATE = Metric("error_rate", grouped(_wrong_sums), mean, is_share=True)
LOG_LOSS = Metric("log_loss", grouped(_log_loss_sums), mean, needs_probabilities=True)
ACCURACY = Metric("accuracy", grouped(_right_sums), mean, relative=False)
AUC = Metric(
    "auc",
    _curve_totals,
    _area,
    relative=False,
    needs_probabilities=True,
    by_class=True,
    needs="rows of more than one class",
)
F1 = Metric("f1", _f1_totals, _f1, relative=False, by_class=True, needs="a row, or an answer, of the positive class")
CALIBRATION = Metric("calibration", grouped(_calibration_sums), _calibration, relative=False, needs_probabilities=True)
