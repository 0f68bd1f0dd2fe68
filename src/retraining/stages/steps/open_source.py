"""The source of a spec, pinned for one batch."""

from retraining.adapters.sources.delta_table import PinnedSource, pin_newest, pin_version
from retraining.adapters.sources.files import LANDING_COLUMNS, Landing
from retraining.adapters.tables.tables import Tables
from retraining.records.batch import Batch
from retraining.records.run import Run
from retraining.stages.steps.land_files import land_files


def open_source(tables: Tables, table: str, landing: Landing | None, plan: Batch | None, run: Run) -> PinnedSource:
    """The version an open plan was made on, else the newest one: with all files landed, where the source is files.

    table is the quoted name of the table that is read. Raises SourceError before anything is planned.
    """
    without = () if landing is None else LANDING_COLUMNS
    if plan is not None:
        return pin_version(tables.spark, table, plan.source_table_id, plan.source_version, without)
    if landing is not None:
        land_files(tables, landing, run.started_at)
    return pin_newest(tables.spark, table, without)
