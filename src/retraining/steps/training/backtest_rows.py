"""What fits of one candidate are compared on before it meets the hold-out: its rows with their days, and who judges."""

import numpy as np

from retraining.kinds.find_kind import kind_of
from retraining.records.version import Manifest
from retraining.rules.gate.metrics import find_metric
from retraining.rules.ingest.ledger import Ledger
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.training_frame import TrainingFrame
from retraining.strategies.backtest import DatedRows, Judging

JUDGED_BY_KEYS = 0
"""Days of a hold-out whose keys are reserved."""


def judging_of(spec: ModelSpec, ledger: Ledger, reserved: Manifest) -> Judging | None:
    """By the metric of the gate, on as many days as the hold-out has; None where there is no hold-out yet."""
    kind = kind_of(spec)
    metric = find_metric(spec.gate.metric or kind.followed.name, kind.name)
    start = ledger.from_text(reserved.holdout_from)
    end = ledger.from_text(reserved.holdout_before)
    if start is None or end is None:
        return Judging(JUDGED_BY_KEYS, kind, metric) if spec.gate.holdout == "reserved" else None
    return Judging((ledger.day_of(end) - ledger.day_of(start)).days, kind, metric)


def dated(frame: TrainingFrame) -> DatedRows:
    """The rows with their days, or with none."""
    days = frame.days
    without = np.zeros(len(frame.table), dtype=np.int64)
    return DatedRows(frame.features, frame.label, without if days is None else days, days is not None)
