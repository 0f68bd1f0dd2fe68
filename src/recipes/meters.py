"""Readings of energy meters, as models need them."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F


def prepare(readings: DataFrame) -> DataFrame:
    """Adds hour and weekday of a reading (Sunday is 1), which a model cannot see in a time; -99 degrees is how the
    sensors say that they do not know."""
    outdoor = F.col("outdoor")
    calendar = {"hour": F.hour("read_at"), "weekday": F.dayofweek("read_at")}
    return readings.withColumns({"outdoor": F.when(outdoor != -99, outdoor), **calendar})
