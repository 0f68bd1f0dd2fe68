"""May the candidate go live? Every check says why in a sentence."""

from dataclasses import dataclass

from retraining.records.gate_result import Check, Question
from retraining.rules.gate.holdout import FEWEST_DAYS
from retraining.rules.gate.jackknife import DAILY_CORRELATION, Block, Gain, Metric, gain_with_interval

WORST_REFRESH_GAIN = -0.05
FEWEST_ROWS = 30


@dataclass(frozen=True)
class Evaluation:
    """Both models' losses on the hold-out, block by block. blocks_are_days: else rows without time order, in
    buckets."""

    metric: Metric
    blocks: list[Block]
    blocks_are_days: bool
    broken_predictions: int

    @property
    def rows(self) -> int:
        """Rows of the hold-out."""
        return sum(block.rows for block in self.blocks)

    @property
    def gain(self) -> Gain:
        """Gain of the candidate; days are taken as serially correlated, buckets of exchangeable rows as independent."""
        return gain_with_interval(self.metric, self.blocks, DAILY_CORRELATION if self.blocks_are_days else 0.0)


def judge(question: Question, evaluation: Evaluation) -> tuple[Check, ...]:
    """The checks of one candidate. It passes only if every check passes: an error or too little evidence never does.

    refresh (same recipe, newer rows) asks "at least as well as": gain above -5 % and not shown to be negative. first
    asks whether the candidate is shown to be better than the trivial predictor.
    """
    return _predictions_are_finite(evaluation), _gain_suffices(question, evaluation)


def _predictions_are_finite(evaluation: Evaluation) -> Check:
    broken = evaluation.broken_predictions
    sentence = (
        f"{broken:,} of {evaluation.rows:,} hold-out predictions are missing or not finite."
        if broken
        else f"All {evaluation.rows:,} hold-out predictions are finite."
    )
    return Check("finite_predictions", "failed" if broken else "passed", float(broken), None, None, 0.0, sentence)


def _gain_suffices(question: Question, evaluation: Evaluation) -> Check:
    gain = evaluation.gain
    threshold = WORST_REFRESH_GAIN if question == "refresh" else 0.0
    lacking = _lacking(evaluation)
    if lacking:
        return Check("gain", "not_enough_evidence", _finite(gain.value), gain.lower, gain.upper, threshold, lacking)
    passed = _passes(question, gain)
    return Check(
        "gain",
        "passed" if passed else "failed",
        _finite(gain.value),
        gain.lower,
        gain.upper,
        threshold,
        _sentence(question, evaluation),
    )


def _passes(question: Question, gain: Gain) -> bool:
    if gain.lower is None or gain.upper is None:
        return False
    return gain.lower > 0 if question == "first" else gain.value > WORST_REFRESH_GAIN and gain.upper >= 0


def _lacking(evaluation: Evaluation) -> str | None:
    if evaluation.blocks_are_days:
        found, wanted, unit = len(evaluation.blocks), FEWEST_DAYS, "whole days"
    else:
        found, wanted, unit = evaluation.rows, FEWEST_ROWS, "reserved rows newer than the champion"
    return None if found >= wanted else f"The hold-out has {found} {unit}; a verdict needs {wanted}."


def _sentence(question: Question, evaluation: Evaluation) -> str:
    gain = evaluation.gain
    against = "the champion" if question == "refresh" else "the trivial predictor"
    rows = f"{evaluation.rows:,} rows of {len(evaluation.blocks)} days"
    where = rows if evaluation.blocks_are_days else f"{evaluation.rows:,} reserved rows"
    interval = (
        f", 95 % bounds {gain.lower:+.1%} to {gain.upper:+.1%}"
        if gain.lower is not None and gain.upper is not None
        else ""
    )
    asked = (
        "needs more than -5 % and an upper bound of at least 0"
        if question == "refresh"
        else "needs a lower bound above 0"
    )
    name = "RMSE" if evaluation.metric == "rmse" else "error rate"
    return (
        f"{name} {gain.candidate_error:.4g} against {gain.baseline_error:.4g} of {against} on {where}: "
        f"gain {gain.value:+.1%}{interval}; it {asked}."
    )


def _finite(value: float) -> float | None:
    return value if value == value and abs(value) != float("inf") else None
