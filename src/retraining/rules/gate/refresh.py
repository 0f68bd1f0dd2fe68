"""At least as good as the champion: what a refresh must be, and every guard."""

from retraining.rules.gate.jackknife import Gain
from retraining.rules.gate.metrics import Metric

WORST_REFRESH_GAIN = -0.05


def worst_refresh_gain(metric: Metric, gain: Gain) -> float:
    """A share of the champion's loss, in the metric's own unit: of a metric that is best at 1, the loss is the distance
    from 1."""
    return WORST_REFRESH_GAIN * (1.0 if metric.relative else 1 - gain.baseline_error)


def at_least_as_good(gain: Gain, worst: float) -> bool:
    """Better than the worst gain, and not shown to be negative."""
    return gain.upper is not None and gain.value > worst and gain.upper >= 0
