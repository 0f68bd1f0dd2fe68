"""The estimator of a reserved manifest: fitted from scratch on a window of history, or updated with new rows."""

import logging
from dataclasses import replace

from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.version import Manifest
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.spark_models.spark_pipeline import SparkPipeline
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.load_version import load_version
from retraining.steps.dataset.model_frame import LABEL
from retraining.steps.dataset.training_frame import Bounds, TrainingFrame, read_old_rows, read_training_frame
from retraining.steps.training.backtest_rows import JUDGED_BY_KEYS, dated, judging_of
from retraining.steps.training.find_form import FoundForm, build_strategy, find_form, form_of_version
from retraining.steps.training.fit import Fit, bounds_of, check_labels, start_of_window
from retraining.steps.training.fit_on_spark import fit_on_spark
from retraining.steps.training.learn_by_blocks import (
    fit_by_blocks,
    labels_of_blocks,
    learns_by_blocks,
    update_by_blocks,
)
from retraining.steps.training.measure_start import measure_start
from retraining.steps.training.naming_gaps import naming_gaps
from retraining.steps.training.starting_version import read_starting_version
from retraining.strategies.choose_window import WindowChoice, choose_window
from retraining.strategies.estimators import build_estimator
from retraining.strategies.find_strategy import strategy_of_update
from retraining.strategies.on_spark import check_searched
from retraining.strategies.rows import OldRows
from retraining.strategies.strategy import Strategy

_log = logging.getLogger(__name__)


def learn(context: Context, source: IngestedSource, reserved: Manifest, base: Manifest | None) -> Fit:
    """Carries out a reserved fit; the same reservation leads to the same estimator. base is what an update starts from;
    where it cannot learn the new rows, the fit is one from scratch, and says why."""
    if base is None:
        return _fit(context, source, reserved)

    form = form_of_version(context.spec, base)
    spec = context.spec.in_form(form)
    bounds = replace(bounds_of(source, reserved, None), newer_than=base.batch_seq)
    new = read_training_frame(context, source, bounds)
    strategy = strategy_of_update(spec.strategy, build_estimator(spec))
    champion = load_version(context.registry, base)
    by_blocks = learns_by_blocks(spec, new)
    possible = strategy.can_update(champion, labels_of_blocks(context, source, bounds) if by_blocks else new.label)
    if not possible:
        _log.warning(
            "%s: fitted from scratch instead of updating version %s: %s", spec.model, base.version, possible.reason
        )
        return replace(_fit(context, source, reserved), not_updated=possible.reason)

    if by_blocks:
        learned, shown = update_by_blocks(context, source, bounds, strategy.start_from(champion), new)
        return Fit(strategy.model_, learned, WindowChoice(None, ()), None, FoundForm(form), rehearsed_rows=shown)

    old = _old_rows(context, source, bounds, strategy.old_rows(len(new.table)), new)
    with naming_gaps(spec, new):
        strategy.start_from(champion).update(new.features, new.label, time=new.days, old=old)
    rehearsed = len(old) if old else 0
    return Fit(strategy.model_, new, WindowChoice(None, ()), None, FoundForm(form), rehearsed_rows=rehearsed)


def _old_rows(
    context: Context, source: IngestedSource, bounds: Bounds, wanted: int, new: TrainingFrame
) -> OldRows | None:
    if not wanted:
        return None
    table = read_old_rows(context, source, bounds, wanted)
    return OldRows(table[list(new.feature_names)], table[LABEL])


def _fit(context: Context, source: IngestedSource, reserved: Manifest) -> Fit:
    """A fit from scratch. A window whose rows cannot be learned gives way to all of the history."""
    start_version = read_starting_version(context)
    check_searched(context.spec)
    started_from = start_version.estimator if start_version else None
    strategy = None if context.spec.is_searched else build_strategy(context.spec, started_from)
    if strategy and isinstance(strategy.estimator, SparkPipeline):
        return fit_on_spark(context, source, reserved, strategy.estimator)

    start = start_of_window(source, reserved, reserved.window_days)
    frame = read_training_frame(context, source, bounds_of(source, reserved, start))
    found = find_form(context, reserved, frame, started_from)
    spec = context.spec.in_form(found.form)
    strategy = strategy or build_strategy(spec, started_from)

    window = WindowChoice(reserved.window_days, ())
    if reserved.role == "candidate":
        with naming_gaps(spec, frame):
            window = _choose(spec, source.ledger, strategy, frame, reserved)
        start = start_of_window(source, reserved, window.days)
        frame = _since(context, source, frame, reserved, start)

    if start is not None and kind_of(spec).why_not_learned(frame.label):
        start = None
        frame = read_training_frame(context, source, bounds_of(source, reserved, start))
        window = replace(window, days=None)
    check_labels(spec, frame, reserved.batch_seq)

    if learns_by_blocks(spec, frame):
        frame = fit_by_blocks(context, source, bounds_of(source, reserved, start), strategy, frame)
    else:
        with naming_gaps(spec, frame):
            strategy.fit(frame.features, frame.label, time=frame.days)
    fit = Fit(strategy.model_, frame, window, source.ledger.to_text(start), found)
    if start_version is None:
        return fit
    worth = None
    if (reserved.role, reserved.state) == ("candidate", "RESERVED"):
        worth = measure_start(context, reserved, frame, strategy, start_version.manifest)
    return replace(fit, start=start_version.manifest, start_worth=worth)


def _choose(
    spec: ModelSpec, ledger: Ledger, strategy: Strategy, history: TrainingFrame, reserved: Manifest
) -> WindowChoice:
    """The candidate's backtest; the refit of a candidate keeps the candidate's window."""
    judging = judging_of(spec, ledger, reserved)
    if judging is None or judging.days == JUDGED_BY_KEYS or history.days is None:
        return WindowChoice(None, ())

    choice = choose_window(strategy, dated(history), spec.strategy.windows, judging)
    for length, why in choice.left_out:
        _log.info(
            "%s: the backtest left out a window of %s: %s", spec.model, f"{length} days" if length else "all", why
        )
    return choice


def _since(
    context: Context, source: IngestedSource, history: TrainingFrame, reserved: Manifest, start: Number | None
) -> TrainingFrame:
    """The newest part of the history; a sampled one is read again, because the sample belongs inside the window."""
    if start is None:
        return history
    if not history.sampled:
        return history.since(start)
    return read_training_frame(context, source, bounds_of(source, reserved, start))
