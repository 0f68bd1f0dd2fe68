"""Rows of a view, of a table that is not Delta, or of one with row filters or column masks are copied once a run into
a table that has versions."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField

from retraining.adapters.error_conditions import why_gone
from retraining.adapters.sources.delta_table import PinnedTable, pin_newest
from retraining.adapters.sources.preparation import Preparation
from retraining.adapters.tables import observations, staging
from retraining.adapters.tables.forgotten_keys import read_forgotten
from retraining.adapters.tables.key_identity import identity_of
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.records.batch import Batch
from retraining.rules.ingest.contract import check_contract
from retraining.rules.ingest.forgotten_keys import without_forgotten
from retraining.rules.ingest.ledger_column import may_follow
from retraining.rules.ingest.next_slice import last_closed, next_lo
from retraining.rules.ingest.reading_limits import reading_limits
from retraining.rules.ingest.row_identity import ROW_KEY, row_key, set_hash
from retraining.rules.ingest.storable import is_storable_type, why_not_stored
from retraining.spec.feed import Feed

_log = logging.getLogger(__name__)

_NOT_IN_DELTA = ("void", "interval")
"""Types that no Delta table holds."""


def stage_rows(
    context: Context,
    feed: Feed,
    table: str,
    prepare: Preparation | None,
    joined: StructField | None,
    batches: Sequence[Batch],
) -> PinnedTable:
    """The rows that the slice after the closed batches may hold, in a version of `<source>_staging`: the version that
    the newest batch was read from, where it holds the same rows.

    joined: the label, where labels have their own table. Reads the table once. A prepared ledger is known only after
    preparing, so with a function all rows are staged as they are. Raises ContractError before a row is written.
    """
    tables = context.tables
    source = tables.spark.table(table)
    columns = [*(prepare(source) if prepare else source).schema, *([joined] if joined else [])]
    types = {each.name: each.dataType.simpleString() for each in columns}
    contract = check_contract(feed, types, observations.stored_columns(tables, feed.name))
    ledger = contract.ledger

    lo = next_lo(last_closed(batches, ledger), reading_limits(feed, ledger))
    needed = F.lit(True) if prepare else may_follow(ledger, lo)
    kept = [F.col(f"`{each.name}`") for each in source.schema if _is_staged(each, prepare)]
    rows = _without_forgotten(tables, feed, source.where(needed)).select(*kept)
    _log.info("%s: %s has no versions, so its rows are copied to %s", feed.name, table, staging.table_of(feed.name))
    version = staging.replace_rows(tables, feed.name, rows, context.run.attempt_id)
    newest = pin_newest(tables.spark, tables.name(staging.table_of(feed.name)))
    staged = replace(newest, version=version, notes=contract.notes)

    if batches and batches[-1].source_table_id == staged.table_id:
        previous = replace(staged, version=batches[-1].source_version)
        if _hold_the_same(staged.raw, previous, needed):
            _log.info("%s: the rows of %s are those of batch %d", feed.name, table, batches[-1].batch_seq)
            return previous
    return staged


def _is_staged(column: StructField, prepare: Preparation | None) -> bool:
    """Whether a column is copied: one that is stored later, or that a function may read."""
    type_ = column.dataType.simpleString()
    if prepare is not None:
        return not any(each in type_ for each in _NOT_IN_DELTA)
    return why_not_stored(column.name, type_) is None


def _without_forgotten(tables: Tables, feed: Feed, rows: DataFrame) -> DataFrame:
    """Rows whose key was forgotten are not even copied. Where a function makes the keys, ingestion refuses them."""
    forgotten = None if feed.source.prepare else read_forgotten(tables, feed.keys_of)
    if forgotten is None:
        return rows
    named = row_key(rows, feed.source.keys, identity_of(tables, feed.keys_of))
    return without_forgotten(rows.withColumn(ROW_KEY, named), forgotten).drop(ROW_KEY)


def _hold_the_same(rows: DataFrame, previous: PinnedTable, needed: Column) -> bool:
    """An earlier version that is gone holds nothing: the rows are then read again, and found stored."""
    if not all(is_storable_type(each.dataType.simpleString()) for each in rows.schema):
        return False  # a map has no hash
    named = _name_of(rows)
    try:
        earlier = previous.raw
        return rows.dtypes == earlier.dtypes and named == _name_of(earlier.where(needed))
    except Exception as err:  # which class it has depends on the lane
        if why_gone(err) is None:
            raise
        return False


def _name_of(rows: DataFrame) -> tuple[int, int]:
    """Count and hash of a set of rows."""
    count, total = rows.agg(F.count(F.lit(1)), set_hash(rows.columns)).collect()[0]
    return count, int(total)
