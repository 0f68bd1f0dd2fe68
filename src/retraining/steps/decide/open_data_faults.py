"""What must not be trained on: the certain faults of the newest batch, and earlier ones that nothing has ended."""

from collections.abc import Sequence
from typing import Any

from retraining.records.change import ColumnState, DataFault
from retraining.records.drift import LABEL
from retraining.records.promotion import Promotion
from retraining.rules.drift.data_faults import (
    Answers,
    Compared,
    answer_of,
    certain_faults,
    frozen_columns,
    open_faults,
)
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.drift.classify_change import columns_of_batch, days_of_batch
from retraining.steps.drift.evaluate_drift import BatchDrift


def fault_evidence(
    spec: ModelSpec, source: IngestedSource, history: ModelHistory, champion: str | None, drift: BatchDrift | None
) -> dict[str, Any]:
    """Open faults and their answer, by name of the evidence. Those of earlier batches stay open where nothing was
    compared, too. drift: of the newest batch beside the champion."""
    found: tuple[DataFault, ...] = ()
    if drift is not None and champion is not None:
        of_batch = {each.own_metrics[0].batch_seq: each for each in (*drift.skipped, drift) if each.own_metrics}
        for batch_seq, each in of_batch.items():
            compared = Compared(batch_seq, champion, *days_of_batch(each))
            found += certain_faults(columns_beside_champion(history, each, champion), compared)

    answers = answers_to_faults(spec, source, history.promotions)
    return {
        "open_faults": open_faults(found, history.decisions, answers),
        "fault_answer": answer_of(found, answers),
    }


def columns_beside_champion(history: ModelHistory, drift: BatchDrift, champion: str) -> tuple[ColumnState, ...]:
    """Each column of the newest batch that was compared with the champion's training rows."""
    return columns_of_batch(drift, frozen_columns(history.decisions, champion))


def answers_to_faults(spec: ModelSpec, source: IngestedSource, promotions: Sequence[Promotion]) -> Answers:
    """Everything that ends a data fault, as of the newest committed batch."""
    excluded = [(days.start, days.end) for days in spec.strategy.exclude]
    trained_on = {*spec.columns.features, LABEL}
    return Answers(promotions, source.committed.without, excluded, trained_on)
