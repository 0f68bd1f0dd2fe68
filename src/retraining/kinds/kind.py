"""What a kind of model must answer. A new kind is a file with a class of this protocol, and a line in find_kind.py."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import Column
from pyspark.sql.types import DataType

from retraining.kinds.metric import FloatArray, Metric, Predictions, Signal

Learns = Literal["rows", "series"]


@dataclass(frozen=True)
class Kind(ABC):
    """What differs between models of different kinds. Values and columns in, values and columns out: a kind knows no
    spec, no table and no registry."""

    name: str
    """`kind` in the spec."""
    is_numeric: bool
    """Whether predictions and labels are numbers. Else they are texts, which name classes."""
    has_probabilities: bool
    """Whether a model may have a probability of each answer."""
    prediction_type: DataType
    """Spark type of a prediction."""
    followed: Metric
    """The metric that every model of the kind is followed by from day to day: what daily losses are stored of. Its sums
    are the rows and their losses."""
    metrics: Mapping[str, Metric]
    """Metrics that a gate may name."""
    metric_families: tuple[str, ...] = ()
    """Names with a parameter that a gate may also use, as an error lists them."""
    learns: Learns = "rows"
    """What a model of the kind learns: rows, one estimator for all of them; or series, a panel with a model for each.
    Every stage has one way for each."""

    @property
    def column_kind(self) -> Literal["numeric", "categorical"]:
        """How the drift of prediction and label is measured."""
        return "numeric" if self.is_numeric else "categorical"

    # Metrics, and the losses behind the followed one.

    def metric(self, name: str) -> Metric | None:
        """A metric by its name; None where the kind has none of this name."""
        return self.metrics.get(name)

    def why_no_metric(self, name: str) -> str | None:
        """A sentence that lists what is allowed; None where the kind has the metric."""
        if self.metric(name):
            return None

        allowed = ", ".join([*self.metrics, *self.metric_families, "recipes.<file>.<function>"])
        return f"{name!r} is not a metric of a {self.name}; expected one of {allowed}"

    def error(self, loss: float, rows: float) -> float:
        """The followed metric from stored sums. 0 rows give NaN."""
        return float(self.followed.value(np.array([rows, loss], dtype=np.float64)))

    def error_on_rows(self, label: NDArray[Any], prediction: NDArray[Any]) -> float:
        """The followed metric of rows in memory."""
        return self.error(float(np.sum(self.losses(label, prediction))), len(label))

    @abstractmethod
    def losses(self, label: NDArray[Any], prediction: NDArray[Any]) -> NDArray[Any]:
        """The loss of each row, whose mean is what the followed metric is made from."""

    @abstractmethod
    def mean_loss(self, error: float) -> float:
        """The mean loss behind a value of the followed metric."""

    @abstractmethod
    def mean_loss_increase(self, share: float) -> float:
        """By which share the mean loss grows when the followed metric grows by a share."""

    @abstractmethod
    def error_in_words(self, error: float) -> str:
        """The followed metric and its value, as in "RMSE of 3.2"."""

    # Models and rows in memory.

    @abstractmethod
    def as_labels(self, label: "pd.Series[Any]") -> NDArray[Any]:
        """Labels as metrics compare them."""

    @abstractmethod
    def as_predictions(self, predicted: Any) -> NDArray[Any]:
        """What a model returned, as metrics compare it and tables store it."""

    @abstractmethod
    def class_type(self, label_type: str) -> str | None:
        """The type in which callers get classes: that of the label. None where they get numbers."""

    @abstractmethod
    def unanswered(self, rows: int) -> NDArray[Any]:
        """What stands for the predictions of rows that a model refuses."""

    @abstractmethod
    def answers(self, model: Any, features: pd.DataFrame, label: NDArray[Any], with_probabilities: bool) -> Predictions:
        """A fitted model's answers, with probabilities where a metric needs them."""

    def classes_of(self, model: Any) -> tuple[str, ...]:
        """The classes that a fitted model knows; none where predictions are numbers."""
        return ()

    def why_not_learned(self, label: "pd.Series[Any]") -> str | None:
        """Why no model can be fitted to such labels, as a part of a sentence; None where one can."""
        return None

    @abstractmethod
    def signal(self, of: Predictions) -> Signal:
        """How much a model's answers tell about the labels, whatever their unit and level."""

    def telling_losses(self, of: Predictions) -> FloatArray:
        """The loss of each row that tells most about a model: that of its probabilities, where it has them."""
        return np.asarray(self.losses(of.label, of.prediction), dtype=np.float64)

    @abstractmethod
    def trivial_prediction(self, label: "pd.Series[Any]") -> str:
        """What a model has to beat, as text: what fits the training labels best without a look at any feature."""

    @abstractmethod
    def trivial_answers(self, trivial: str | None, label: NDArray[Any]) -> Predictions:
        """The trivial prediction, stored as text, as an answer to every row."""

    @abstractmethod
    def as_numbers(self, values: NDArray[Any], classes: tuple[str, ...]) -> FloatArray:
        """Predictions or labels as numbers that differ where they differ; NaN or infinite where a value is broken."""

    def confidence(self, model: Any, features: pd.DataFrame) -> FloatArray | None:
        """The model's probability of the class it predicts, shape (rows,); None where it has none, or refuses a row."""
        if not self.has_probabilities or not hasattr(model, "predict_proba"):
            return None
        try:
            return np.asarray(model.predict_proba(features).max(axis=1))
        except ValueError:
            return None

    @abstractmethod
    def difference_in_words(self, one: NDArray[Any], other: NDArray[Any]) -> str:
        """How far two models' predictions of the same rows are apart."""

    # Spark columns.

    @abstractmethod
    def label_column(self, name: str) -> Column:
        """A column of the source as label; null where it holds none."""

    @abstractmethod
    def loss_column(self, prediction: str, label: str) -> Column:
        """The same as `losses`, of columns."""

    @abstractmethod
    def error_column(self, loss: str, rows: str) -> Column:
        """The same as `error`, of columns with sums."""

    @abstractmethod
    def is_broken(self, prediction: str) -> Column:
        """Whether a prediction is missing or not finite."""

    @abstractmethod
    def detector_columns(self, prediction: str, label: str, expected: float) -> tuple[Column, Column]:
        """What detectors are fed of each row: an error of 0 or 1, and a loss from 0 to 1. expected: the error at
        promotion."""
