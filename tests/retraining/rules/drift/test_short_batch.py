"""A batch of fewer days than usual is held against equally short periods of the training rows."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from retraining.rules.drift.compare_column import DriftEvaluation, compare_column
from retraining.rules.drift.short_batch import day_floors, days_in_a_row

from .columns import RUN, days, drift_spec, numeric, profiled

MONDAY = date(2013, 1, 7)


def week(*rows, first=MONDAY):
    return {first + timedelta(days=place): count for place, count in enumerate(rows) if count}


def weeks(count, per_day=100, seed=1):
    """Standard normal rows of whole weeks from a Monday on, higher by 2 on Saturdays and Sundays; and their days."""
    dates = days(7 * count, per_day)
    return np.random.default_rng(seed).normal(size=dates.size) + 2.0 * (dates % 7 >= 5), dates


def judged(reference, values, in_a_row):
    evaluation = DriftEvaluation("e", 2, 1, 2, days=in_a_row)
    return compare_column(drift_spec(), reference, profiled(reference, values), evaluation, RUN)


@pytest.fixture(scope="module")
def reference():
    values, dates = weeks(10)
    return numeric(values, days=dates)


def weekend(per_day=200):
    return np.random.default_rng(3).normal(size=2 * per_day) + 2.0


def test_saturday_and_sunday_are_no_drift_from_whole_weeks(reference):
    metric = judged(reference, weekend(), 2)

    assert judged(reference, weekend(), None).verdict == "drifted"
    assert (metric.verdict, metric.noise_floor > 1) == ("stable", True)
    assert metric.reason.endswith("(the noise floor of periods of 2 days).")


def test_a_weekend_that_moved_beyond_other_weekends_has_drifted(reference):
    assert judged(reference, weekend() + 1.5, 2).verdict == "drifted"


def test_a_whole_week_is_held_against_weeks(reference):
    values, _ = weeks(1, seed=4)

    assert judged(reference, values, 7).verdict == "stable"
    assert judged(reference, values + 0.5, 7).verdict == "drifted"
    assert day_floors(reference, 7).days is None


def test_the_next_shorter_period_is_taken():
    values, dates = weeks(10, 200)
    reference = numeric(values, days=dates)

    assert [day_floors(reference, count).days for count in (1, 2, 3, 4, 5, 6)] == [1, 2, 3, 3, 5, 5]


@pytest.mark.parametrize(("count", "per_day"), [(1, 300), (10, 90)], ids=["one week", "days of few rows"])
def test_where_the_training_rows_do_not_show_it_there_is_no_verdict(count, per_day):
    values, dates = weeks(count, per_day)
    metric = judged(numeric(values, days=dates), weekend(), 1 if count > 1 else 2)

    assert metric.verdict == "not_enough_data"
    assert " where 7 are usual, and the training rows are too few to show how much such periods differ: " in (
        metric.reason
    )


def test_a_reference_that_is_older_than_its_short_periods_is_compared_as_before(reference):
    old = replace(reference, period_days=None, short_floors=())

    assert judged(old, weekend(), 2).verdict == "drifted"


def test_a_daily_batch_is_never_short():
    values, dates = weeks(10, 200)
    daily = numeric(values, days=dates, batch_days=1)

    assert (daily.period_days, daily.short_floors) == (1, ())
    assert judged(daily, weekend(), 1).verdict == "stable"


def test_february_is_a_whole_month():
    values, dates = weeks(20)
    monthly = numeric(values, days=dates, batch_days=31)

    assert day_floors(monthly, 28).days is None
    assert day_floors(monthly, 27).days == 21


def test_five_days_are_a_whole_week_where_weekends_have_no_rows():
    values, dates = weeks(10)
    worked = dates % 7 < 5
    reference = numeric(values[worked], days=dates[worked])

    assert (reference.period_days, reference.day_gap) == (5, 3)
    assert day_floors(reference, 5).days is None
    assert day_floors(reference, 2).days == 2


@pytest.mark.parametrize(
    ("rows", "gap", "expected"),
    [
        (week(100, 100, 100, 100, 100, 100, 100), 1, 7),
        (week(0, 0, 0, 0, 0, 100, 100), 1, 2),
        (week(0, 0, 0, 3, 4, 100, 100), 1, 2),
        (week(0, 0, 0, 0, 0, 100, 100) | week(0, 0, 0, 0, 0, 100, 100, first=MONDAY + timedelta(days=7)), 1, 2),
        (week(100, 0, 100, 100, 100, 100, 100), 1, 5),
        (week(100, 100, 100, 100, 100) | week(100, first=MONDAY + timedelta(days=7)), 3, 6),
        ({MONDAY: 0}, 1, 0),
        ({}, 1, 0),
    ],
    ids=["week", "weekend", "late rows", "two weekends", "a day without rows", "five-day weeks", "no row", "no day"],
)
def test_days_in_a_row(rows, gap, expected):
    assert days_in_a_row(rows, gap) == expected


def test_nulls_of_weekends_are_held_against_weekends():
    values, dates = weeks(10)
    reference = numeric(np.where(dates % 7 >= 5, np.nan, values), days=dates)
    batch = np.full(400, np.nan)

    assert judged(reference, batch, None).verdict == "drifted"
    assert judged(reference, batch, 2).verdict != "drifted"
