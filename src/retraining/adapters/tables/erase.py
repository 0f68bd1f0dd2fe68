"""Physical deletion of the rows of forgotten keys."""

from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.error_conditions import is_commit_conflict
from retraining.adapters.tables.tables import Tables
from retraining.errors import ConcurrentRunError
from retraining.rules.ingest.forgotten_keys import Forgotten, only_forgotten
from retraining.rules.ingest.row_identity import ROW_KEY

_FOUND = "_found_key"


@dataclass(frozen=True)
class KeyedTable:
    """One of our tables with rows about keys; row_key is the `_row_key` of its rows, stored or computed."""

    name: str
    row_key: Column


def keys_found(rows: DataFrame, row_key: Column, forgotten: Forgotten) -> DataFrame:
    """`_row_key` of each row whose key is forgotten."""
    return only_forgotten(rows.select(row_key.alias(ROW_KEY)), forgotten)


def count_rows(tables: Tables, table: KeyedTable, forgotten: Forgotten) -> int:
    """How many rows of a table are about forgotten keys."""
    return keys_found(tables.read(table.name), table.row_key, forgotten).count()


def delete_rows(tables: Tables, table: KeyedTable, forgotten: Forgotten) -> None:
    """Deletes the rows of forgotten keys, and rewrites files in which a deletion vector only hides rows.

    Older files keep the rows until VACUUM. Raises ConcurrentRunError when another run writes to the table.
    """
    # By row key, not by salted hash: Delta's history keeps the condition, and it would show the salt.
    found = keys_found(tables.read(table.name), table.row_key, forgotten).distinct().withColumnRenamed(ROW_KEY, _FOUND)
    try:
        if not found.isEmpty():
            matched = found.mergeInto(tables.name(table.name), table.row_key == F.col(_FOUND)).whenMatched()
            matched.delete().merge()
        tables.spark.sql(f"REORG TABLE {tables.name(table.name)} APPLY (PURGE)")
    except Exception as err:
        if not is_commit_conflict(err):
            raise
        raise ConcurrentRunError(
            f"`{table.name}` was written by another run while rows were deleted from it. The keys are refused from now "
            f"on. Start the run again: it deletes what is left."
        ) from err
