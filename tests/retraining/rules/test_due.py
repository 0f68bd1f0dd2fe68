"""One clock starts the loop for all models, and each has its turn as often as its spec says."""

from datetime import UTC, datetime

import pytest

from retraining.rules.due import is_due

WEDNESDAY = datetime(2026, 7, 15, 6, 0, tzinfo=UTC)


def at(day: int, hour: int = 6, month: int = 7) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("schedule", "last", "due"),
    [
        ("daily", None, True),
        ("monthly", None, True),
        ("daily", at(14, 23), True),
        ("daily", at(15, 0), False),
        ("weekly", at(12, 23), True),  # Sunday
        ("weekly", at(13, 0), False),  # Monday
        ("monthly", at(30, 23, month=6), True),
        ("monthly", at(1, 0), False),
    ],
)
def test_a_model_is_due_once_in_each_period(schedule, last, due):
    assert is_due(schedule, last, WEDNESDAY) is due
