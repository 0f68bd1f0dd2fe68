"""`series_models` and `panel_actions`: the models of a panel's series, and what was decided of each. Append-only, a
commit for many rows: a panel has more series than a driver wants to hold."""

from collections.abc import Mapping

from delta.tables import DeltaTable
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.schema_of_record import schema_of_record
from retraining.adapters.tables.tables import Fence, Tables
from retraining.records.panel import Made, PanelAction, SeriesModel

SERIES_MODELS = "series_models"
PANEL_ACTIONS = "panel_actions"
_LOOKED_UP_BY = ["model", "panel_version", "batch_seq", "series"]


def models_of_panel(
    tables: Tables, model: str, panel_version: int, made: Made, batch_seq: int | None = None
) -> DataFrame:
    """The rows of one version of a panel, as they were fitted, or as they were after one batch."""
    rows = tables.read(SERIES_MODELS).where(
        (F.col("model") == F.lit(model))
        & (F.col("panel_version") == F.lit(panel_version))
        & (F.col("made") == F.lit(made))
    )
    return rows if batch_seq is None else rows.where(F.col("batch_seq") == F.lit(batch_seq))


def followed_until(tables: Tables, model: str, panel_version: int) -> int | None:
    """The newest batch whose points a version of the panel has taken in; None where it has not followed any."""
    if not tables.exists(SERIES_MODELS):
        return None
    rows = models_of_panel(tables, model, panel_version, "followed")
    newest: int | None = rows.agg(F.max("batch_seq")).collect()[0][0]
    return newest


def buckets_there(tables: Tables, model: str, panel_version: int) -> set[int]:
    """The buckets of a version whose fits are written: they are not computed again."""
    if not tables.exists(SERIES_MODELS):
        return set()
    rows = models_of_panel(tables, model, panel_version, "fitted").select("bucket").distinct()
    return {int(row["bucket"]) for row in rows.collect()}


def append_models(tables: Tables, rows: DataFrame, fence: Fence, said: Mapping[str, object]) -> None:
    """Appends models in one commit. rows: the columns of SeriesModel, in any order."""
    _append(tables, SERIES_MODELS, SeriesModel, rows, fence, said)


def append_actions(tables: Tables, rows: DataFrame, fence: Fence) -> None:
    """Appends the actions of one decision in one commit. rows: the columns of PanelAction, in any order."""
    _append(tables, PANEL_ACTIONS, PanelAction, rows, fence, {})


def actions_of(tables: Tables, model: str, evaluation_id: str) -> DataFrame | None:
    """A row a series of one decision; None where it has none."""
    if not tables.exists(PANEL_ACTIONS):
        return None
    rows = tables.read(PANEL_ACTIONS).where(
        (F.col("model") == F.lit(model)) & (F.col("evaluation_id") == F.lit(evaluation_id))
    )
    return None if rows.isEmpty() else rows


def series_models_version(tables: Tables) -> int:
    """The Delta version of `series_models`: with a version of the panel it names rows that never change."""
    history = DeltaTable.forName(tables.spark, tables.name(SERIES_MODELS)).history(1)
    return int(history.select("version").collect()[0][0])


def _append(
    tables: Tables, table: str, record: type, rows: DataFrame, fence: Fence, said: Mapping[str, object]
) -> None:
    schema = schema_of_record(record)
    tables.create(table, schema, append_only=True, looked_up_by=[n for n in _LOOKED_UP_BY if n in schema.names])
    tables.add_columns(table, schema)
    tables.append(table, rows.select(*(F.col(each.name).cast(each.dataType) for each in schema)), fence, said)
