"""Whether a refit was spoiled by the days that it learned and the candidate, which the gate let through, did not."""

from dataclasses import dataclass

from retraining.kinds.metric import Metric
from retraining.rules.gate.checks import gain_in_words, in_unit, metric_in_words
from retraining.rules.gate.jackknife import PairedSums, gain_of

MOST_HARM = 0.01
"""Of the candidate's loss on days that it knows: what one more block of ordinary days may cost there."""


@dataclass(frozen=True)
class AddedRows:
    """What the newest rows did to a refit, as seen on the days before them: the sums of the refit, and as baseline
    those of the candidate, which has not learned the newest rows.

    Both have learned those days. Rows with wrong labels, or with a feature of another sign or unit, make the refit
    worse there. So does a true sudden change; its refit waits until the next candidate has learned it and was judged on
    newer days. A model that knows its training rows by heart hides such harm.
    broken: predictions of the refit on them that are missing or not finite.
    """

    metric: Metric
    days_before: PairedSums
    broken: int = 0

    @property
    def gain(self) -> float:
        """Of the refit over the candidate; NaN where the metric has no value on these days."""
        of_both = (each.sum(axis=0) for each in (self.days_before.candidate, self.days_before.baseline))
        return float(gain_of(self.metric, *of_both))

    @property
    def most_harm(self) -> float:
        """In the metric's own unit."""
        error = float(self.metric.value(self.days_before.baseline.sum(axis=0)))
        return in_unit(self.metric, error, MOST_HARM)

    @property
    def passes(self) -> bool:
        """Whether the refit may go live in the candidate's place."""
        return not self.broken and bool(self.gain >= -self.most_harm)

    @property
    def sentence(self) -> str:
        """What was found, and what follows."""
        follows = "the refit goes live" if self.passes else "the candidate itself goes live"
        if self.broken:
            return f"The refit has {self.broken:,} predictions that are missing or not finite; {follows}."
        rows = int(self.days_before.rows.sum())
        return (
            f"With the newest days, the refit gains {gain_in_words(self.metric, self.gain)} over the candidate in "
            f"{metric_in_words(self.metric.name)} on the {rows:,} rows of {len(self.days_before.rows)} days before "
            f"them, at least {gain_in_words(self.metric, -self.most_harm)} is needed; {follows}."
        )
