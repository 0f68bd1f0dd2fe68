"""Where a promotion is marked on the axis of days."""

from datetime import date

import pytest

from retraining.report.charts.promotion_marks import Mark, promotion_marks
from retraining.report.charts.running_error import running_errors
from retraining.report.page_data import DailyError

from .pages import errors, promoted

DAYS = (*errors("1", date(2013, 1, 1), 5), *errors("2", date(2013, 1, 6), 5), *errors("1", date(2013, 1, 11), 5))


def test_a_version_is_marked_on_the_first_day_it_was_measured():
    rows = promoted(("PROMOTE", "1"), ("PROMOTE", "2"))

    assert promotion_marks(rows, DAYS) == [Mark(date(2013, 1, 1), "1", False), Mark(date(2013, 1, 6), "2", False)]


def test_a_version_that_comes_back_is_marked_where_it_came_back():
    marks = promotion_marks(promoted(("PROMOTE", "1"), ("PROMOTE", "2"), ("ROLLBACK", "1")), DAYS)

    assert marks[2] == Mark(date(2013, 1, 11), "1", True)


def test_a_version_not_measured_yet_is_marked_after_the_last_day():
    marks = promotion_marks(promoted(("PROMOTE", "1"), ("PROMOTE", "3")), DAYS)

    assert marks[1] == Mark(date(2013, 1, 16), "3", False)


def test_a_version_replaced_before_it_was_measured_shares_the_mark_of_its_successor():
    marks = promotion_marks(promoted(("PROMOTE", "1"), ("PROMOTE", "9"), ("PROMOTE", "2")), DAYS)

    assert [mark.day.day for mark in marks] == [1, 6, 6]


def test_an_alias_that_was_put_back_is_no_mark():
    rows = promoted(("PROMOTE", "1"), ("HEAL", "1"), ("PROMOTE", "2"))

    assert [mark.version for mark in promotion_marks(rows, DAYS)] == ["1", "2"]


def test_without_errors_there_is_no_axis_to_mark():
    assert promotion_marks(promoted(("PROMOTE", "1")), errors("1", date(2013, 1, 1), 3, is_static=True)) == []


@pytest.mark.parametrize(("metric", "pooled"), [("rmse", 24**0.5), ("error_rate", 4.0)])
def test_a_running_error_pools_rows_as_the_metric_does(metric, pooled):
    days = [DailyError(date(2013, 1, 1), "1", 100, 0.0), DailyError(date(2013, 1, 2), "1", 200, 6.0)]

    assert running_errors(days, metric)[1].error == pytest.approx(pooled)


def test_a_running_error_looks_back_seven_days_and_no_further():
    days = [*errors("1", date(2013, 1, 1), 1, error=100.0), *errors("1", date(2013, 1, 2), 7, error=1.0)]

    assert [round(each.error, 2) for each in running_errors(days, "error_rate")][-2:] == [15.14, 1.0]
