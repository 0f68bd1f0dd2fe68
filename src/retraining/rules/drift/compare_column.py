"""One column of a batch against its reference: distances and verdict in one row."""

from retraining.records.drift_metric import DriftMetric
from retraining.records.drift_reference import DriftReference
from retraining.records.run import Run
from retraining.rules.drift.bin_counts import BinCounts
from retraining.rules.drift.judge_column import judge_column
from retraining.rules.drift.measure_column import measure_column
from retraining.spec.model_spec import ModelSpec


def compare_column(
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
