"""Numbers of the gate in words."""

import math

from retraining.rules.gate.evaluation import Asked, Evaluation
from retraining.rules.gate.jackknife import Gain
from retraining.rules.gate.metrics import Metric

_NAMES = {"rmse": "RMSE", "mse": "mean squared error", "mae": "mean absolute error", "r2": "R2", "auc": "AUC"}


def metric_in_words(name: str) -> str:
    """The metric's name for people."""
    return _NAMES.get(name, name.rpartition("recipes.")[2].replace("_", " "))


def compared(evaluation: Evaluation, metric: Metric, gain: Gain, asked: Asked) -> str:
    """Both models' values, the gain and its bounds."""
    against = "the trivial predictor" if asked.question == "first" else "the champion"
    days, rows = evaluation.blocks, evaluation.rows
    where = f"{rows:,} rows of {days} days" if evaluation.blocks_are_days else f"{rows:,} reserved rows"
    return (
        f"{metric_in_words(metric.name)} {gain.candidate_error:.4g} against {gain.baseline_error:.4g} of {against} on "
        f"{where}: gain {gain_in_words(metric, gain.value)}{bounds(metric, gain, asked.level)}"
    )


def bounds(metric: Metric, gain: Gain, level: float) -> str:
    """The bounds and their level, nothing where there are none."""
    if gain.lower is None or gain.upper is None:
        return ""
    low, high = gain_in_words(metric, gain.lower), gain_in_words(metric, gain.upper)
    return f", {100 * level:.4g} % bounds {low} to {high}"


def gain_in_words(metric: Metric, value: float) -> str:
    """A share of the baseline, or a difference."""
    return f"{value:+.1%}" if metric.relative else f"{value:+.4f}"


def finite(value: float) -> float | None:
    """None for what a table cannot compare."""
    return value if math.isfinite(value) else None
