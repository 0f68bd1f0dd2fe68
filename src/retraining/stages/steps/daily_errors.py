"""How each version did, day by day, on rows it had not seen in training."""

from dataclasses import dataclass
from datetime import date

from pyspark.sql import functions as F

from retraining.adapters.tables import observations, predictions
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.tables import Tables
from retraining.rules.gate.jackknife import error_of
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.ingested_source import IngestedSource
from retraining.stages.steps.metric_of import metric_of
from retraining.stages.steps.model_frame import LABEL, labelled
from retraining.stages.steps.predict_rows import loss_column

NEWEST_DAYS = 400
"""A year and a bit: what a page can show."""


@dataclass(frozen=True)
class VersionDay:
    """Rows and summed loss of one version on one day (None where rows have no time) of one batch."""

    version: str
    batch_seq: int
    day: date | None
    rows: int
    loss: float


def measure_daily_errors(spec: ModelSpec, source: IngestedSource, tables: Tables) -> tuple[VersionDay, ...]:
    """One aggregated pass over predictions and labels: a row per version, batch and day, never one per prediction."""
    if not tables.exists(predictions.table_of(spec.model)):
        return ()
    made = tables.read(predictions.table_of(spec.model)).where(~F.col("seen_in_training"))
    current = observations.current_rows(tables, source.name, source.committed, source.ledger)
    rows = labelled(spec, current).withColumn("_day", ledger_day(source.ledger)).select(ROW_KEY, LABEL, "_day")
    found = (
        made.join(rows, ROW_KEY)
        .groupBy("model_version", BATCH_SEQ, "_day")
        .agg(F.count(F.lit(1)).alias("rows"), F.sum(loss_column(spec, "prediction", LABEL)).alias("loss"))
        .orderBy(F.col("_day").desc(), "model_version", BATCH_SEQ)
        .limit(NEWEST_DAYS * 2)
        .collect()
    )
    return tuple(
        VersionDay(row["model_version"], row[BATCH_SEQ], row["_day"], row["rows"], row["loss"] or 0.0)
        for row in reversed(found)
    )


def error_on_batch(spec: ModelSpec, days: tuple[VersionDay, ...], version: str | None, batch_seq: int) -> float | None:
    """Realised error of a version on one batch, None where it predicted none of its labelled rows."""
    its = [each for each in days if each.version == version and each.batch_seq == batch_seq]
    rows = sum(each.rows for each in its)
    return error_of(metric_of(spec), sum(each.loss for each in its), rows) if rows else None
