"""Regression: the label is a number, and the error is the distance from it."""

import re
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType

from retraining.kinds.kind import Kind
from retraining.kinds.metric import (
    NO_SIGNAL,
    FloatArray,
    Metric,
    Predictions,
    Signal,
    by_name,
    columns,
    grouped,
    mean,
    ratio,
)
from served_model.column_values import GREATEST_NUMBER

MOST_LOSS = 4.0
"""Detectors count a loss up to this many times the error at promotion, and are fed its share of that: 0 to 1."""
_ROUNDING = 1e-13
_FEWEST_RANKED = 4
_PINBALL = re.compile(r"pinball_(0?\.[0-9]+)")


class Regression(Kind):
    """Followed by RMSE: the loss of a row is its squared error."""

    def metric(self, name: str) -> Metric | None:
        """pinball_0.9 is the pinball loss of the 0.9 quantile."""
        quantile = _quantile_of(name)
        if quantile is None:
            return super().metric(name)
        return Metric(name, grouped(partial(_pinball_sums, quantile)), mean)

    def losses(self, label: NDArray[Any], prediction: NDArray[Any]) -> NDArray[Any]:
        """Squared errors; infinite where the square is too large for a double."""
        with np.errstate(over="ignore"):
            return np.asarray((prediction - label) ** 2)

    def mean_loss(self, error: float) -> float:
        """RMSE is the root of the mean loss."""
        return error**2

    def mean_loss_increase(self, share: float) -> float:
        """(1 + share)^2 - 1."""
        return float((1 + share) ** 2 - 1)

    def error_in_words(self, error: float) -> str:
        """In the unit of the label."""
        return f"RMSE of {error:.4g}"

    def as_labels(self, label: "pd.Series[Any]") -> NDArray[Any]:
        """Doubles."""
        return label.to_numpy(dtype=np.float64)

    def as_predictions(self, predicted: Any) -> NDArray[Any]:
        """Doubles."""
        return np.asarray(predicted, dtype=np.float64)

    def class_type(self, label_type: str) -> str | None:
        """No classes."""
        return None

    def unanswered(self, rows: int) -> NDArray[Any]:
        """NaN."""
        return np.full(rows, np.nan)

    def answers(self, model: Any, features: pd.DataFrame, label: NDArray[Any], with_probabilities: bool) -> Predictions:
        """A regression has no probabilities."""
        return Predictions(label, self.as_predictions(model.predict(features)))

    def signal(self, of: Predictions) -> Signal:
        """The correlation of ranks (Spearman 1904), which no single row decides."""
        known = np.isfinite(of.prediction) & np.isfinite(of.label)
        ranks = [pd.Series(each[known]).rank().to_numpy() for each in (of.label, of.prediction)]
        label, prediction = (each - each.mean() if len(each) else each for each in ranks)
        if known.sum() < _FEWEST_RANKED or not label.any():
            return NO_SIGNAL

        size = float(np.sqrt(np.sum(label**2) * np.sum(prediction**2)))
        return Signal(float(np.sum(label * prediction)) / size if size else 0.0, float(known.sum()))

    def trivial_prediction(self, label: "pd.Series[Any]") -> str:
        """The mean of the training labels."""
        return str(float(label.mean()))

    def trivial_answers(self, trivial: str | None, label: NDArray[Any]) -> Predictions:
        """NaN where no trivial prediction is stored."""
        return Predictions(label, np.full(len(label), float(trivial or "nan")))

    def as_numbers(self, values: NDArray[Any], classes: tuple[str, ...]) -> FloatArray:
        """The values themselves."""
        return values

    def difference_in_words(self, one: NDArray[Any], other: NDArray[Any]) -> str:
        """The greatest distance."""
        return f"at most {float(np.max(np.abs(one - other))):.3g} apart"

    def label_column(self, name: str) -> Column:
        """A double; NaN, and what is beyond GREATEST_NUMBER, becomes null."""
        number = F.col(f"`{name}`").try_cast("double")
        return F.when(F.abs(number) <= F.lit(GREATEST_NUMBER), number)  # NaN is larger than any number

    def loss_column(self, prediction: str, label: str) -> Column:
        """Squared error."""
        return (F.col(prediction) - F.col(label)) ** 2

    def error_column(self, loss: str, rows: str) -> Column:
        """Root of the mean squared error."""
        return F.sqrt(F.col(loss) / F.col(rows))

    def is_broken(self, prediction: str) -> Column:
        """Null, NaN or infinite."""
        value = F.col(prediction)
        return value.isNull() | F.isnan(value) | (F.abs(value) == F.lit(float("inf")))

    def detector_columns(self, prediction: str, label: str, expected: float) -> tuple[Column, Column]:
        """A row is an error when it is further away than the error at promotion. A broken prediction has the greatest
        loss."""
        away = F.abs(F.col(prediction) - F.col(label)) / F.lit(expected)
        most = F.lit(MOST_LOSS)
        loss = F.coalesce(F.least(F.nanvl(away, most), most), most) / most
        return (loss > F.lit(1 / MOST_LOSS)).cast("double"), loss


def _quantile_of(name: str) -> float | None:
    """0.9 of pinball_0.9; None for any other name."""
    found = _PINBALL.fullmatch(name)
    return float(found[1]) if found and float(found[1]) > 0 else None


def root_mean(totals: FloatArray) -> FloatArray:
    """The root of a mean, from its sums."""
    return np.sqrt(mean(totals))


def _error(of: Predictions) -> FloatArray:
    return np.asarray(of.label, dtype=np.float64) - np.asarray(of.prediction, dtype=np.float64)


def squared_sums(of: Predictions) -> FloatArray:
    """Each row once, and its squared error."""
    return columns(np.ones(len(of.label)), _error(of) ** 2)


def absolute_sums(of: Predictions) -> FloatArray:
    """Each row once, and the size of its error."""
    return columns(np.ones(len(of.label)), np.abs(_error(of)))


def _percentage_sums(of: Predictions) -> FloatArray:
    """Rows with label 0 have no percentage and are left out; scikit-learn divides by the smallest number there."""
    label = np.asarray(of.label, dtype=np.float64)
    counts = label != 0
    return columns(counts, np.where(counts, np.abs(_error(of)) / np.where(counts, np.abs(label), 1.0), 0.0))


def _pinball_sums(quantile: float, of: Predictions) -> FloatArray:
    error = _error(of)
    return columns(np.ones(len(error)), np.maximum(quantile * error, (quantile - 1) * error))


def _determination_sums(of: Predictions) -> FloatArray:
    label = np.asarray(of.label, dtype=np.float64)
    return columns(np.ones(len(label)), _error(of) ** 2, label, label**2)


def _determination(totals: FloatArray) -> FloatArray:
    """Labels that differ by rounding only are constant."""
    rows, residual, label, squared = np.moveaxis(totals, -1, 0)
    spread = squared - ratio(label**2, rows)
    return 1 - ratio(residual, np.where(spread <= _ROUNDING * squared, 0.0, spread))


_RMSE = Metric("rmse", grouped(squared_sums), root_mean)

REGRESSION = Regression(
    name="regression",
    is_numeric=True,
    has_probabilities=False,
    prediction_type=DoubleType(),
    followed=_RMSE,
    metrics=by_name(
        _RMSE,
        Metric("mse", grouped(squared_sums), mean),
        Metric("mae", grouped(absolute_sums), mean),
        Metric("mape", grouped(_percentage_sums), mean, needs="labels other than 0"),
        Metric("r2", grouped(_determination_sums), _determination, relative=False, needs="labels that differ"),
    ),
    metric_families=("pinball_<quantile>",),
)
