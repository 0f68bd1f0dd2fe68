"""A batch against the champion's references, column by column, and the verdict on it."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.records.drift_metric import DriftMetric
from retraining.records.drift_reference import PREDICTION, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.bin_counts import BinCounts
from retraining.rules.drift.judge_column import judge_column
from retraining.rules.drift.measure_column import measure_column
from retraining.rules.drift.verdict import BatchVerdict, judge_batch
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.count_bins import count_bins
from retraining.stages.steps.model_frame import feature_columns


def measure_drift(
    spec: ModelSpec,
    rows: DataFrame,
    references: Sequence[DriftReference],
    evaluation_id: str,
    batch_seq: int,
    seq: int,
    run: Run,
) -> tuple[tuple[DriftMetric, ...], BatchVerdict]:
    """One metric per reference, and the verdict on the batch. One Spark job; nothing is written.

    rows: the batch with the source's columns and `prediction`, what the references' version said about each row. seq
    numbers the commit of the metrics. Without references (a version older than them) nothing is compared.
    """
    if not references:
        return (), judge_batch((), spec.drift.min_share)
    seen = rows.select(*feature_columns(spec), F.col("prediction").alias(PREDICTION))
    metrics = tuple(
        drift_metric(spec, reference, counted, evaluation_id, batch_seq, seq, run)
        for reference, counted in zip(references, count_bins(seen, references), strict=True)
    )
    return metrics, judge_batch(metrics, spec.drift.min_share)


def drift_metric(
    spec: ModelSpec,
    reference: DriftReference,
    counted: BinCounts,
    evaluation_id: str,
    batch_seq: int,
    seq: int,
    run: Run,
) -> DriftMetric:
    """The row of one column: its distances and its verdict."""
    distances = measure_column(reference, counted)
    judged = judge_column(reference, counted, distances, spec.drift)
    return DriftMetric(
        model=spec.model,
        evaluation_id=evaluation_id,
        seq=seq,
        batch_seq=batch_seq,
        champion_version=reference.version,
        column_name=reference.column_name,
        kind=reference.kind,
        rows=counted.rows,
        reference_rows=reference.rows,
        null_share=counted.null_share,
        reference_null_share=reference.nulls / reference.rows if reference.rows else 0.0,
        **vars(distances),
        threshold=judged.threshold,
        verdict=judged.verdict,
        reason=judged.reason,
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )
