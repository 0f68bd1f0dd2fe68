"""The source of a feed, pinned for one batch: files land first, rows without versions are staged."""

from collections.abc import Sequence
from dataclasses import replace

from retraining.adapters.sources.change_feed import PinnedChangeFeed
from retraining.adapters.sources.delta_table import PinnedTable, find_newest, pin_newest, pin_planned
from retraining.adapters.sources.files import LANDING_COLUMNS, Landing
from retraining.adapters.sources.preparation import Preparation
from retraining.adapters.tables import staging
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.records.batch import Batch
from retraining.spec.feed import Feed
from retraining.spec.identifiers import qualified
from retraining.spec.recipe_function import find_function
from retraining.spec.source_section import COMMIT_VERSION, IS_DELETED, MALFORMED_LINE
from retraining.steps.ingest.labelled_source import LabelledSource, join_labels, read_labels
from retraining.steps.ingest.land_files import land_files
from retraining.steps.ingest.stage_rows import stage_rows

Source = PinnedTable | PinnedChangeFeed | LabelledSource

_KEPT = {"table": (), "files": (MALFORMED_LINE,), "change_feed": (COMMIT_VERSION, IS_DELETED)}
"""Columns of each mode that mean something to ingestion."""


def land_and_pin(
    context: Context, feed: Feed, table: str, landing: Landing | None, batches: Sequence[Batch] = ()
) -> Source:
    """The version an open plan was made on, else the newest one: with all files landed, where the source is files;
    with the rows staged that follow the batches, where it is a table without versions; and joined with the labels,
    where these have their own table.

    table is the quoted name of the table that is read. batches: those of the feed, oldest first; without them all rows
    follow. Raises SourceError, or ContractError for a table that is staged, before anything is planned.
    """
    prepare = preparation_of(feed)
    plan = next((batch for batch in batches if batch.state == "PLANNED"), None)
    labels = read_labels(context.tables, feed, plan)
    without = () if landing is None else LANDING_COLUMNS
    spark = context.tables.spark

    if plan is not None:
        newest = find_planned(context.tables, feed, table, without)
        pinned = pin_planned(newest, table, plan.source_table_id, plan.source_version)
    elif feed.source.mode == "table":
        joined = labels.label if labels else None
        pinned = find_newest(spark, table) or stage_rows(context, feed, table, prepare, joined, batches)
    else:
        pinned = _land(context, feed, table, landing, without)

    return join_labels(feed, reader_of(feed, pinned, prepare), labels)


def reader_of(feed: Feed, pinned: PinnedTable, prepare: Preparation | None) -> PinnedTable | PinnedChangeFeed:
    """How a feed reads a pinned table: its rows, or its changes, as the spec's function prepares them."""
    if feed.source.mode != "change_feed":
        return replace(pinned, prepare=prepare)
    return PinnedChangeFeed(pinned.spark, pinned.table, pinned.table_id, pinned.version, feed.source.keys, prepare)


def _land(context: Context, feed: Feed, table: str, landing: Landing | None, without: tuple[str, ...]) -> PinnedTable:
    notes = () if landing is None else land_files(context.tables, feed, landing, context.run.started_at).notes
    return replace(pin_newest(context.tables.spark, table, without), notes=notes)


def find_planned(tables: Tables, feed: Feed, table: str, without: tuple[str, ...]) -> PinnedTable | None:
    """The table of an open plan as it is now: the source's, or the one that its rows were staged in."""
    newest = find_newest(tables.spark, table, without)
    staged = staging.table_of(feed.name)
    if newest is None and tables.exists(staged):
        return find_newest(tables.spark, tables.name(staged))
    return newest


def preparation_of(feed: Feed) -> Preparation | None:
    """The function that makes the source's columns. Raises SpecError when it does not exist."""
    name = feed.source.prepare
    if name is None:
        return None
    function = find_function(feed.model, "source.prepare", name)
    return Preparation(feed.model, name, function, _KEPT[feed.source.mode])


def labels_table(labels: Feed, tables: Tables) -> str:
    """Quoted name of the table that labels come from."""
    return qualified(tables.catalog, tables.schema, labels.source.origin)
