"""Every series searched for a model again, and forecast: what a panel costs and gives that keeps nothing."""

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql.types import DoubleType, LongType, StringType, StructField, StructType

from retraining.forecasting.buckets import SERIES, act_on_bucket, forecast_bucket
from retraining.forecasting.isolated import MOST_SECONDS
from retraining.records.panel import SeriesAction
from retraining.steps.panel.fan_out import by_bucket
from retraining.steps.panel.follow_panel import no_models
from retraining.steps.panel.series_rows import BUCKET, SeriesRows

REFIT = "refit"
"""The forecast of a series that was fitted again."""
_FOUND = StructType(
    [
        StructField(SERIES, StringType()),
        StructField("target", LongType()),
        StructField(REFIT, DoubleType()),
        StructField(BUCKET, LongType()),
    ]
)


def refit_all(rows: SeriesRows) -> DataFrame:
    """Series, target (the step that is forecast) and forecast. Nothing is stored."""
    bucket = rows.bucket

    def work(own: pd.DataFrame, none: pd.DataFrame) -> pd.DataFrame:
        actions: dict[str, SeriesAction] = {str(key): "respecify" for key in own[SERIES].unique()}
        fitted = act_on_bucket(own, none, actions, bucket, MOST_SECONDS)
        ahead = forecast_bucket(own, fitted, bucket)
        return ahead.assign(target=ahead["origin"] + ahead["step"]).rename(columns={"forecast": REFIT})

    return by_bucket(rows, no_models(rows), work, _FOUND)
