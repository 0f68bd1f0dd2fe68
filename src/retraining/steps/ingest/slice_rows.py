"""The rows of a plan's slice, without those of forgotten keys: as they are read, and after they were stored."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations
from retraining.adapters.tables.erase import KeyedTable, delete_rows, keys_found
from retraining.adapters.tables.forgotten_keys import read_forgotten
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.context import Context
from retraining.records.batch import Batch
from retraining.rules.ingest.forgotten_keys import only_forgotten, without_forgotten
from retraining.rules.ingest.generations import Generations, generations_of
from retraining.rules.ingest.ledger import Number
from retraining.rules.ingest.ledger_column import in_slice
from retraining.rules.ingest.mark_rows import KEY_NUMBER, identify
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY, fast_hash, key_number
from retraining.spec.feed import Feed
from retraining.steps.ingest.ingestion import Ingestion

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SliceRows:
    """A frozen slice of the source, each row with its identity; nothing is read before it is used."""

    rows: DataFrame
    """The rows that may be stored."""
    forgotten: DataFrame | None
    """The rows of forgotten keys; None where no key was ever forgotten."""
    earlier: DataFrame
    """`_row_key`, `_key_number` and `_row_hash` of stored rows that the slice may hold again."""
    valid_until: Number | None
    """The ledger value beyond which a row is a fault."""


def read_slice(ingestion: Ingestion, plan: Batch) -> SliceRows:
    """The rows that a plan froze, in the columns that it names."""
    ledger = ingestion.ledger
    feed = ingestion.feed
    bounds = [ledger.from_text(value) for value in (plan.lo, plan.hi, plan.valid_until)]
    joined = [F.col(f"`{each}`").alias(each) for each in feed.joined]
    read = ingestion.source.slice(ledger, *bounds)
    chosen = read.select(*_typed(plan, read.columns), *joined)

    generations = generations_of(plan, ingestion.closed)
    identified = identify(chosen, feed.source.keys, ingestion.identity, generations.hashed)
    forgotten = read_forgotten(ingestion.tables, feed.keys_of)
    rows = identified if forgotten is None else without_forgotten(identified, forgotten)
    refused = None if forgotten is None else only_forgotten(identified, forgotten)
    earlier = _stored_in_slice(ingestion, plan, rows, bounds)
    named = earlier.withColumn(KEY_NUMBER, key_number(feed.source.keys))
    return SliceRows(rows, refused, _hashed_again(named, plan, generations), bounds[2])


def _typed(plan: Batch, there: Sequence[str]) -> list[Column]:
    """The plan's columns, as far as they are there, in the plan's types: a narrower type loses nothing."""
    known = {name.lower() for name in there}
    types = dict(zip(plan.columns, plan.types, strict=False))
    columns = {name: F.col(f"`{name}`") for name in plan.columns if name.lower() in known}
    return [(value.cast(types[name]) if name in types else value).alias(name) for name, value in columns.items()]


def _hashed_again(earlier: DataFrame, plan: Batch, generations: Generations) -> DataFrame:
    """The names of stored rows; of a changed generation the hash of what the source still says."""
    if not generations.changed:
        return earlier.select(ROW_KEY, KEY_NUMBER, ROW_HASH)
    name = F.col(ROW_HASH)
    for columns, batches in generations.changed:
        name = F.when(F.col(BATCH_SEQ).isin(list(batches)), fast_hash(columns)).otherwise(name)
    stored = earlier.select(ROW_KEY, KEY_NUMBER, ROW_HASH, BATCH_SEQ, *_typed(plan, earlier.columns))
    return stored.select(ROW_KEY, KEY_NUMBER, name.alias(ROW_HASH))


def _stored_in_slice(ingestion: Ingestion, plan: Batch, rows: DataFrame, bounds: Sequence[Number | None]) -> DataFrame:
    """A row that is already stored has the same ledger value, so only this slice of the stored rows can hold it."""
    if not ingestion.tables.exists(observations.table_of(plan.source)):
        return rows.where(F.lit(False))
    standing = observations.standing_rows(ingestion.tables, [*ingestion.closed, plan])
    return standing.where(in_slice(ingestion.ledger, *bounds))


def delete_forgotten(context: Context, feed: Feed, batch_seq: int) -> None:
    """Deletes what a batch has stored of keys that are forgotten by now.

    The hashes are read again, after the batch's commit: a request is written before it deletes, so that either it sees
    the batch's rows, or the batch sees the request.
    """
    forgotten = read_forgotten(context.tables, feed.keys_of)
    if forgotten is None:
        return
    table = KeyedTable(observations.table_of(feed.name), F.col(ROW_KEY))
    stored = context.tables.read(table.name).where(F.col(BATCH_SEQ) == F.lit(batch_seq))

    if not keys_found(stored, table.row_key, forgotten).isEmpty():
        _log.warning("%s: rows of batch %d are deleted: their keys were forgotten meanwhile", feed.name, batch_seq)
        delete_rows(context.tables, table, forgotten)
