"""Whose turn it is, by the calendar."""

from datetime import datetime, timedelta
from typing import Literal

Schedule = Literal["daily", "weekly", "monthly"]


def is_due(schedule: Schedule, last: datetime | None, now: datetime) -> bool:
    """Whether a model has its turn: it has had none since the day, the week or the month began, in UTC.

    last is when its newest run that did not fail began, None before the first. A clock that starts more often than the
    schedule says repeats nothing, and a turn that was missed is made up for by the next start.
    """
    return last is None or last < _beginning(schedule, now)


def _beginning(schedule: Schedule, now: datetime) -> datetime:
    """Midnight of the day, of Monday, or of the first of the month."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if schedule == "daily":
        return midnight
    if schedule == "weekly":
        return midnight - timedelta(days=midnight.weekday())
    return midnight.replace(day=1)
