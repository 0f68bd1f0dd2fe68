"""Steps are whole numbers: the next step is one more, whatever the calendar does."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from retraining.rules.panel.steps import one_day_a_step, steps_of, times_of
from retraining.spec.forecast_section import SEASONS

EVERY = [
    ("hourly", "h", "2013-03-09 05:00"),
    ("daily", "D", "2012-02-27"),
    ("weekdays", "B", "2013-01-03"),
    ("weekly", "7D", "2012-12-23"),
    ("monthly", "MS", "2012-11-01"),
    ("quarterly", "QS", "2012-10-01"),
    ("yearly", "YS", "2011-01-01"),
]


@pytest.mark.parametrize(("frequency", "rule", "start"), EVERY)
def test_consecutive_times_are_consecutive_steps_and_back(frequency, rule, start):
    times = pd.date_range(start, periods=40, freq=rule)

    steps = steps_of(times, frequency)

    assert np.diff(steps).tolist() == [1] * 39
    assert times_of(steps, frequency, times[7], steps[7]).tolist() == times.tolist()
    assert frequency in SEASONS


@pytest.mark.parametrize("frequency", ["monthly", "quarterly", "yearly"])
def test_month_ends_stay_month_ends(frequency):
    rule = {"monthly": "ME", "quarterly": "QE", "yearly": "YE"}[frequency]
    times = pd.date_range("2012-01-31", periods=12, freq=rule)

    steps = steps_of(times, frequency)

    ahead = times_of(steps[6:], frequency, times[5], steps[5])

    assert ahead.tolist() == times[6:].tolist()


def test_the_30th_of_a_month_is_the_last_of_february():
    steps = steps_of(pd.DatetimeIndex(["2013-01-30"]), "monthly") + np.arange(3)

    times = times_of(steps, "monthly", pd.Timestamp("2013-01-30"), steps[0])

    assert [str(each.date()) for each in times] == ["2013-01-30", "2013-02-28", "2013-03-30"]


def test_days_are_those_of_utc():
    times = pd.DatetimeIndex(["2013-03-10 23:30"], tz="America/New_York")

    assert steps_of(times, "daily") == steps_of(pd.DatetimeIndex(["2013-03-11"]), "daily")


@pytest.mark.parametrize("zone", ["Europe/London", "Europe/Berlin", "America/New_York", "Australia/Sydney"])
def test_local_midnights_over_a_change_of_the_clock_are_one_step_apart(zone):
    times = pd.date_range("2013-01-01", "2013-12-31", freq="D", tz=zone)
    assert len(set(times.tz_convert("UTC").hour)) == 2

    assert set(np.diff(steps_of(times, "daily")).tolist()) == {1}


def test_days_after_a_change_of_the_clock_follow_the_newest_time():
    times = pd.date_range("2013-01-01", "2013-06-30", freq="D", tz="Europe/London")
    steps = steps_of(times, "daily")

    ahead = times_of(steps[-1] + np.arange(1, 3), "daily", times[-1], int(steps[-1]))

    assert [str(each) for each in ahead] == ["2013-06-30 23:00:00", "2013-07-01 23:00:00"]


def test_hours_of_a_day_with_25_hours_are_25_steps():
    times = pd.date_range("2013-10-27", "2013-10-28", freq="h", tz="Europe/Berlin")

    assert np.diff(steps_of(times, "hourly")).tolist() == [1] * 25


def test_a_week_begins_on_monday():
    monday = steps_of(pd.date_range("2013-01-07", periods=8), "weekly")

    assert (monday - monday[0]).tolist() == [0] * 7 + [1]


def test_forecasts_have_the_time_of_day_of_the_series():
    steps = steps_of(pd.DatetimeIndex(["2013-01-04 18:15"]), "weekdays") + np.arange(3)

    times = times_of(steps, "weekdays", pd.Timestamp("2013-01-04 18:15"), steps[0])

    assert [str(each) for each in times] == ["2013-01-04 18:15:00", "2013-01-07 18:15:00", "2013-01-08 18:15:00"]


@pytest.mark.parametrize(
    ("frequency", "days", "expected"),
    [
        ("monthly", ["2013-01-31", "2013-02-01", "2013-02-28", "2013-03-05", "2013-03-07"], [0, 1, 4]),
        ("weekly", ["2013-01-07", "2013-01-09", "2013-01-14"], [0, 2]),
        ("daily", ["2013-01-02", "2013-01-01"], [1, 0]),
        ("hourly", ["2013-01-01", "2013-01-02"], [0, 1]),
        ("monthly", [], []),
    ],
)
def test_a_step_counts_once_whatever_days_its_rows_are_stamped_with(frequency, days, expected):
    given = [date.fromisoformat(each) for each in days]

    assert one_day_a_step(given, frequency) == tuple(given[place] for place in expected)
