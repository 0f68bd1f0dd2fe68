"""Does the candidate still know what the first version learned?"""

from retraining.records.gate_result import Check, GateVerdict
from retraining.rules.gate.evaluation import Asked, Evaluation
from retraining.rules.gate.gain_check import gain_check
from retraining.rules.gate.holdout import FEWEST_DAYS, FEWEST_ROWS
from retraining.rules.gate.jackknife import gain_with_interval
from retraining.rules.gate.refresh import at_least_as_good, worst_refresh_gain
from retraining.rules.gate.words import bounds, gain_in_words, metric_in_words

FORGETTING = "forgetting"


def first_period_kept(asked: Asked, evaluation: Evaluation) -> tuple[Check, ...]:
    """Both models on rows of the first training's period that neither was trained on, in the metric that decides.
    Reported, and where that population is still served, asked what a refresh is asked. A first model has nothing to
    forget; models that learned the whole period cannot be asked."""
    if asked.question == "first":
        return ()
    metric, sums = evaluation.metrics[0], evaluation.first_period
    rows, blocks = (int(sums.rows.sum()), int((sums.rows > 0).sum())) if sums else (0, 0)
    if sums is None or rows < FEWEST_ROWS or blocks < FEWEST_DAYS:
        few = f"{rows:,} rows of the first training's period were learned by neither model: too few to show forgetting."
        return (Check(FORGETTING, "unknown", None, None, None, None, few, metric.name),)
    gain = gain_with_interval(metric, sums, evaluation.correlation, 0.95)
    worst = worst_refresh_gain(metric, gain) if asked.keeps_first_population else None
    verdict: GateVerdict = "passed" if worst is None or at_least_as_good(gain, worst) else "failed"
    rule = "reported only" if worst is None else "gate.keeps_first_population asks of it what a refresh needs"
    sentence = (
        f"First training's period: {metric_in_words(metric.name)} {gain.candidate_error:.4g} against "
        f"{gain.baseline_error:.4g} of the champion on {rows:,} rows that neither learned: gain "
        f"{gain_in_words(metric, gain.value)}{bounds(metric, gain, 0.95)}; {rule}."
    )
    return (gain_check(FORGETTING, verdict, metric, gain, worst, sentence),)
