"""Where on the data's own time axis a promotion happened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from retraining.records.promotion import Promotion
from retraining.report.page_data import DailyError


@dataclass(frozen=True)
class Mark:
    """A version became champion for the rows of day and after."""

    day: date
    version: str
    is_rollback: bool


def promotion_marks(promotions: Sequence[Promotion], errors: Sequence[DailyError]) -> list[Mark]:
    """One mark for every decision that made another version champion, oldest first.

    A run's clock says nothing about the data's days (a year may be replayed in an hour), so a version is marked at the
    first day it was measured on, never before the mark to its left; one never measured shares the mark of its
    successor, and without one it is placed on the day after the last.
    """
    live = sorted((error for error in errors if not error.is_static), key=lambda error: error.day)
    if not live:
        return []
    decided = [row for row in promotions if row.state == "DECIDED" and row.moves_alias and row.outcome != "HEAL"]
    moves = sorted(decided, key=lambda row: row.seq)
    days = _first_days([row.version for row in moves], live)
    marks: list[Mark] = []
    following = live[-1].day + timedelta(days=1)
    for row, day in zip(reversed(moves), reversed(days), strict=True):
        following = day or following
        marks.append(Mark(following, row.version or "none", row.outcome == "ROLLBACK"))
    return marks[::-1]


def _first_days(versions: Sequence[str | None], live: Sequence[DailyError]) -> list[date | None]:
    """The first day of each version, not before the version to its left; None for one that was never measured."""
    days: list[date | None] = []
    earliest = live[0].day
    for version in versions:
        found = next((error.day for error in live if error.version == version and error.day >= earliest), None)
        earliest = found or earliest
        days.append(found)
    return days
