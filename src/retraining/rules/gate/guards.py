"""What must not get worse while the deciding metric gets better: other metrics, floors, slices, the first period."""

import math

from retraining.kinds.metric import Metric
from retraining.records.gate import Check, GateVerdict
from retraining.rules.gate.checks import (
    at_least_as_good,
    bounds,
    compared,
    finite,
    gain_check,
    gain_in_words,
    metric_in_words,
    why_not_measured,
    worst_refresh_gain,
)
from retraining.rules.gate.evaluation import Evaluation, GateTerms
from retraining.rules.gate.holdout import FEWEST_DAYS, FEWEST_ROWS
from retraining.rules.gate.jackknife import Gain, gain_with_interval

_SLICE_ALPHA = 0.05


def guards_hold(asked: GateTerms, evaluation: Evaluation) -> tuple[Check, ...]:
    """Each guard must not be 5 % worse, nor shown to be worse: all must pass, so none needs a correction. Nothing is
    asked of a first model: the trivial predictor has nothing worth keeping."""
    if asked.question == "first":
        return ()
    return tuple(_guard(asked, evaluation, name) for name in asked.guards)


def _guard(asked: GateTerms, evaluation: Evaluation, name: str) -> Check:
    metric = next(each for each in evaluation.metrics if each.name == name)
    gain = evaluation.gain(name, 0.95)
    worst = worst_refresh_gain(metric, gain)
    lacking = why_not_measured(metric, gain)
    if lacking:
        return gain_check(f"guard_{name}", "not_enough_evidence", metric, gain, worst, f"gate.guards: {lacking}")

    verdict: GateVerdict = "passed" if at_least_as_good(gain, worst) else "failed"
    found = compared(evaluation, metric, gain, GateTerms(asked.question))
    sentence = f"{found}; a guard needs more than {gain_in_words(metric, worst)} and an upper bound of at least 0."
    return gain_check(f"guard_{name}", verdict, metric, gain, worst, sentence)


def floors_hold(asked: GateTerms, evaluation: Evaluation) -> tuple[Check, ...]:
    """The candidate's own value against a fixed one, whatever the champion does."""
    return tuple(_floor(evaluation, name, least) for name, least in asked.floors.items())


def _floor(evaluation: Evaluation, name: str, least: float) -> Check:
    metric = next(each for each in evaluation.metrics if each.name == name)
    gain = evaluation.gain(name, 0.95)
    value = gain.candidate_error
    if math.isnan(value) and math.isnan(gain.baseline_error):
        lacking = f"gate.floors: {why_not_measured(metric, gain)}"
        return Check(f"floor_{name}", "not_enough_evidence", None, None, None, least, lacking, name)

    holds = value <= least if metric.relative else value >= least
    side = "at most" if metric.relative else "at least"
    sentence = f"{metric_in_words(name)} {value:.4g}; gate.floors wants {side} {least:.4g}."
    return Check(f"floor_{name}", "passed" if holds else "failed", finite(value), None, None, least, sentence, name)


def slices_hold(evaluation: Evaluation) -> tuple[Check, ...]:
    """A slice fails only where harm is shown: the upper bound of its gain below 0, at 5 % over all slices together
    (Bonferroni)."""
    level = 1 - _SLICE_ALPHA / max(1, len(evaluation.slices))
    return tuple(_slice(evaluation, name, level) for name in evaluation.slices)


def _slice(evaluation: Evaluation, name: str, level: float) -> Check:
    metric = evaluation.metrics[0]
    sums = evaluation.slices[name]
    rows = int(sums.rows.sum())
    blocks = int((sums.rows > 0).sum())
    if rows < FEWEST_ROWS or blocks < FEWEST_DAYS:
        few = f"Slice {name}: {rows:,} rows in {blocks} blocks are too few to show harm."
        return Check(f"slice {name}", "unknown", None, None, None, 0.0, few, metric.name)

    gain = gain_with_interval(metric, sums, evaluation.correlation, level)
    unclear = _why_unclear(metric, gain)
    if unclear:
        return gain_check(f"slice {name}", "unknown", metric, gain, 0.0, f"Slice {name}: {unclear}")

    harmed = gain.upper is None or gain.upper < 0
    sentence = (
        f"Slice {name}: {metric_in_words(metric.name)} {gain.candidate_error:.4g} against {gain.baseline_error:.4g} on "
        f"{rows:,} rows: gain {gain_in_words(metric, gain.value)}{bounds(metric, gain, level)}; harm is "
        f"{'shown' if harmed else 'not shown'}."
    )

    return gain_check(f"slice {name}", "failed" if harmed else "passed", metric, gain, 0.0, sentence)


def _why_unclear(metric: Metric, gain: Gain) -> str | None:
    """Why some of the hold-out's rows can neither show harm nor its absence."""
    if math.isnan(gain.value):
        return why_not_measured(metric, gain) or f"{metric_in_words(metric.name)} has no value of one of the models."
    return why_not_measured(metric, gain)


def reported(asked: GateTerms, evaluation: Evaluation) -> tuple[Check, ...]:
    """Metrics that decide nothing, such as the one that every model is followed by where another one decides."""
    asked_for = {evaluation.metrics[0].name, *(() if asked.question == "first" else asked.guards)}
    return tuple(_told(asked, evaluation, each) for each in evaluation.metrics if each.name not in asked_for)


def _told(asked: GateTerms, evaluation: Evaluation, metric: Metric) -> Check:
    gain = evaluation.gain(metric.name, 0.95)
    sentence = f"{compared(evaluation, metric, gain, GateTerms(asked.question))}; reported only."
    return gain_check(f"reported_{metric.name}", "passed", metric, gain, None, sentence)


FORGETTING = "forgetting"


def first_period_kept(asked: GateTerms, evaluation: Evaluation) -> tuple[Check, ...]:
    """Both models on rows of the first training's period that neither was trained on, in the metric that decides.
    Reported, and where that population is still served, it must not be worse. A first model has nothing to
    forget; models that learned the whole period cannot be asked."""
    if asked.question == "first":
        return ()

    metric = evaluation.metrics[0]
    sums = evaluation.first_period
    rows, blocks = (int(sums.rows.sum()), int((sums.rows > 0).sum())) if sums else (0, 0)
    if sums is None or rows < FEWEST_ROWS or blocks < FEWEST_DAYS:
        few = f"{rows:,} rows of the first training's period were learned by neither model: too few to show forgetting."
        return (Check(FORGETTING, "unknown", None, None, None, None, few, metric.name),)

    gain = gain_with_interval(metric, sums, evaluation.correlation, 0.95)
    unclear = _why_unclear(metric, gain)
    if unclear:
        sentence = f"First training's period: {unclear}"
        return (gain_check(FORGETTING, "unknown", metric, gain, None, sentence),)

    worst = worst_refresh_gain(metric, gain) if asked.keeps_first_population else None
    verdict: GateVerdict = "passed" if worst is None or at_least_as_good(gain, worst) else "failed"
    needs = "" if worst is None else f"needs more than {gain_in_words(metric, worst)} and an upper bound of at least 0"
    rule = f"gate.keeps_first_population {needs}" if needs else "reported only"
    sentence = (
        f"First training's period: {metric_in_words(metric.name)} {gain.candidate_error:.4g} against "
        f"{gain.baseline_error:.4g} of the champion on {rows:,} rows that neither learned: gain "
        f"{gain_in_words(metric, gain.value)}{bounds(metric, gain, 0.95)}; {rule}."
    )

    return (gain_check(FORGETTING, verdict, metric, gain, worst, sentence),)
