"""How many series a panel has, how many fall back, and whether each one of the source is there once."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.series_models import models_of_panel
from retraining.context import Context
from retraining.forecasting.buckets import SERIES
from retraining.forecasting.live_model import FALLBACK_MODEL
from retraining.rules.panel.panel_checks import Kept, Roster


def count_kept(context: Context, expected: DataFrame, panel: int) -> Kept:
    """The series of a panel as it was fitted, beside those that are expected (`series`, each once)."""
    there = models_of_panel(context.tables, context.model, panel, "fitted").groupBy(SERIES).agg(F.count("*").alias("n"))
    both = expected.withColumn("wanted", F.lit(1)).join(there, SERIES, "full")
    counted = both.agg(
        F.count("wanted").alias("expected"),
        F.count_if(F.col("n").isNull()).alias("lost"),
        F.count_if(F.col("wanted").isNull()).alias("more"),
        F.coalesce(F.sum(F.col("n") - 1), F.lit(0)).alias("twice"),
    ).collect()[0]
    return Kept(counted["expected"], counted["lost"], counted["more"], counted["twice"])


def count_roster(context: Context, panel: int, among: int | None = None) -> Roster:
    """The series of a panel as it was fitted, and those that fall back; among: only series that this panel has too."""
    rows = models_of_panel(context.tables, context.model, panel, "fitted")
    if among is not None:
        others = models_of_panel(context.tables, context.model, among, "fitted").select(SERIES)
        rows = rows.join(others, SERIES, "left_semi")
    is_fallback = F.col("forecaster") == F.lit(FALLBACK_MODEL)
    count, fallbacks = rows.agg(F.count(F.lit(1)), F.count_if(is_fallback)).collect()[0]
    return Roster(count, fallbacks)
