"""Whether a refit is close enough to the candidate that the gate let through."""

from dataclasses import dataclass

from retraining.rules.gate.checks import metric_in_words

MOST_DIFFERENT = 0.5
"""Share of the gated error. A refit is never judged on the hold-out, which it was trained on; but a model that moved
further than half of its error by a few more days is another model."""


@dataclass(frozen=True)
class RefitCheck:
    """broken: predictions of the refit that are missing or not finite. difference: root mean square of the refit's
    predictions less the candidate's, or the share of classes that differ; None without a row. gated_error: the
    candidate's error on the same rows, in the same unit; None where it is not known."""

    metric: str
    rows: int
    broken: int
    difference: float | None
    gated_error: float | None

    @property
    def passes(self) -> bool:
        """Whether the refit may go live in the candidate's place."""
        if self.broken or self.difference is None or self.gated_error is None:
            return False
        return self.difference <= MOST_DIFFERENT * self.gated_error

    @property
    def sentence(self) -> str:
        """What was found, and what follows."""
        follows = "it goes live" if self.passes else "the candidate itself goes live"
        if self.broken:
            return (
                f"The refit has {self.broken:,} predictions that are missing or not finite on the hold-out; {follows}."
            )
        if self.difference is None or self.gated_error is None:
            return f"There is no row to compare the refit with the candidate on; {follows}."
        return (
            f"The refit differs from the candidate by {self.difference:.4g} on {self.rows:,} rows, at most half of the "
            f"gated {metric_in_words(self.metric)} {self.gated_error:.4g} is allowed; {follows}."
        )
