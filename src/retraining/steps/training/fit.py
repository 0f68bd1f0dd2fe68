"""A fit that was carried out, and what every fit asks of its rows."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from retraining.errors import NothingToDoError
from retraining.kinds.find_kind import kind_of
from retraining.records.version import Manifest
from retraining.rules.ingest.ledger import Number
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.training_frame import Bounds, TrainingFrame
from retraining.steps.training.find_form import FoundForm
from retraining.steps.training.measure_start import StartWorth
from retraining.strategies.choose_window import WindowChoice


@dataclass(frozen=True)
class Fit:
    """A fitted estimator and the rows it learned in this fit; train_from is the first ledger value of its window."""

    estimator: Any
    frame: TrainingFrame
    window: WindowChoice
    train_from: str | None
    found: FoundForm
    """In which form, and how a search found it."""
    not_updated: str | None = None
    """Why it was fitted from scratch although an update was reserved."""
    rehearsed_rows: int = 0
    """Old rows that an update was shown again."""
    start: Manifest | None = None
    """The version that `strategy.start` names."""
    start_worth: StartWorth | None = None
    """What it is worth to a candidate; not measured again for its refit."""


def bounds_of(source: IngestedSource, reserved: Manifest, start: Number | None) -> Bounds:
    """The rows that a reservation lets a fit learn, from start on."""
    before = source.ledger.from_text(reserved.train_before)
    return Bounds(reserved.batch_seq, start, before, left_out=reserved.left_out)


def check_labels(spec: ModelSpec, frame: TrainingFrame, batch_seq: int) -> None:
    """Raises NothingToDoError for labels that no model of the kind can be fitted to."""
    why = kind_of(spec).why_not_learned(frame.label)
    if why:
        raise NothingToDoError(
            f"{spec.model}: nothing was fitted on the labels up to batch {batch_seq}: {why}. The next run tries again "
            f"with newer labels. If other classes should be there by now, check `{spec.columns.label}` at the source."
        )


def start_of_window(source: IngestedSource, reserved: Manifest, length: int | None) -> Number | None:
    """Where a window of the newest days begins: before the hold-out, or up to the batch's watermark."""
    ledger = source.ledger
    before = ledger.from_text(reserved.train_before)
    newest = ledger.from_text(source.watermark_of(reserved.batch_seq))
    if length is None or newest is None:
        return None

    end = ledger.day_of(newest) + timedelta(days=1) if before is None else ledger.day_of(before)
    return ledger.start_of(end - timedelta(days=length))
