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
    """One mark for every decision that moved the alias, oldest first.

    A run's clock says nothing about the data's days (a year may be replayed in an hour), so a version is marked at the
    first day it was measured on, never before the mark to its left; one not measured yet, at the day after the last.
    """
    live = sorted((error for error in errors if not error.is_static), key=lambda error: error.day)
    if not live:
        return []
    moves = [row for row in sorted(promotions, key=lambda row: row.seq) if row.state == "DECIDED" and row.moves_alias]
    marks: list[Mark] = []
    for row in moves:
        earliest = marks[-1].day if marks else live[0].day
        days = [error.day for error in live if error.version == row.version and error.day >= earliest]
        day = days[0] if days else live[-1].day + timedelta(days=1)
        marks.append(Mark(day, row.version or "none", row.outcome == "ROLLBACK"))
    return marks
