"""The rows of a source as ingestion would see them, without landing, staging or planning anything."""

from dataclasses import replace

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType, StructField, StructType

from retraining.adapters.sources.change_feed import PinnedChangeFeed
from retraining.adapters.sources.delta_table import find_newest, pin_newest
from retraining.adapters.sources.files import Landing, columns_of_files, list_files, reading
from retraining.adapters.sources.new_files import new_files
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.rules.ingest.ledger import Ledger
from retraining.spec.feed import Feed
from retraining.spec.source_section import COMMIT_VERSION, MALFORMED_LINE
from retraining.steps.ingest.land_files import doubtful_files
from retraining.steps.ingest.pin_source import preparation_of


def read_source_rows(context: Context, feed: Feed, table: str, landing: Landing | None) -> DataFrame:
    """All rows of a source, prepared by the spec's function. Raises SourceError for a source that cannot be read, and
    for a function that fails."""
    spark = context.tables.spark
    prepare = preparation_of(feed)
    if feed.source.mode == "change_feed":
        pinned = pin_newest(spark, table)
        changes = PinnedChangeFeed(spark, table, pinned.table_id, pinned.version, feed.source.keys, prepare)
        changes.schema  # noqa: B018 - a table with a column of the feed's own names is refused
        return changes.slice(Ledger(COMMIT_VERSION, "integer"), None, None, None)

    raw = _files(context.tables, feed, landing) if landing is not None else _table(context.tables, table)
    return prepare(raw) if prepare else raw


def _table(tables: Tables, table: str) -> DataFrame:
    newest = find_newest(tables.spark, table)
    return tables.spark.table(table) if newest is None else newest.raw


def _files(tables: Tables, feed: Feed, landing: Landing) -> DataFrame:
    """Lines that are not what the schema says are left out: ingestion would quarantine them."""
    listed = list_files(tables.spark, landing.path)
    columns = columns_of_files(tables.spark, landing, listed)
    doubtful_files(tables, feed, landing, new_files(listed, None))
    source, options = reading(replace(landing, volume=None))
    lines = landing.format != "parquet"
    schema = StructType([*columns, StructField(MALFORMED_LINE, StringType())]) if lines else columns
    rows = tables.spark.read.format(source).options(**options).schema(schema).load(landing.path)
    return rows.where(F.col(MALFORMED_LINE).isNull()) if lines else rows


def with_labels(feed: Feed, rows: DataFrame, labels: Feed, labels_rows: DataFrame) -> DataFrame:
    """The rows with the newest label of their key, null where there is none."""
    names = [f"_label_key_{position}" for position in range(len(labels.source.keys))]
    keys = [F.col(f"`{key}`").alias(name) for key, name in zip(labels.source.keys, names, strict=True)]
    newest = F.max_by(F.col(f"`{labels.label}`"), F.col(f"`{labels.source.ledger_column}`")).alias(feed.label)
    current = labels_rows.groupBy(*keys).agg(newest)

    same = [F.col(f"`{own}`").eqNullSafe(F.col(name)) for own, name in zip(feed.source.keys, names, strict=True)]
    condition = same[0]
    for each in same[1:]:
        condition = condition & each
    return rows.join(current, condition, "left").drop(*names)
