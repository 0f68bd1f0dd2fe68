"""`<source>_staging`: what a source without versions held when it was read, so that it can be read again."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from retraining.adapters.error_conditions import is_commit_conflict
from retraining.adapters.tables.storage_faults import using_storage
from retraining.adapters.tables.tables import Tables
from retraining.errors import ConcurrentRunError

_COMMITS_TO_SEARCH = 20


def table_of(source: str) -> str:
    """Name of a source's staging table."""
    return f"{source}_staging"


def replace_rows(tables: Tables, source: str, rows: DataFrame, attempt_id: str) -> int:
    """Makes the table hold these rows, in their columns, in one commit; returns the version of that commit, also when
    others follow at once. Raises ConcurrentRunError when another run replaces them at the same moment."""
    table = table_of(source)
    nullable = StructType([StructField(each.name, each.dataType) for each in rows.schema])
    tables.create(table, nullable, append_only=False)

    options = {"overwriteSchema": "true", "userMetadata": attempt_id}
    try:
        with using_storage(table):
            rows.write.format("delta").mode("overwrite").options(**options).saveAsTable(tables.name(table))
    except Exception as err:
        if is_commit_conflict(err):
            raise _lost(table) from err
        raise

    history = tables.spark.sql(f"DESCRIBE HISTORY {tables.name(table)} LIMIT {_COMMITS_TO_SEARCH}")
    version = history.where(F.col("userMetadata") == F.lit(attempt_id)).agg(F.max("version")).collect()[0][0]
    if version is None:
        raise _lost(table)

    return int(version)


def _lost(table: str) -> ConcurrentRunError:
    return ConcurrentRunError(
        f"another run replaced the rows of `{table}` at the same moment. Nothing was planned. Start the run again."
    )
