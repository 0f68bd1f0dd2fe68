"""Generated panels of monthly series, made by Spark itself so that no process has to hold them."""

import pandas as pd
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from retraining.forecasting.buckets import Bucket
from retraining.forecasting.find_forecaster import Candidate
from retraining.forecasting.panel_plan import PanelPlan
from retraining.rules.panel.regular import Calendar
from retraining.rules.panel.steps import steps_of
from retraining.steps.panel.series_rows import BUCKET, SeriesRows, bucket_column

FIRST = int(steps_of(pd.DatetimeIndex(["2010-01-01"]), "monthly")[0])
HORIZON = 12
PLAN = PanelPlan(HORIZON, 12, (80, 95), (Candidate("AutoETS", "AutoETS"),))
SERIES_OF_BUCKET = 64
BREAKS = 50
"""One series in so many has another level and season from the break on."""


def made_points(spark: SparkSession, series: int, months: int, break_at: int) -> DataFrame:
    """Series, time, value, step and batch: a level, a season and noise, which differ from series to series."""
    all_months = spark.range(months).withColumnRenamed("id", "month")
    grid = spark.range(series).withColumnRenamed("id", "number").crossJoin(all_months)
    number = F.col("number")
    month = F.col("month")
    broken = (number % BREAKS == 0) & (month >= break_at)
    season = (5 + number % 20) * F.sin((month + number % 12) * 3.14159265 / 6)
    year = F.lit(2010) + F.floor(month / 12).cast("int")
    midnight = [F.lit(0)] * 3
    noise = (F.pmod(F.xxhash64(number, month), F.lit(2000)) - 1000) / 1000 * (2 + number % 7)
    value = 100 + number % 50 + F.when(broken, 60 - season).otherwise(season) + noise
    return grid.select(
        F.format_string('["%06d"]', number).alias("series"),
        F.make_timestamp(year, (month % 12 + 1).cast("int"), F.lit(1), *midnight).alias("time"),
        value.alias("value"),
        (F.lit(FIRST) + month).cast("bigint").alias("step"),
        F.lit(1).cast("bigint").alias("_batch_seq"),
    )


def panel(points: DataFrame, series: int, until: int) -> SeriesRows:
    """The rows of the first months, in buckets as the product makes them."""
    buckets = series // SERIES_OF_BUCKET + 1
    frame = points.where(F.col("step") < FIRST + until).withColumn(BUCKET, bucket_column(F.col("series"), buckets))
    return SeriesRows(frame, Bucket(PLAN, Calendar("monthly", 12), FIRST + until - 1), buckets, False)
