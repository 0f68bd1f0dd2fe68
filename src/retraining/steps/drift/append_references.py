"""What the training rows of a version look like, stored once: later batches are compared with it."""

from typing import Any

from numpy.typing import NDArray

from retraining.adapters.tables.ledgers_of_model import append_rows, next_seq, read_rows
from retraining.context import Context
from retraining.records.drift import DriftReference
from retraining.rules.drift.fit_references import TrainingRows, fit_references
from retraining.steps.dataset.training_frame import TrainingFrame


def append_references(context: Context, frame: TrainingFrame, predicted: NDArray[Any], version: str) -> None:
    """Stores the references of a version's training rows and of its predictions for them, unless a killed attempt has
    written them. They are numbered apart from manifests, whose number is still the same after such an attempt."""
    stored = read_rows(context.tables, DriftReference, context.model)
    if any(row.version == version for row in stored):
        return

    rows = TrainingRows(frame.features, predicted, frame.label, frame.days)
    spec = context.spec
    references = fit_references(spec, rows, spec.period_days, version, next_seq(stored), context.run)
    append_rows(context.tables, "references", references)
