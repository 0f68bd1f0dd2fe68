"""What the naming of a change needs to know of a column, from the row that was measured."""

from retraining.records.change_evidence import ColumnState
from retraining.records.drift_metric import DriftMetric


def column_state(metric: DriftMetric) -> ColumnState:
    """A metric against the reference as evidence."""
    return ColumnState(
        name=metric.column_name,
        verdict=metric.verdict,
        distance=metric.distance,
        threshold=metric.threshold,
        null_share=metric.null_share,
        reference_null_share=metric.reference_null_share,
        unseen_share=metric.unseen_share,
        unseen=metric.unseen,
        mean=metric.mean,
        standard_deviation=metric.standard_deviation,
        reference_mean=metric.reference_mean,
        reference_standard_deviation=metric.reference_deviation,
    )
