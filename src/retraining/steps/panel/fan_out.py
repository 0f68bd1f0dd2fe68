"""Buckets of series to the workers and back: rows and models of a bucket meet on one thread."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql.types import DataType, StructField, StructType

from retraining.adapters.tables.schema_of_record import schema_of_record
from retraining.forecasting.buckets import COLUMNS_OF_MODEL
from retraining.forecasting.find_forecaster import load_forecasters
from retraining.forecasting.panel_plan import PanelPlan
from retraining.records.panel import SeriesModel
from retraining.spec.recipe_function import is_recipe
from retraining.steps.panel.series_rows import BUCKET, SeriesRows

_MOST_TASKS = 64
"""Tasks of one fan-out: a task computes its buckets one after the other."""

Work = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]
"""From a bucket's rows, and its models, to the rows of the result."""


def by_bucket(rows: SeriesRows, models: DataFrame, work: Work, schema: StructType) -> DataFrame:
    """The results of all buckets. models: one row a series with its `bucket`; a bucket may have rows or models only."""
    load_forecasters(own_models(rows.bucket.plan))
    tasks = max(1, min(rows.buckets, _MOST_TASKS))
    left = rows.frame.repartition(tasks, BUCKET).groupBy(BUCKET)
    right = models.repartition(tasks, BUCKET).groupBy(BUCKET)
    names = schema.names

    def of_bucket(own: pd.DataFrame, live: pd.DataFrame) -> pd.DataFrame:
        number: Any = own[BUCKET].iloc[0] if len(own) else live[BUCKET].iloc[0]
        found: pd.DataFrame = work(own, live).assign(**{BUCKET: number})
        return found[names]

    return left.cogroup(right).applyInPandas(of_bucket, schema)


def own_models(plan: PanelPlan) -> list[str]:
    """A user's own forecasters among the candidates."""
    return [each.model for each in plan.candidates if is_recipe(each.model)]


def model_fields() -> list[StructField]:
    """The columns of a live model, as a worker returns them, and the bucket."""
    of_record = {each.name: each for each in schema_of_record(SeriesModel)}
    return [StructField(name, of_record[name].dataType) for name in (*COLUMNS_OF_MODEL, BUCKET)]


def with_fields(*more: tuple[str, DataType]) -> StructType:
    """These columns and others beside them."""
    return StructType([*model_fields(), *(StructField(name, type_) for name, type_ in more)])
