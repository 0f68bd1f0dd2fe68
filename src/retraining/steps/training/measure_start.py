"""What a strategy gains from the version that it starts from, beside the same recipe from nothing."""

import logging
from dataclasses import dataclass

from retraining.context import Context
from retraining.records.version import Manifest
from retraining.steps.dataset.training_frame import TrainingFrame
from retraining.steps.training.backtest_rows import dated, judging_of
from retraining.steps.training.run_trials import Trials, run_trials
from retraining.strategies.backtest import error_of
from retraining.strategies.choose_form import gain_of_outcome, gain_text
from retraining.strategies.strategy import Strategy
from retraining.strategies.trials import blocks_of, with_and_without_start

_BLOCKS = 3
_SECONDS = 600.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StartWorth:
    """gain: over a fit from nothing, as the gate counts gains; None where it could not be measured. because: the same
    as a sentence."""

    gain: float | None
    because: str


def measure_start(
    context: Context, reserved: Manifest, frame: TrainingFrame, strategy: Strategy, start: Manifest
) -> StartWorth:
    """Both are fitted on the same rows before the hold-out and judged by the same newer ones. It decides nothing: the
    gate does. strategy: unfitted, with the version that it starts from."""
    judging = judging_of(context.spec, frame.ledger, reserved)
    rows = dated(frame)
    blocks = blocks_of(rows, judging, _BLOCKS) if judging else ()
    named = f"version {start.version} of {start.model}"
    if judging is None or not blocks:
        return StartWorth(None, f"What {named} is worth is not known: no block before the hold-out has older rows.")

    trials = Trials(with_and_without_start(strategy), rows, blocks, judging)
    with_start, from_nothing = run_trials(context.tables.spark, context.run, trials, _SECONDS)
    for outcome, which in ((with_start, f"a fit from {named}"), (from_nothing, "a fit from nothing")):
        if outcome.totals is None:
            return StartWorth(None, f"What {named} is worth is not known: {which} failed ({outcome.problem}).")

    metric = judging.metric
    gain, spread = gain_of_outcome(metric, with_start, from_nothing)
    errors = [error_of(metric, each.totals) for each in (with_start, from_nothing) if each.totals is not None]
    values = [f"{error if metric.relative else 1 - error:.4g}" for error in errors]
    judged = sum(int(block.judged.sum()) for block in blocks)
    because = (
        f"On {judged:,} rows before the hold-out, {metric.name} is {values[0]} with a start from {named}, and "
        f"{values[1]} from nothing: the start is worth {gain_text(metric, gain)}, give or take "
        f"{gain_text(metric, spread)}."
    )
    _log.info("%s: %s", context.model, because)
    return StartWorth(gain, because)
