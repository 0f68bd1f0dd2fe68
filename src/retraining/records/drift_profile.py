"""Rows of `drift_profiles`: what a batch looked like, one row a column and day, in the bins of a version's references.

Rows over the same bins add up, so that a week or a month costs no second look at the data.
"""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class UnseenCategory:
    """A category that no training row had, and its rows."""

    name: str
    rows: int


@dataclass(frozen=True)
class DriftProfile:
    """One column of one day of one batch, counted in the bins of `version`. day is None where rows have no time.

    counts and sums as in DriftReference. squares: sum of squared deviations from the reference's mean. nulls does not
    count NaN. minimum and maximum are those of the finite values, None without any.
    """

    model: str
    version: str
    batch_seq: int
    column_name: str
    day: date | None
    counts: tuple[int, ...]
    sums: tuple[float, ...]
    nulls: int
    nans: int
    zeros: int
    squares: float
    minimum: float | None
    maximum: float | None
    unseen: tuple[UnseenCategory, ...]
    run_id: str
    attempt_id: str
    at: datetime
