"""The part of the calendar that a batch is from, a year before."""

from collections.abc import Mapping
from datetime import date, timedelta

A_YEAR = timedelta(weeks=52)
"""So that weekdays meet weekdays; a season does not mind the day or two."""
LONGEST = timedelta(days=92)
"""A quarter: what is longer is from no part of the calendar."""
STRAY = 0.01
"""Share of a batch's rows at either end that came late, or from a clock that runs ahead: they stretch no season."""


def season_before(rows: Mapping[date, int]) -> tuple[date, date] | None:
    """First and last of the days 52 weeks before those of a batch. rows: its rows by day. None where the batch has no
    rows with a day, or those of more than a quarter."""
    if not sum(rows.values()):
        return None
    first = _from_which(rows, sorted(rows))
    last = _from_which(rows, sorted(rows, reverse=True))
    return None if last - first >= LONGEST else (first - A_YEAR, last - A_YEAR)


def _from_which(rows: Mapping[date, int], days: list[date]) -> date:
    """The first of the days with which more than stray rows have been counted."""
    counted = 0
    stray = STRAY * sum(rows.values())
    for day in days:
        counted += rows[day]
        if counted > stray:
            return day
    return days[-1]
