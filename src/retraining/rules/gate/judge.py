"""May the candidate go live? Every check says why in a sentence."""

from retraining.kinds.metric import Metric
from retraining.records.gate import Check, GateVerdict, Question
from retraining.rules.gate.checks import (
    WORST_REFRESH_GAIN,
    at_least_as_good,
    compared,
    gain_check,
    why_not_measured,
    worst_refresh_gain,
)
from retraining.rules.gate.correlation import INDEPENDENT
from retraining.rules.gate.evaluation import Evaluation, GateTerms
from retraining.rules.gate.guards import first_period_kept, floors_hold, guards_hold, reported, slices_hold
from retraining.rules.gate.holdout import FEWEST_DAYS, FEWEST_ROWS, FRESH_SHARE, Looks
from retraining.rules.gate.jackknife import Gain, blocks_needed, effective_blocks
from retraining.rules.gate.sanity import is_sane


def judge(asked: GateTerms, evaluation: Evaluation) -> tuple[Check, ...]:
    """The checks of one candidate. It passes only if none fails or lacks evidence: an error never does.

    first: shown to be better than the trivial predictor. refresh (same recipe, newer rows): "at least as well as", gain
    above -5 % of the champion's loss and not shown to be negative. change (anything else): shown to be better, by the
    minimum gain.
    """
    return (
        *is_sane(evaluation),
        looks_counted(asked.looks),
        gain_suffices(asked, evaluation),
        *guards_hold(asked, evaluation),
        *floors_hold(asked, evaluation),
        *slices_hold(evaluation),
        *first_period_kept(asked, evaluation),
        *reported(asked, evaluation),
    )


def looks_counted(looks: Looks) -> Check:
    """How often the hold-out was asked before: reported, for chance grows with every look."""
    said = f"At most {looks.most} of the earlier verdicts looked at the same row." if looks.most else _NEVER_SEEN
    return Check("earlier_looks", "passed", float(looks.most), None, None, None, said)


_NEVER_SEEN = "No earlier verdict looked at a row of this hold-out."


def gain_suffices(asked: GateTerms, evaluation: Evaluation) -> Check:
    """The check of the metric that decides."""
    metric = evaluation.metrics[0]
    gain = evaluation.gain(metric.name, asked.level)
    threshold = _threshold(asked, metric, gain)
    lacking = _lacking(asked, evaluation) or why_not_measured(metric, gain)
    passes = _passes(asked.question, gain, threshold)
    verdict: GateVerdict = "not_enough_evidence" if lacking else "passed" if passes else "failed"
    sentence = lacking or _sentence(asked, evaluation, gain, threshold)
    return gain_check("gain", verdict, metric, gain, threshold, sentence)


def _threshold(asked: GateTerms, metric: Metric, gain: Gain) -> float:
    """The point gain that a candidate needs, in the metric's own unit."""
    if asked.question == "refresh":
        return worst_refresh_gain(metric, gain)
    return asked.min_gain if asked.question == "change" else 0.0


def _passes(question: Question, gain: Gain, threshold: float) -> bool:
    if question == "refresh":
        return at_least_as_good(gain, threshold)
    return gain.lower is not None and gain.lower > 0 and gain.value >= threshold


def _lacking(asked: GateTerms, evaluation: Evaluation) -> str | None:
    if evaluation.blocks_are_days:
        found = evaluation.blocks
        wanted = FEWEST_DAYS
        unit = "whole days" if evaluation.blocks_called == "days" else evaluation.blocks_called
    else:
        found = evaluation.rows
        wanted = FEWEST_ROWS
        unit = "reserved rows newer than the champion"

    if found < wanted:
        return f"The hold-out has {found} {unit}; a verdict needs {wanted}."
    if asked.question == "change" and asked.looks.fresh < FRESH_SHARE:
        unit = evaluation.blocks_called if evaluation.blocks_are_days else "rows"
        return (
            f"Of the hold-out's {unit} {asked.looks.fresh:.0%} have judged no change before; a verdict on a change "
            f"needs {FRESH_SHARE:.0%}, because {unit} that are asked often enough approve of anything."
        )

    return None


def _sentence(asked: GateTerms, evaluation: Evaluation, gain: Gain, threshold: float) -> str:
    found = compared(evaluation, evaluation.metrics[0], gain, asked)
    return f"{found}; it {_needs(asked, threshold)}.{_days(asked, evaluation, gain)}"


def _needs(asked: GateTerms, threshold: float) -> str:
    if asked.question == "refresh":
        return f"needs more than {threshold:+.2g} and an upper bound of at least 0"
    least = f"a gain of at least {threshold:+.2g} and " if asked.question == "change" else ""
    return f"needs {least}a lower bound above 0"


def _days(asked: GateTerms, evaluation: Evaluation, gain: Gain) -> str:
    """How much the days say, and how many would say enough."""
    correlation = evaluation.correlation
    blocks = evaluation.blocks
    if not evaluation.blocks_are_days or correlation == INDEPENDENT or gain.standard_error is None:
        return ""
    margin = asked.min_gain if asked.question == "change" else abs(WORST_REFRESH_GAIN)
    needed = blocks_needed(gain, blocks, correlation, margin, asked.level)
    called = evaluation.blocks_called
    enough = f"about {needed} {called}" if needed else f"more {called} than anybody waits for"
    worth = effective_blocks(blocks, correlation)
    return (
        f" These {called} say as much as {worth:.1f} independent ones ({correlation.sentence}); to see a difference of "
        f"{margin:.2g} takes {enough}."
    )
