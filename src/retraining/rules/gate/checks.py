"""Checks that compare two models, and their numbers in words."""

import math
from collections.abc import Sequence

from retraining.kinds.metric import Metric
from retraining.records.gate import Check, GateResult, GateVerdict
from retraining.rules.gate.evaluation import Evaluation, GateTerms
from retraining.rules.gate.jackknife import Gain


def gain_check(
    name: str, verdict: GateVerdict, metric: Metric, gain: Gain, threshold: float | None, sentence: str
) -> Check:
    """The check with the gain, its bounds, and both models' values."""
    return Check(
        name,
        verdict,
        finite(gain.value),
        gain.lower,
        gain.upper,
        threshold,
        sentence,
        metric.name,
        finite(gain.candidate_error),
        finite(gain.baseline_error),
    )


WORST_REFRESH_GAIN = -0.05


SMALL_GAIN = 0.05
"""What the days of a first model should be able to show."""
MUCH_WORSE_GAIN = -0.10
"""What a refresh must be shown not to have, with the confidence of GateTerms.refresh_level."""


def worst_refresh_gain(metric: Metric, gain: Gain) -> float:
    """The smallest gain of a refresh, in the metric's own unit."""
    return in_unit(metric, gain.baseline_error, WORST_REFRESH_GAIN)


def in_unit(metric: Metric, baseline_error: float, share: float) -> float:
    """A share of the baseline's loss, in the metric's own unit: of a metric that is best at 1, the loss is the distance
    from 1."""
    return share * (1.0 if metric.relative else 1 - baseline_error)


def exceeds(gain: float, worst: float) -> bool:
    """Whether a gain is more than the worst that may be. Where the champion makes no error in a metric that is best at
    1, that is 0: a candidate without one is as good."""
    return gain > worst or gain == worst == 0


def at_least_as_good(gain: Gain, worst: float) -> bool:
    """Better than the worst gain, and not shown to be negative."""
    return gain.upper is not None and exceeds(gain.value, worst) and gain.upper >= 0


def why_not_measured(metric: Metric, gain: Gain) -> str | None:
    """Why these rows cannot compare two models in a metric, as a sentence; None where they can. Where only one model
    has a value, the other one is at fault and not the rows."""
    name = metric_in_words(metric.name)
    if math.isnan(gain.candidate_error) and math.isnan(gain.baseline_error):
        return f"{name} has no value on these rows: it needs {metric.needs}."
    if math.isfinite(gain.value) and gain.lower is None:
        return f"{name} has no bounds: all that shows a gain is in one day or bucket."
    return None


ADOPTED = "adopted"
"""Name of the row in `gate_results` that holds the error of an adopted version."""


def gated_error(checks: Sequence[GateResult], metric: str) -> float | None:
    """The candidate's value of a metric in the newest of its verdicts, None where it was not measured. Slices and the
    first training's period have other values of the same metric, which are not those of the hold-out."""
    whole = {"gain", f"guard_{metric}", f"reported_{metric}", ADOPTED}
    found = [row.candidate_error for row in checks if row.metric == metric and row.check in whole]
    return found[-1] if found else None


_NAMES = {
    "rmse": "RMSE",
    "mse": "mean squared error",
    "mae": "mean absolute error",
    "r2": "R2",
    "auc": "AUC",
    "mase": "MASE",
    "rmsse": "RMSSE",
}


def metric_in_words(name: str) -> str:
    """The metric's name for people."""
    return _NAMES.get(name, name.rpartition("recipes.")[2].replace("_", " "))


def compared(evaluation: Evaluation, metric: Metric, gain: Gain, asked: GateTerms) -> str:
    """Both models' values, the gain and its bounds."""
    against = "the trivial predictor" if asked.question == "first" else "the champion"
    days = evaluation.blocks
    rows = evaluation.rows
    where = (
        f"{rows:,} rows of {days} {evaluation.blocks_called}"
        if evaluation.blocks_are_days
        else f"{rows:,} reserved rows"
    )
    return (
        f"{metric_in_words(metric.name)} {gain.candidate_error:.4g} against {gain.baseline_error:.4g} of {against} on "
        f"{where}: gain {gain_in_words(metric, gain.value)}{bounds(metric, gain, asked.level)}"
    )


def bounds(metric: Metric, gain: Gain, level: float) -> str:
    """The bounds and their level, nothing where there are none."""
    if gain.lower is None or gain.upper is None:
        return ""
    low = gain_in_words(metric, gain.lower)
    high = gain_in_words(metric, gain.upper)
    return f", {100 * level:.4g} % bounds {low} to {high}"


def gain_in_words(metric: Metric, value: float) -> str:
    """A share of the baseline, or a difference."""
    if math.isnan(value):
        return "not known"
    return f"{value:+.1%}" if metric.relative else f"{value:+.4f}"


def finite(value: float) -> float | None:
    """None for what a table cannot compare."""
    return value if math.isfinite(value) else None
