"""How each version does on what arrives, kept by day and slice."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import predictions
from retraining.adapters.tables.observations import BATCH_SEQ, Selection
from retraining.adapters.tables.performance import append_performance, newest_measured
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.performance import Basis
from retraining.steps.dataset.ingested_source import SCORED_BATCH, VERSION, IngestedSource
from retraining.steps.performance.daily_losses import DAY, LOSS, realised_rows, with_loss
from retraining.steps.performance.sum_on_workers import slice_columns

_ALL_ROWS = ""


def store_arrivals(context: Context, source: IngestedSource) -> None:
    """Measures the batches whose labels came since the last time: champion, previous champion and first champion, which
    all predicted the same rows when they arrived. A label that is corrected later counts again, in the batch that
    corrects it."""
    spec = context.spec
    tables = context.tables
    through = source.committed.through
    after = newest_measured(tables, spec.model, source.name)
    if after >= through or not tables.exists(predictions.table_of(spec.model)):
        return

    slices = slice_columns(spec, source.current_rows(Selection(newer_than=after)))
    rows = realised_rows(spec, source, after, list(slices.values()))

    summed = sums_by_slice(context, rows, list(slices))
    named = performance_rows(context, summed, "arrival", source.name, through)
    append_performance(tables, named, "arrival", f"{spec.model}:{source.name}", through)


def sums_by_slice(context: Context, rows: DataFrame, slices: Sequence[str]) -> DataFrame:
    """Rows and losses of each version, day, batch and slice."""
    groups = [VERSION, BATCH_SEQ, SCORED_BATCH, DAY, "slice"]
    of_slices = F.explode(F.array(F.lit(_ALL_ROWS), *(F.col(name) for name in slices)))
    return (
        with_loss(context.spec, rows)
        .select(*groups[:-1], LOSS, of_slices.alias("slice"))
        .where(F.col("slice").isNotNull())
        .groupBy(*groups)
        .agg(F.count(F.lit(1)).alias("rows"), F.sum(LOSS).alias("loss"))
    )


def performance_rows(context: Context, summed: DataFrame, basis: Basis, source: str, through: int) -> DataFrame:
    """The sums with the columns of the table."""
    kind = kind_of(context.spec)
    values: dict[str, Column] = {
        "model": F.lit(context.model),
        "version": F.col(VERSION),
        "basis": F.lit(basis),
        "slice": F.nullif(F.col("slice"), F.lit(_ALL_ROWS)),
        "day": F.col(DAY),
        "source": F.lit(source),
        "batch_seq": F.col(BATCH_SEQ),
        "scored_batch": F.col(SCORED_BATCH),
        "through": F.lit(through),
        "metric": F.lit(kind.followed.name),
        "error": kind.error_column("loss", "rows"),
        **{name: F.lit(value) for name, value in context.stamp.items()},
    }
    return summed.withColumns(values)
