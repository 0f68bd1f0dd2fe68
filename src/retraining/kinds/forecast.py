"""Forecasts: the label is a number of a series, and errors are in units of the series' scale, so that series add up."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DoubleType

from retraining.kinds.kind import Kind
from retraining.kinds.metric import Metric, by_name, grouped, mean
from retraining.kinds.regression import Regression, absolute_sums, root_mean, squared_sums


class Forecast(Regression):
    """Followed by MASE: the mean of absolute errors over the scale of their series. Labels and predictions that its
    metrics are asked about have been divided by that scale already."""

    def metric(self, name: str) -> Metric | None:
        """No quantiles: intervals have separate measures."""
        return Kind.metric(self, name)

    def why_no_metric(self, name: str) -> str | None:
        """A function of the user knows no series and no scale."""
        if self.metric(name):
            return None
        return f"{name!r} is not a metric of a forecast; expected one of {', '.join(self.metrics)}"

    def losses(self, label: NDArray[Any], prediction: NDArray[Any]) -> NDArray[Any]:
        """Absolute scaled errors."""
        return np.asarray(np.abs(prediction - label))

    def mean_loss(self, error: float) -> float:
        """MASE is the mean loss."""
        return error

    def mean_loss_increase(self, share: float) -> float:
        """The same share."""
        return share

    def error_in_words(self, error: float) -> str:
        """In units of the series' scale."""
        return f"MASE of {error:.4g}"

    def loss_column(self, prediction: str, label: str) -> Column:
        """Absolute scaled error."""
        return F.abs(F.col(prediction) - F.col(label))

    def error_column(self, loss: str, rows: str) -> Column:
        """Mean of the absolute scaled errors."""
        return F.col(loss) / F.col(rows)


MASE = Metric("mase", grouped(absolute_sums), mean)
RMSSE = Metric("rmsse", grouped(squared_sums), root_mean)

FORECAST = Forecast(
    name="forecast",
    is_numeric=True,
    has_probabilities=False,
    prediction_type=DoubleType(),
    followed=MASE,
    metrics=by_name(MASE, RMSSE),
    learns="series",
)
