"""Puts example rows into a source table, each once."""

from typing import Any

import pandas as pd
from pyspark.sql import SparkSession
from pyspark.sql import functions as F


def put_rows(spark: SparkSession, rows: pd.DataFrame, table: str, keys: list[str]) -> int:
    """Appends the rows whose keys the table does not hold yet; returns how many. Nothing is written when there are
    none.

    keys: the first one orders the rows, so that only the table's rows in their range are compared.
    """
    missing = rows
    if spark.catalog.tableExists(table):
        first = rows[keys[0]].min()
        last = rows[keys[0]].max()
        there = spark.table(table).where(F.col(keys[0]).between(F.lit(first), F.lit(last))).select(*keys).toPandas()
        missing = rows[~_identities(rows, keys).isin(_identities(there, keys))]
    if len(missing):
        spark.createDataFrame(missing).write.format("delta").mode("append").saveAsTable(table)
    return len(missing)


def _identities(rows: pd.DataFrame, keys: list[str]) -> "pd.Series[Any]":
    """One value for each row's keys; pandas brings Spark's timestamps without their zone, which is UTC."""
    plain = rows[keys].apply(lambda key: key.dt.tz_localize(None) if isinstance(key.dtype, pd.DatetimeTZDtype) else key)
    return pd.Series(pd.MultiIndex.from_frame(plain).to_list(), index=rows.index, dtype=object)
