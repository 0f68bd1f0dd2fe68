"""May the candidate go live? Every check says why in a sentence."""

from collections.abc import Sequence

import numpy as np

from retraining.kinds.metric import Metric
from retraining.records.gate import Check, GateResult, GateVerdict
from retraining.rules.gate.checks import (
    MUCH_WORSE_GAIN,
    SMALL_GAIN,
    at_least_as_good,
    compared,
    exceeds,
    gain_check,
    gain_in_words,
    in_unit,
    why_not_measured,
    worst_refresh_gain,
)
from retraining.rules.gate.correlation import INDEPENDENT
from retraining.rules.gate.evaluation import Evaluation, GateTerms
from retraining.rules.gate.guards import first_period_kept, floors_hold, guards_hold, reported, slices_hold
from retraining.rules.gate.holdout import FEWEST_DAYS, FEWEST_ROWS, FRESH_SHARE, Looks
from retraining.rules.gate.jackknife import MOST_BLOCKS, Gain, blocks_needed, effective_blocks, gain_of
from retraining.rules.gate.sanity import is_sane


def judge(asked: GateTerms, evaluation: Evaluation) -> tuple[Check, ...]:
    """The checks of one candidate. It passes only if none fails or lacks evidence: an error never does.

    first: shown to be better than the trivial predictor; a panel of series, which holds it, only not worse. refresh
    (same recipe, newer rows): "at least as well as", gain above -5 % of the champion's loss, not shown to be negative,
    and shown to be above -10 %: days that cannot show that are not enough evidence. change (anything else): shown to be
    better, by the minimum gain.
    """
    return (
        *is_sane(evaluation),
        looks_counted(asked.looks),
        gain_suffices(asked, evaluation),
        *days_agree(asked, evaluation),
        *guards_hold(asked, evaluation),
        *floors_hold(asked, evaluation),
        *slices_hold(evaluation),
        *first_period_kept(asked, evaluation),
        *reported(asked, evaluation),
    )


def left_open(results: Sequence[GateResult], champion_version: str | None) -> bool:
    """Whether the newest verdict was on a candidate for this champion's place, did not let it through, and did not show
    it to be worse either: more days may tell."""
    gains = [row for row in results if row.check == "gain"]
    if not gains or gains[-1].champion_version != champion_version or gains[-1].verdict == "passed":
        return False
    return gains[-1].upper is None or gains[-1].upper >= 0


def looks_counted(looks: Looks) -> Check:
    """How often the hold-out was asked before: reported, for chance grows with every look."""
    said = f"At most {looks.most} of the earlier verdicts looked at the same row." if looks.most else _NEVER_SEEN
    return Check("earlier_looks", "passed", float(looks.most), None, None, None, said)


_NEVER_SEEN = "No earlier verdict looked at a row of this hold-out."


MOST_OF_DAYS = 0.75
"""Of the hold-out's days on which a candidate in doubt must be better."""


def days_agree(asked: GateTerms, evaluation: Evaluation) -> tuple[Check, ...]:
    """Of a candidate that learned days which may not stay as they are: whether it is better day by day. Where such days
    reach into the hold-out, one of them can outweigh all others, and approve of what was learned from its like."""
    if not asked.in_doubt:
        return ()

    metric = evaluation.metrics[0]
    sums = evaluation.sums[0]
    gains = gain_of(metric, sums.candidate, sums.baseline)
    share = float(np.mean(gains > 0)) if len(gains) else 0.0
    verdict: GateVerdict = "passed" if share >= MOST_OF_DAYS else "failed"
    sentence = (
        f"The candidate learned days that may not stay as they are; it is better than the champion on "
        f"{int(np.sum(gains > 0))} of {len(gains)} days, {MOST_OF_DAYS:.0%} are needed."
    )
    return (Check("days_agree", verdict, share, None, None, MOST_OF_DAYS, sentence),)


def gain_suffices(asked: GateTerms, evaluation: Evaluation) -> Check:
    """The check of the metric that decides."""
    metric = evaluation.metrics[0]
    gain = evaluation.gain(metric.name, asked.level)
    threshold = _threshold(asked, metric, gain)
    passes = _passes(asked, gain, threshold)
    lacking = _lacking(asked, evaluation) or why_not_measured(metric, gain)
    unclear = _much_worse_is_possible(asked, metric, gain) if passes and not lacking else None

    verdict: GateVerdict = "not_enough_evidence" if lacking or unclear else "passed" if passes else "failed"
    sentence = lacking or _sentence(asked, evaluation, gain, threshold, unclear)
    return gain_check("gain", verdict, metric, gain, threshold, sentence)


def _threshold(asked: GateTerms, metric: Metric, gain: Gain) -> float:
    """The point gain that a candidate needs, in the metric's own unit."""
    if asked.needs_no_worse:
        return worst_refresh_gain(metric, gain)
    return asked.min_gain if asked.question == "change" else 0.0


def _passes(asked: GateTerms, gain: Gain, threshold: float) -> bool:
    if asked.needs_no_worse:
        return at_least_as_good(gain, threshold)
    return gain.lower is not None and gain.lower > 0 and gain.value >= threshold


def _much_worse_is_possible(asked: GateTerms, metric: Metric, gain: Gain) -> str | None:
    """What these days cannot rule out of a refresh, as a part of a sentence."""
    lowest = gain.lower_at(metric, asked.refresh_level)
    worst = in_unit(metric, gain.baseline_error, MUCH_WORSE_GAIN)
    if asked.question != "refresh" or (lowest is not None and exceeds(lowest, worst)):
        return None

    found = "no bound" if lowest is None else f"a lower bound of {gain_in_words(metric, lowest)}"
    return (
        f"But a refresh must be shown to gain more than {gain_in_words(metric, worst)}, and these days show {found} "
        f"({100 * asked.refresh_level:.4g} %)"
    )


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


def _sentence(
    asked: GateTerms, evaluation: Evaluation, gain: Gain, threshold: float, unclear: str | None = None
) -> str:
    metric = evaluation.metrics[0]
    found = compared(evaluation, metric, gain, asked)
    but = f" {unclear}." if unclear else ""
    return f"{found}; it {_needs(asked, metric, threshold)}.{but}{_days(asked, evaluation, gain)}"


def _needs(asked: GateTerms, metric: Metric, threshold: float) -> str:
    if asked.needs_no_worse:
        return f"needs more than {gain_in_words(metric, threshold)} and an upper bound of at least 0"
    least = f"a gain of at least {gain_in_words(metric, threshold)} and " if asked.question == "change" else ""
    return f"needs {least}a lower bound above 0"


def _days(asked: GateTerms, evaluation: Evaluation, gain: Gain) -> str:
    """How much the days say, and how many would say enough."""
    correlation = evaluation.correlation
    blocks = evaluation.blocks
    if not evaluation.blocks_are_days or correlation == INDEPENDENT or gain.standard_error is None:
        return ""
    metric = evaluation.metrics[0]
    margin = _margin(asked, metric, gain)
    level = asked.refresh_level if asked.question == "refresh" else asked.level
    needed = blocks_needed(gain, blocks, correlation, margin, level)
    called = evaluation.blocks_called
    enough = f"about {needed} {called}" if needed else f"more than {MOST_BLOCKS} {called}"
    worth = effective_blocks(blocks, correlation)
    return (
        f" These {called} say as much as {worth:.1f} independent ones: {correlation.sentence}. To show a difference of "
        f"{gain_in_words(metric, margin).removeprefix('+')} takes {enough}."
    )


def _margin(asked: GateTerms, metric: Metric, gain: Gain) -> float:
    """The difference that the days should be able to show."""
    if asked.question == "change":
        return asked.min_gain
    share = MUCH_WORSE_GAIN if asked.question == "refresh" else SMALL_GAIN
    return abs(in_unit(metric, gain.baseline_error, share))
