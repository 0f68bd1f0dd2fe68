"""The source of a spec, pinned for one batch."""

from retraining.adapters.sources.change_feed import PinnedFeed
from retraining.adapters.sources.delta_table import PinnedSource, pin_newest, pin_version
from retraining.adapters.sources.files import LANDING_COLUMNS, Landing
from retraining.adapters.tables.names import qualified
from retraining.adapters.tables.tables import Tables
from retraining.records.batch import Batch
from retraining.records.run import Run
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.labelled_source import LabelledSource, join_labels
from retraining.stages.steps.land_files import land_files

Source = PinnedSource | PinnedFeed | LabelledSource


def open_source(
    spec: ModelSpec, tables: Tables, table: str, landing: Landing | None, plan: Batch | None, run: Run
) -> Source:
    """The version an open plan was made on, else the newest one: with all files landed, where the source is files, and
    joined with the labels, where they have a table of their own.

    table is the quoted name of the table that is read. Raises SourceError before anything is planned.
    """
    without = () if landing is None else LANDING_COLUMNS
    if plan is not None:
        pinned = pin_version(tables.spark, table, plan.source_table_id, plan.source_version, without)
    else:
        if landing is not None:
            land_files(tables, landing, run.started_at)
        pinned = pin_newest(tables.spark, table, without)
    if spec.source.mode != "change_feed":
        return join_labels(spec, tables, pinned, plan)
    feed = PinnedFeed(pinned.spark, pinned.table, pinned.table_id, pinned.version, spec.source.keys)
    return join_labels(spec, tables, feed, plan)


def labels_table(of_labels: ModelSpec, tables: Tables) -> str:
    """Quoted name of the table that labels come from."""
    return qualified(tables.catalog, tables.schema, of_labels.source.origin)
