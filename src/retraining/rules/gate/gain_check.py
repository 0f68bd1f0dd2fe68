"""A comparison of both models as a check."""

from retraining.records.gate_result import Check, GateVerdict
from retraining.rules.gate.jackknife import Gain
from retraining.rules.gate.metrics import Metric
from retraining.rules.gate.words import finite


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
