"""The estimator of a reserved manifest: fitted from scratch on a window of history, or updated with new rows."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from retraining.context import Context
from retraining.errors import NothingToDoError
from retraining.kinds.find_kind import kind_of
from retraining.records.version import Manifest
from retraining.rules.gate.metrics import check_probabilities, find_metric
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.load_version import load_version
from retraining.steps.dataset.model_frame import LABEL
from retraining.steps.dataset.training_frame import Bounds, TrainingFrame, read_old_rows, read_training_frame
from retraining.steps.training.naming_gaps import naming_gaps
from retraining.steps.training.starting_version import read_starting_version
from retraining.strategies.choose_window import DatedRows, Judging, WindowChoice, choose_window
from retraining.strategies.estimators import build_estimator, check_kind
from retraining.strategies.find_strategy import strategy_of, strategy_of_update
from retraining.strategies.rows import OldRows
from retraining.strategies.strategy import Strategy

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Fit:
    """A fitted estimator and the rows it learned in this fit; train_from is the first ledger value of its window."""

    estimator: Any
    frame: TrainingFrame
    window: WindowChoice
    train_from: str | None
    not_updated: str | None = None
    """Why it was fitted from scratch although an update was reserved."""
    rehearsed_rows: int = 0
    """Old rows that an update was shown again."""
    start: Manifest | None = None
    """The version that `strategy.start` names."""


def learn(context: Context, source: IngestedSource, reserved: Manifest, base: Manifest | None) -> Fit:
    """Carries out a reserved fit; the same reservation leads to the same estimator. base is what an update starts from;
    where it cannot learn the new rows, the fit is one from scratch, and says why."""
    if base is None:
        return _fit(context, source, reserved)

    spec = context.spec
    bounds = replace(_bounds(source, reserved, None), newer_than=base.batch_seq)
    new = read_training_frame(context, source, bounds)
    strategy = strategy_of_update(spec.strategy, build_estimator(spec))
    champion = load_version(context.registry, base)
    possible = strategy.can_update(champion, new.label)
    if not possible:
        _log.warning(
            "%s: fitted from scratch instead of updating version %s: %s", spec.model, base.version, possible.reason
        )
        return replace(_fit(context, source, reserved), not_updated=possible.reason)

    old = _old_rows(context, source, bounds, strategy.old_rows(len(new.table)), new)
    with naming_gaps(spec, new):
        strategy.start_from(champion).update(new.features, new.label, time=new.days, old=old)
    return Fit(strategy.model_, new, WindowChoice(None, ()), None, rehearsed_rows=len(old) if old else 0)


def _old_rows(
    context: Context, source: IngestedSource, bounds: Bounds, wanted: int, new: TrainingFrame
) -> OldRows | None:
    if not wanted:
        return None
    table = read_old_rows(context, source, bounds, wanted)
    return OldRows(table[list(new.feature_names)], table[LABEL])


def _fit(context: Context, source: IngestedSource, reserved: Manifest) -> Fit:
    """A fit from scratch. A window whose rows cannot be learned gives way to all of the history."""
    spec = context.spec
    start_version = read_starting_version(context)
    strategy = strategy_of(spec.strategy, build_estimator(spec), start_version.estimator if start_version else None)
    strategy.check()
    check_kind(spec, strategy.estimator)
    check_probabilities(spec, strategy.estimator)

    start = _start(source, reserved, reserved.window_days)
    frame = read_training_frame(context, source, _bounds(source, reserved, start))
    window = WindowChoice(reserved.window_days, ())
    if reserved.role == "candidate":
        with naming_gaps(spec, frame):
            window = _choose(spec, source.ledger, strategy, frame, reserved)
        start = _start(source, reserved, window.days)
        frame = _since(context, source, frame, reserved, start)

    if start is not None and kind_of(spec).why_not_learned(frame.label):
        start = None
        frame = read_training_frame(context, source, _bounds(source, reserved, start))
        window = replace(window, days=None)
    _check_labels(spec, frame, reserved.batch_seq)

    with naming_gaps(spec, frame):
        strategy.fit(frame.features, frame.label, time=frame.days)
    manifest = start_version.manifest if start_version else None
    return Fit(strategy.model_, frame, window, source.ledger.to_text(start), start=manifest)


def _bounds(source: IngestedSource, reserved: Manifest, start: Number | None) -> Bounds:
    before = source.ledger.from_text(reserved.train_before)
    return Bounds(reserved.batch_seq, start, before, left_out=reserved.left_out)


def _check_labels(spec: ModelSpec, frame: TrainingFrame, batch_seq: int) -> None:
    why = kind_of(spec).why_not_learned(frame.label)
    if why:
        raise NothingToDoError(
            f"{spec.model}: nothing was fitted on the labels up to batch {batch_seq}: {why}. The next run tries again "
            f"with newer labels. If other classes should be there by now, check `{spec.columns.label}` at the source."
        )


def _choose(
    spec: ModelSpec, ledger: Ledger, strategy: Strategy, history: TrainingFrame, reserved: Manifest
) -> WindowChoice:
    """The candidate's backtest; the refit of a candidate keeps the candidate's window."""
    start = ledger.from_text(reserved.holdout_from)
    end = ledger.from_text(reserved.holdout_before)
    days = history.days
    if days is None or start is None or end is None:
        return WindowChoice(None, ())

    judged_days = (ledger.day_of(end) - ledger.day_of(start)).days
    rows = DatedRows(history.features, history.label, days)
    kind = kind_of(spec)
    metric = find_metric(spec.gate.metric or kind.followed.name, kind.name)
    choice = choose_window(strategy, rows, spec.strategy.windows, Judging(judged_days, kind, metric))
    for length, why in choice.left_out:
        _log.info(
            "%s: the backtest left out a window of %s: %s", spec.model, f"{length} days" if length else "all", why
        )
    return choice


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
    return read_training_frame(context, source, _bounds(source, reserved, start))
