"""What the gate measured of a candidate on all rows of its hold-out."""

from collections.abc import Sequence

from retraining.records.gate_result import GateResult

ADOPTED = "adopted"
"""Name of the row in `gate_results` that holds the error of an adopted version."""


def gated_error(checks: Sequence[GateResult], metric: str) -> float | None:
    """The candidate's value of a metric in the newest of its verdicts, None where it was not measured. Slices and the
    first training's period have values of their own in the same metric, which are not those of the hold-out."""
    whole = {"gain", f"guard_{metric}", f"reported_{metric}", ADOPTED}
    found = [row.candidate_error for row in checks if row.metric == metric and row.check in whole]
    return found[-1] if found else None
