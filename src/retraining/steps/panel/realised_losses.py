"""Actuals that arrived meet the forecasts that were made before them."""

from collections.abc import Sequence
from datetime import date

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import forecasts
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.context import Context
from retraining.forecasting.buckets import SERIES, TIME, VALUE
from retraining.records.decision import DailyLoss, Decision
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.panel.series_rows import STEP, SeriesRows, read_series

ACTUAL_BATCH = "actual_batch"
TARGET = "target"
DAY = "day"


def realised(context: Context, rows: SeriesRows, newer_than: int) -> DataFrame | None:
    """Every forecast whose actual came with a batch after newer_than: the columns of `<model>_forecasts`, `actual`,
    `actual_batch` and `day`. None where nothing has been forecast yet."""
    name = forecasts.table_of(context.model)
    if not context.tables.exists(name):
        return None

    stored = context.tables.read(name).withColumn(TARGET, F.col("origin") + F.col("step"))
    actuals = rows.frame.where(F.col(VALUE).isNotNull() & (F.col(BATCH_SEQ) > F.lit(newer_than))).select(
        F.col(SERIES),
        F.col(STEP).alias(TARGET),
        F.col(VALUE).alias("actual"),
        F.col(BATCH_SEQ).alias(ACTUAL_BATCH),
        F.col(TIME).cast("date").alias(DAY),
    )

    met = stored.join(actuals, [SERIES, TARGET])
    if rows.bucket.calendar.missing == "zero":
        met = met.unionByName(_met_by_zeros(rows, stored, newer_than))
    return met.where(F.col(ACTUAL_BATCH) > F.col(BATCH_SEQ))


def _met_by_zeros(rows: SeriesRows, stored: DataFrame, newer_than: int) -> DataFrame:
    """Forecasts of steps without a row, where that means 0. It is known with the batch that brought the first row of
    that step, or of a later one, of any series."""
    known = rows.frame.where(F.col(VALUE).isNotNull() & (F.col(STEP) <= rows.origin))
    reached = known.groupBy(BATCH_SEQ).agg(F.max(STEP).alias(STEP)).orderBy(BATCH_SEQ).collect()
    before = max((row[STEP] for row in reached if row[BATCH_SEQ] <= newer_than), default=None)
    newer = [(row[BATCH_SEQ], row[STEP]) for row in reached if row[BATCH_SEQ] > newer_than]
    first = F.coalesce(*(F.when(F.col(TARGET) <= F.lit(step), F.lit(batch)) for batch, step in newer), F.lit(None))

    there = rows.frame.select(SERIES, F.col(STEP).alias(TARGET))
    awaited = stored if before is None else stored.where(F.col(TARGET) > F.lit(before))
    without = awaited.where(F.col(TARGET) <= F.lit(rows.origin)).join(there, [SERIES, TARGET], "left_anti")
    columns = {"actual": F.lit(0.0), ACTUAL_BATCH: first.cast("bigint"), DAY: F.col(TIME).cast("date")}
    return without.withColumns(columns)


def measure_panel_losses(
    context: Context, source: IngestedSource, decisions: Sequence[Decision]
) -> tuple[DailyLoss, ...]:
    """The scaled errors of the batches that no earlier decision has measured, by version and day: a row a day comes
    back, never one a series."""
    after = max((row.batch_seq for row in decisions if row.batch_seq < source.committed.through), default=0)
    if not context.tables.exists(forecasts.table_of(context.model)):
        return ()
    found = realised(context, read_series(context, source), after)
    if found is None:
        return ()

    groups = [DAY, ACTUAL_BATCH, BATCH_SEQ, "model_version"]
    loss = F.abs(F.col("actual") - F.col("forecast")) / F.col("scale")
    sums = (
        found.where(loss.isNotNull())
        .groupBy(*groups)
        .agg(F.count(F.lit(1)).alias("rows"), F.sum(loss).alias("loss"))
        .orderBy(*groups)
        .collect()
    )
    return tuple(
        DailyLoss(row["model_version"], row[ACTUAL_BATCH], row[BATCH_SEQ], row[DAY], row["rows"], row["loss"])
        for row in sums
    )


def count_new_steps(context: Context, source: IngestedSource, since: int) -> dict[date | None, int]:
    """Points that arrived since the last training, by the first day of their step, in order; steps without new ones
    count 0. The newest step has its last day, as it may still arrive: a month counts once, whatever days its series
    are stamped with. Steps shorter than a day count by days."""
    rows = read_series(context, source)
    known = rows.frame.where(F.col(VALUE).isNotNull() & (F.col(STEP) <= rows.origin))
    day = F.col(TIME).cast("date")
    block = day if rows.bucket.calendar.frequency == "hourly" else F.col(STEP)
    counted = known.groupBy(block.alias("block")).agg(
        F.min(day).alias("first"),
        F.max(day).alias("last"),
        F.max(STEP).alias("newest"),
        F.count_if(F.col(BATCH_SEQ) > F.lit(since)).alias("new"),
    )
    found = counted.orderBy("block").collect()
    return {row["last"] if row["newest"] == rows.origin else row["first"]: row["new"] for row in found}
