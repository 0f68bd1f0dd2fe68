"""The source of a spec, pinned for one batch."""

from dataclasses import replace

from retraining.adapters.sources.change_feed import PinnedFeed
from retraining.adapters.sources.delta_table import PinnedSource, pin_newest, pin_version
from retraining.adapters.sources.files import LANDING_COLUMNS, Landing
from retraining.adapters.sources.preparation import Preparation
from retraining.adapters.tables.tables import Tables
from retraining.records.batch import Batch
from retraining.records.run import Run
from retraining.spec.model_spec import ModelSpec
from retraining.spec.recipe_function import find_function
from retraining.spec.source_section import COMMIT_VERSION, IS_DELETED, MALFORMED_LINE
from retraining.stages.steps.land_files import land_files

Source = PinnedSource | PinnedFeed

_KEPT = {"table": (), "files": (MALFORMED_LINE,), "change_feed": (COMMIT_VERSION, IS_DELETED)}
"""Columns of each mode that mean something to ingestion."""


def open_source(
    spec: ModelSpec, tables: Tables, table: str, landing: Landing | None, plan: Batch | None, run: Run
) -> Source:
    """The version an open plan was made on, else the newest one: with all files landed, where the source is files.

    table is the quoted name of the table that is read. Raises SourceError before anything is planned.
    """
    prepare = _preparation(spec)
    without = () if landing is None else LANDING_COLUMNS
    if plan is not None:
        pinned = pin_version(tables.spark, table, plan.source_table_id, plan.source_version, without)
    else:
        if landing is not None:
            land_files(tables, landing, run.started_at)
        pinned = pin_newest(tables.spark, table, without)
    if spec.source.mode == "change_feed":
        return PinnedFeed(pinned.spark, pinned.table, pinned.table_id, pinned.version, spec.source.keys, prepare)
    return replace(pinned, prepare=prepare)


def _preparation(spec: ModelSpec) -> Preparation | None:
    """The function that makes the source's columns. Raises SpecError when there is no such function."""
    name = spec.source.prepare
    if name is None:
        return None
    return Preparation(spec.model, name, find_function(spec.model, "source.prepare", name), _KEPT[spec.source.mode])
