"""The estimator that a manifest asks for: fitted from scratch on a window of history, or updated with new rows."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from retraining.adapters.registry.registry import Registry
from retraining.adapters.tables.tables import Tables
from retraining.records.manifest import Manifest
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.ingested_source import IngestedSource
from retraining.stages.steps.load_version import load_version
from retraining.stages.steps.metric_of import metric_of
from retraining.stages.steps.training_frame import Bounds, TrainingFrame, read_training_frame
from retraining.strategies.choose_window import WindowChoice, choose_window, in_window
from retraining.strategies.full_refit import build_estimator, full_refit
from retraining.strategies.incremental_update import check_updates, incremental_update


@dataclass(frozen=True)
class Learned:
    """A fitted estimator and the rows it learned in this fit; train_from is the first ledger value of its window."""

    estimator: Any
    frame: TrainingFrame
    window: WindowChoice
    train_from: str | None


def learn(
    spec: ModelSpec,
    source: IngestedSource,
    tables: Tables,
    registry: Registry,
    reserved: Manifest,
    base: Manifest | None,
) -> Learned:
    """Carries out a reserved fit; the same reservation leads to the same estimator. base is what an update starts
    from."""
    before = source.ledger.from_text(reserved.train_before)
    if base is not None:
        new = read_training_frame(spec, tables, source, Bounds(reserved.batch_seq, None, before, base.batch_seq))
        updated = incremental_update(load_version(registry, base), new.features, new.label)
        return Learned(updated, new, WindowChoice(None, ()), None)
    estimator = build_estimator(spec)
    if spec.strategy.name == "incremental_update":
        check_updates(estimator)
    history = read_training_frame(spec, tables, source, Bounds(reserved.batch_seq, None, before))
    window = _window(spec, source.ledger, estimator, history, reserved)
    frame, train_from = _newest(spec, tables, source, history, reserved, before, window.days)
    return Learned(full_refit(estimator, frame.features, frame.label), frame, window, train_from)


def _window(
    spec: ModelSpec, ledger: Ledger, estimator: Any, history: TrainingFrame, reserved: Manifest
) -> WindowChoice:
    """The candidate's backtest decides; the refit of a candidate keeps the candidate's window."""
    if reserved.role == "refit":
        return WindowChoice(reserved.window_days, ())
    start, end = ledger.from_text(reserved.holdout_from), ledger.from_text(reserved.holdout_before)
    days = history.days
    if days is None or start is None or end is None:
        return WindowChoice(None, ())
    judged = (ledger.day_of(end) - ledger.day_of(start)).days
    windows, metric = spec.strategy.windows, metric_of(spec)
    return choose_window(estimator, history.features, history.label, days, windows, judged, metric)


def _newest(
    spec: ModelSpec,
    tables: Tables,
    source: IngestedSource,
    history: TrainingFrame,
    reserved: Manifest,
    before: Number | None,
    length: int | None,
) -> tuple[TrainingFrame, str | None]:
    """The newest days of the history; a sampled one is read again, because the sample belongs inside the window."""
    days = history.days
    if length is None or days is None:
        return history, None
    ledger = source.ledger
    first_day = ledger.day_of(ledger.from_text(history.trained_until) or 0) - timedelta(days=length - 1)
    start = ledger.start_of(first_day)
    if not history.sampled:
        return history.where(in_window(days, length)), ledger.to_text(start)
    bounds = Bounds(reserved.batch_seq, start, before)
    return read_training_frame(spec, tables, source, bounds), ledger.to_text(start)
