"""What the rows of a version look like, stored once: later batches are held against it."""

from typing import Any

from numpy.typing import NDArray

from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.records.drift import DriftReference
from retraining.rules.drift.fit_references import fit_references
from retraining.steps.dataset.training_frame import TrainingFrame


def append_references(context: Context, frame: TrainingFrame, predicted: NDArray[Any], version: str) -> None:
    """The references of the rows that a version was trained on, and of what it says about them, unless a killed attempt
    has written them. Their number is their own, because the manifest's is still the same after such an attempt."""
    known = read_rows(context.tables, DriftReference, context.model)
    if any(row.version == version for row in known):
        return
    seq = next_seq(known)
    days = frame.days
    rows = fit_references(
        context.spec, frame.features, predicted, frame.label, days, context.spec.period_days, version, seq, context.run
    )
    append_rows(context.tables, "references", rows)
