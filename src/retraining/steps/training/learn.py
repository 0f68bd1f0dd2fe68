"""The estimator of a reserved manifest: fitted from scratch on a window of history, or updated with new rows."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.version import Manifest
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.load_version import load_version
from retraining.steps.dataset.training_frame import Bounds, TrainingFrame, read_training_frame
from retraining.steps.training.naming_gaps import naming_gaps
from retraining.strategies.choose_window import DatedRows, WindowChoice, choose_window
from retraining.strategies.estimators import build_estimator
from retraining.strategies.find_strategy import find_strategy, strategy_of_update


@dataclass(frozen=True)
class Fit:
    """A fitted estimator and the rows it learned in this fit; train_from is the first ledger value of its window."""

    estimator: Any
    frame: TrainingFrame
    window: WindowChoice
    train_from: str | None


def learn(context: Context, source: IngestedSource, reserved: Manifest, base: Manifest | None) -> Fit:
    """Carries out a reserved fit; the same reservation leads to the same estimator. base is what an update starts
    from."""
    spec = context.spec
    before = source.ledger.from_text(reserved.train_before)
    if base is not None:
        new = read_training_frame(context, source, Bounds(reserved.batch_seq, None, before, base.batch_seq))
        champion = strategy_of_update(spec.strategy.name)(load_version(context.registry, base))
        with naming_gaps(spec, new):
            return Fit(champion.update(new.features, new.label), new, WindowChoice(None, ()), None)

    strategy = find_strategy(spec.strategy.name)(build_estimator(spec))
    strategy.check()

    start = _start(source, reserved, reserved.window_days)
    frame = read_training_frame(context, source, Bounds(reserved.batch_seq, start, before))
    window = WindowChoice(reserved.window_days, ())
    if reserved.role == "candidate":
        with naming_gaps(spec, frame):
            window = _choose(spec, source.ledger, strategy.estimator, frame, reserved)
        start = _start(source, reserved, window.days)
        frame = _since(context, source, frame, reserved, start)

    with naming_gaps(spec, frame):
        fitted = strategy.fit(frame.features, frame.label)
    return Fit(fitted, frame, window, source.ledger.to_text(start))


def _choose(
    spec: ModelSpec, ledger: Ledger, estimator: Any, history: TrainingFrame, reserved: Manifest
) -> WindowChoice:
    """The candidate's backtest; the refit of a candidate keeps the candidate's window."""
    start = ledger.from_text(reserved.holdout_from)
    end = ledger.from_text(reserved.holdout_before)
    days = history.days
    if days is None or start is None or end is None:
        return WindowChoice(None, ())

    judged_days = (ledger.day_of(end) - ledger.day_of(start)).days
    rows = DatedRows(history.features, history.label, days)
    return choose_window(estimator, rows, spec.strategy.windows, judged_days, kind_of(spec))


def _start(source: IngestedSource, reserved: Manifest, length: int | None) -> Number | None:
    """Where a window of the newest days begins: before the hold-out, or up to the batch's watermark."""
    ledger = source.ledger
    before = ledger.from_text(reserved.train_before)
    newest = ledger.from_text(source.watermark_of(reserved.batch_seq))
    if length is None or newest is None:
        return None

    end = ledger.day_of(newest) + timedelta(days=1) if before is None else ledger.day_of(before)
    return ledger.start_of(end - timedelta(days=length))


def _since(
    context: Context, source: IngestedSource, history: TrainingFrame, reserved: Manifest, start: Number | None
) -> TrainingFrame:
    """The newest part of the history; a sampled one is read again, because the sample belongs inside the window."""
    if start is None:
        return history
    if not history.sampled:
        return history.since(start)
    before = source.ledger.from_text(reserved.train_before)
    return read_training_frame(context, source, Bounds(reserved.batch_seq, start, before))
