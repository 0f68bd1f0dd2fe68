"""A batch against the champion's references, column by column, and the verdict on it."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.records.drift_metric import DriftMetric
from retraining.records.drift_reference import PREDICTION, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.compare_column import compare_column
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
        compare_column(spec, reference, counted, evaluation_id, batch_seq, seq, run)
        for reference, counted in zip(references, count_bins(seen, references), strict=True)
    )
    return metrics, judge_batch(metrics, spec.drift.min_share)
