"""A batch of fewer days than usual is compared with as few days: a weekend is not a week.

Rows of a Saturday and a Sunday differ from whole weeks without any drift. So their distance is compared with what
equally long periods of the training rows did; where the training rows do not show that, there is no verdict.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from retraining.records.drift import DriftReference
from retraining.rules.drift.day_floors import DAY_COUNTS, FEWEST_DAYS, FEWEST_PERIODS

WHOLE = 0.9
"""Of the days of a usual batch: with fewer a batch is a short one. February is a whole month."""


@dataclass(frozen=True)
class DayFloors:
    """What periods of the training rows did, by measure. days: of such a period; None: as many as a batch has. unlike:
    why the batch cannot be compared; empty where it can."""

    of: Mapping[str, float]
    days: int | None = None
    unlike: str = ""


def days_in_a_row(rows: Mapping[date, int], gap: int) -> int:
    """How many days with rows follow each other, at most; days without rows between them, as long as a usual gap, do
    not count. rows: by day. Days with hardly any row are those of late rows."""
    least = DAY_COUNTS * max(rows.values(), default=0)
    days = sorted(day for day, count in rows.items() if count and count >= least)
    longest = current = min(1, len(days))
    for before, day in pairwise(days):
        current = current + 1 if (day - before).days <= gap else 1
        longest = max(longest, current)
    return longest


def day_floors(reference: DriftReference, days: int | None) -> DayFloors:
    """The floors of the longest periods that are not longer than the batch's days; those of a usual batch where it is
    as long, and where its days or those of the training rows are not known."""
    usual = reference.period_days
    whole = {each.measure: each.distance for each in reference.run_floors}
    if days is None or usual is None or days >= WHOLE * usual:
        return DayFloors(whole)

    lengths = [each.days for each in reference.short_floors if each.days <= days]
    if not lengths:
        return DayFloors({}, None, _unlike(days, usual))
    length = max(lengths)
    return DayFloors({each.measure: each.distance for each in reference.short_floors if each.days == length}, length)


def _unlike(days: int, usual: int) -> str:
    found = "1 day" if days == 1 else f"{days} days in a row"
    return (
        f"The batch has {found} where {usual} are usual, and the training rows are too few to show how much such "
        f"periods differ: {FEWEST_DAYS} days, {FEWEST_PERIODS} periods and drift.min_rows rows in each are needed. "
        "Check a whole batch."
    )
