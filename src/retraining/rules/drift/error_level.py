"""Is the champion's error what it was at promotion?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from scipy import stats

from retraining.records.change import DayLoss
from retraining.rules.gate.correlation import OF_LOSSES
from retraining.rules.gate.holdout import FEWEST_DAYS
from retraining.rules.gate.jackknife import variance_inflation

LEVEL = 0.95


@dataclass(frozen=True)
class ErrorLevel:
    """Mean loss of the days from since on, with one-sided 95 % bounds, beside what was expected; limit is the most that
    still counts as expected. All in the unit of the losses."""

    mean: float
    lower: float
    upper: float
    expected: float
    limit: float
    days: int
    rows: int
    since: date

    @property
    def has_risen(self) -> bool:
        """Shown to be above the expected, and found above the limit."""
        return self.lower > self.expected and self.mean > self.limit

    @property
    def is_within(self) -> bool:
        """Shown to be at most the limit."""
        return self.upper <= self.limit

    @property
    def sentence(self) -> str:
        """The numbers."""
        return (
            f"The mean loss of {self.rows:,} rows of {self.days} days is {self.mean:.4g} (95 % bounds {self.lower:.4g} "
            f"to {self.upper:.4g}), {self.expected:.4g} when promoted; up to {self.limit:.4g} is as expected"
        )


def error_level(
    losses: Sequence[DayLoss], expected: float | None, since: date | None, most_increase: float
) -> ErrorLevel | None:
    """The level of the days from since on, at least of the newest 6; None below 6 days, or without an expected loss.

    losses: oldest first. most_increase: share of the expected loss. bounds = mean +- t(G-1) x standard error over days
    weighted by rows, widened for days that resemble each other (0.65 from one to the next).
    """
    newest = sum(since is not None and each.day >= since for each in losses)
    used = losses[-max(newest, FEWEST_DAYS) :]
    if expected is None or len(used) < FEWEST_DAYS:
        return None
    values = np.array([each.loss for each in used], dtype=np.float64)
    weights = np.array([each.rows for each in used], dtype=np.float64) / sum(each.rows for each in used)
    mean = float(weights @ values)
    count = len(used)
    variance = float(np.sum((weights * (values - mean)) ** 2)) * count / (count - 1)
    widened = variance * variance_inflation(count, OF_LOSSES)
    reach = float(stats.t.ppf(LEVEL, count - 1)) * np.sqrt(widened)
    rows = sum(each.rows for each in used)
    limit = expected * (1 + most_increase)
    return ErrorLevel(mean, mean - reach, mean + reach, expected, limit, count, rows, used[0].day)
