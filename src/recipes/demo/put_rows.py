"""Puts example rows into a source table, each once."""

import pandas as pd
from pyspark.sql import SparkSession


def put_rows(spark: SparkSession, rows: pd.DataFrame, table: str, keys: list[str]) -> int:
    """Appends the rows whose keys the table does not hold yet; returns how many. Nothing is written when there are
    none."""
    frame = spark.createDataFrame(rows)
    if spark.catalog.tableExists(table):
        frame = frame.join(spark.table(table).select(*keys), keys, "left_anti").select(*spark.table(table).columns)
    missing = frame.count()
    if missing:
        frame.write.format("delta").mode("append").saveAsTable(table)
    return missing
