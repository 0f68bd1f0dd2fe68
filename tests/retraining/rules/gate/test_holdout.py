"""Which days judge a candidate."""

from datetime import date, timedelta

import pytest

from retraining.rules.gate.holdout import holdout_days, whole_days


def january(*days: int) -> tuple[date, ...]:
    return tuple(date(2013, 1, day) for day in days)


def days_in_a_row(count: int) -> list[date]:
    return [date(2013, 1, 1) + timedelta(days=day) for day in range(count)]


def test_a_day_that_is_still_arriving_does_not_judge():
    assert whole_days(january(3, 1, 2), None, date(2013, 1, 3)) == january(1, 2)


def test_the_last_day_the_champion_was_trained_on_does_not_judge():
    assert whole_days(january(1, 2, 3, 4), date(2013, 1, 2), date(2013, 1, 4)) == january(3)


def test_a_champion_trained_up_to_the_watermark_leaves_no_day_to_judge():
    assert whole_days(january(1, 2, 3), date(2013, 1, 3), date(2013, 1, 3)) == ()


@pytest.mark.parametrize(
    ("whole", "chosen"),
    [(0, 0), (5, 5), (6, 6), (7, 6), (24, 6), (25, 7), (31, 8), (112, 28), (113, 28), (365, 28)],
)
def test_a_quarter_of_the_days_judges_at_least_six_and_at_most_28(whole, chosen):
    assert len(holdout_days(days_in_a_row(whole))) == chosen


def test_the_newest_days_judge():
    assert holdout_days([*reversed(january(*range(1, 11)))]) == january(5, 6, 7, 8, 9, 10)
