"""The source of a spec, pinned for one batch."""

from collections.abc import Sequence

from retraining.adapters.sources.change_feed import PinnedFeed
from retraining.adapters.sources.delta_table import PinnedSource, pin_newest, pin_version
from retraining.adapters.sources.files import LANDING_COLUMNS, Landing
from retraining.adapters.tables.tables import Tables
from retraining.errors import SourceError
from retraining.records.batch import Batch
from retraining.records.run import Run
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.land_files import land_files

Source = PinnedSource | PinnedFeed


def open_source(
    spec: ModelSpec, table: str, landing: Landing | None, tables: Tables, batches: Sequence[Batch], run: Run
) -> Source:
    """The version an open plan was made on, else the newest one: with all files landed, where the source is files.

    table is the quoted name of the table that is read, batches are the source's. Raises SourceError before anything is
    planned.
    """
    plan = next((batch for batch in batches if batch.state == "PLANNED"), None)
    without = () if landing is None else LANDING_COLUMNS
    if plan is not None:
        pinned = pin_version(tables.spark, table, plan.source_table_id, plan.source_version, without)
    else:
        if landing is not None:
            land_files(tables, landing, run.started_at)
        pinned = pin_newest(tables.spark, table, without)
    return _feed(spec, pinned, batches) if spec.source.mode == "change_feed" else pinned


def _feed(spec: ModelSpec, pinned: PinnedSource, batches: Sequence[Batch]) -> PinnedFeed:
    if batches and batches[-1].source_table_id != pinned.table_id:
        raise SourceError(
            f"source table {pinned.table} was replaced (table id {pinned.table_id}, ingested so far "
            f"{batches[-1].source_table_id}), so its versions do not go on from the watermark. Nothing was ingested. "
            f"Bring the table back, or give the source another `name`, which begins with all rows as they are now."
        )
    return PinnedFeed(pinned.spark, pinned.table, pinned.table_id, pinned.version, spec.source.keys)
