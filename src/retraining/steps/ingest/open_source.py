"""The source of a spec, pinned for one batch."""

from collections.abc import Sequence
from dataclasses import replace

from retraining.adapters.sources.change_feed import PinnedFeed
from retraining.adapters.sources.delta_table import PinnedSource, find_newest, pin_newest, pin_planned
from retraining.adapters.sources.files import LANDING_COLUMNS, Landing
from retraining.adapters.sources.preparation import Preparation
from retraining.adapters.tables import staging
from retraining.adapters.tables.tables import Tables
from retraining.records.batch import Batch
from retraining.records.run import Run
from retraining.spec.identifiers import qualified
from retraining.spec.model_spec import ModelSpec
from retraining.spec.recipe_function import find_function
from retraining.spec.source_section import COMMIT_VERSION, IS_DELETED, MALFORMED_LINE
from retraining.steps.ingest.labelled_source import LabelledSource, join_labels, read_labels
from retraining.steps.ingest.land_files import land_files
from retraining.steps.ingest.stage_rows import stage_rows

Source = PinnedSource | PinnedFeed | LabelledSource

_KEPT = {"table": (), "files": (MALFORMED_LINE,), "change_feed": (COMMIT_VERSION, IS_DELETED)}
"""Columns of each mode that mean something to ingestion."""


def open_source(
    spec: ModelSpec, tables: Tables, table: str, landing: Landing | None, batches: Sequence[Batch], run: Run
) -> Source:
    """The version an open plan was made on, else the newest one: with all files landed, where the source is files, and
    joined with the labels, where they have a table of their own; with the rows staged that follow the batches, where
    it is a table without versions.

    table is the quoted name of the table that is read. batches: those of the source, oldest first; without them all
    rows follow. Raises SourceError, or ContractError for a table that is staged, before anything is planned.
    """
    prepare = _preparation(spec)
    plan = next((batch for batch in batches if batch.state == "PLANNED"), None)
    labels = read_labels(spec, tables, plan)
    without = () if landing is None else LANDING_COLUMNS
    if plan is not None:
        newest = _planned_on(spec, tables, table, without)
        pinned = pin_planned(newest, table, plan.source_table_id, plan.source_version)
    elif spec.source.mode == "table":
        joined = labels.label if labels else None
        pinned = find_newest(tables.spark, table) or stage_rows(spec, tables, table, prepare, joined, batches, run)
    else:
        if landing is not None:
            land_files(tables, landing, run.started_at)
        pinned = pin_newest(tables.spark, table, without)
    if spec.source.mode != "change_feed":
        return join_labels(spec, replace(pinned, prepare=prepare), labels)
    feed = PinnedFeed(pinned.spark, pinned.table, pinned.table_id, pinned.version, spec.source.keys, prepare)
    return join_labels(spec, feed, labels)


def _planned_on(spec: ModelSpec, tables: Tables, table: str, without: tuple[str, ...]) -> PinnedSource | None:
    """The table as it is now, or the one that its rows were staged in."""
    newest = find_newest(tables.spark, table, without)
    staged = staging.table_of(spec.source_name)
    if newest is None and tables.exists(staged):
        return find_newest(tables.spark, tables.name(staged))
    return newest


def _preparation(spec: ModelSpec) -> Preparation | None:
    """The function that makes the source's columns. Raises SpecError when there is no such function."""
    name = spec.source.prepare
    if name is None:
        return None
    return Preparation(spec.model, name, find_function(spec.model, "source.prepare", name), _KEPT[spec.source.mode])


def labels_table(of_labels: ModelSpec, tables: Tables) -> str:
    """Quoted name of the table that labels come from."""
    return qualified(tables.catalog, tables.schema, of_labels.source.origin)
