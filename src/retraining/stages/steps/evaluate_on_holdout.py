"""Candidate and baseline on the same hold-out rows, block by block."""

from typing import Any

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations
from retraining.adapters.tables.tables import Tables
from retraining.records.manifest import Manifest
from retraining.rules.gate.jackknife import Block
from retraining.rules.gate.judge import Evaluation
from retraining.rules.ingest.ledger_column import ledger_day, ledger_literal
from retraining.rules.ingest.row_identity import ROW_KEY, bucket
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.ingested_source import IngestedSource
from retraining.stages.steps.metric_of import metric_of
from retraining.stages.steps.model_frame import LABEL, is_reserved, labelled
from retraining.stages.steps.predict_rows import loss_column, predict_rows, prediction_type

EXCHANGEABLE_BLOCKS = 200
"""Rows without time order are judged in at most this many buckets, so that the driver's part does not grow with
rows."""


def holdout_rows(
    spec: ModelSpec, source: IngestedSource, tables: Tables, candidate: Manifest, champion: Manifest | None
) -> DataFrame:
    """Labelled rows that neither model was trained on, with `_block`.

    newest: the days the manifest froze. reserved: reserved keys that arrived after the champion's batch, because older
    ones decided its own promotion.
    """
    ledger = source.ledger
    committed, start = source.through(candidate.batch_seq), ledger.from_text(candidate.holdout_from)
    rows = labelled(spec, observations.current_rows(tables, source.name, committed, ledger, since=start))
    if spec.gate.holdout == "reserved":
        arrived = observations.arrived_after(committed, champion.batch_seq if champion else 0)
        return rows.where(is_reserved(spec) & arrived).withColumn("_block", bucket("block", EXCHANGEABLE_BLOCKS))
    end = ledger.from_text(candidate.holdout_before)
    if start is None or end is None:
        return rows.where(F.lit(False)).withColumn("_block", F.lit(0))
    inside = F.col(f"`{ledger.column}`") < ledger_literal(ledger, end)
    return rows.where(inside).withColumn("_block", F.datediff(ledger_day(ledger), F.lit("1970-01-01").cast("date")))


def evaluate_on_holdout(
    spec: ModelSpec, rows: DataFrame, candidate: Any, champion: Any | None, trivial: str | None
) -> Evaluation:
    """Summed losses of both on these same rows. Without a champion the baseline is the trivial prediction."""
    estimators = {"_candidate": candidate} | ({"_baseline": champion} if champion is not None else {})
    predicted = predict_rows(spec, rows, [ROW_KEY, LABEL, "_block"], estimators)
    if champion is None:
        predicted = predicted.withColumn("_baseline", F.lit(trivial).cast(prediction_type(spec)))
    broken = F.col("_candidate").isNull()
    if spec.kind == "regression":
        broken = broken | F.isnan("_candidate") | (F.abs("_candidate") == F.lit(float("inf")))
    sums = (
        predicted.groupBy("_block")
        .agg(
            F.count(F.lit(1)).alias("rows"),
            F.sum(loss_column(spec, "_candidate", LABEL)).alias("candidate"),
            F.sum(loss_column(spec, "_baseline", LABEL)).alias("baseline"),
            F.count_if(broken).alias("broken"),
        )
        .orderBy("_block")
        .collect()
    )
    blocks = [Block(row["rows"], _number(row["candidate"]), _number(row["baseline"])) for row in sums]
    return Evaluation(metric_of(spec), blocks, spec.gate.holdout == "newest", sum(row["broken"] for row in sums))


def _number(loss: float | None) -> float:
    """A block whose predictions are all missing has no loss; the check of finite predictions fails it."""
    return float("nan") if loss is None else float(loss)
