"""Only what a series' model needs of its history travels to a worker: its state holds the rest."""

import json

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.forecasting.buckets import CORRECTED, SERIES
from retraining.forecasting.find_forecaster import Candidate
from retraining.forecasting.live_model import FALLBACK_MODEL
from retraining.forecasting.update_series import SEASONS_BEFORE
from retraining.steps.panel.series_rows import STEP, SeriesRows

_FROM = "_needed_from"


def needed_rows(rows: SeriesRows, models: DataFrame, whole: Column | None = None) -> DataFrame:
    """The rows that the models need to take in the newest points, as `needed_from` says of each; all rows of a series
    without a model, with the fallback, or that is `whole`, such as one that is fitted again."""
    is_whole = F.col("forecaster").isNull() | (F.col("forecaster") == F.lit(FALLBACK_MODEL))
    if whole is not None:
        is_whole = is_whole | whole
    recent = F.col("updated_until") - F.lit(SEASONS_BEFORE * rows.bucket.plan.season_length)
    from_there = F.when(_reads_history(models), F.col("trained_from")).otherwise(F.least(recent, F.col("last_row")))
    needed = models.select(SERIES, F.when(~is_whole, from_there).alias(_FROM))
    joined = rows.frame.join(needed, SERIES, "left")
    return joined.where(F.col(_FROM).isNull() | (F.col(STEP) >= F.col(_FROM))).drop(_FROM)


def with_corrected(rows: SeriesRows, models: DataFrame, seen: int) -> DataFrame:
    """The models with the number of rows of a batch after `seen` that change a step which the model has taken in."""
    until = models.select(SERIES, "updated_until")
    late = rows.frame.where(F.col(BATCH_SEQ) > F.lit(seen)).select(SERIES, STEP).join(until, SERIES)
    changed = late.where(F.col(STEP) <= F.col("updated_until")).groupBy(SERIES).agg(F.count("*").alias(CORRECTED))
    return models.join(changed, SERIES, "left")


def _reads_history(models: DataFrame) -> Column:
    """Whether a model's state cannot be carried on without its history. A panel has few different models."""
    made = models.where(F.col("made_by").isNotNull()).select("made_by").distinct().collect()
    reads = [row["made_by"] for row in made if Candidate("any", **json.loads(row["made_by"])).build(1).needs_history]
    return F.col("made_by").isin(reads) if reads else F.lit(False)
