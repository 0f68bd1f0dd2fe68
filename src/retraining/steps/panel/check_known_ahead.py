"""Models that learn from columns known ahead need these for the steps that they forecast."""

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import LongType, StringType, StructField, StructType, TimestampType

from retraining.errors import UnknownAheadError
from retraining.forecasting.buckets import SERIES, TIME, unknown_ahead
from retraining.forecasting.live_model import takes_known
from retraining.rules.panel.unknown_ahead import UnknownAhead, unknown_in_words
from retraining.steps.panel.fan_out import by_bucket
from retraining.steps.panel.series_rows import BUCKET, SeriesRows
from retraining.steps.panel.step_column import before_dawn

_COLUMN = "column"
_FOUND = StructType(
    [
        StructField(SERIES, StringType()),
        StructField(_COLUMN, StringType()),
        StructField(TIME, TimestampType()),
        StructField(BUCKET, LongType()),
    ]
)
_MOST_NAMED = 3


def check_known_ahead(rows: SeriesRows, models: DataFrame) -> None:
    """Raises UnknownAheadError with series and dates where a model has no value of what it takes as known ahead."""
    bucket = rows.bucket
    if not bucket.known:
        return

    def work(own: pd.DataFrame, models: pd.DataFrame) -> pd.DataFrame:
        return unknown_ahead(own[own[SERIES].isin(takes_known(models))], bucket)

    found = by_bucket(rows, models, work, _FOUND)
    day = before_dawn(F.col(TIME), rows.moved).cast("date").cast("string")
    by_column = found.groupBy(SERIES, _COLUMN).agg(
        F.count(F.lit(1)).alias("steps"), F.min(day).alias("first"), F.max(day).alias("last")
    )
    named = by_column.orderBy(SERIES, _COLUMN).limit(_MOST_NAMED).collect()
    if not named:
        return
    series = found.agg(F.count_distinct(SERIES)).collect()[0][0]
    unknown = [UnknownAhead(*row) for row in named]
    raise UnknownAheadError(unknown_in_words(unknown, series, bucket.plan.horizon))
