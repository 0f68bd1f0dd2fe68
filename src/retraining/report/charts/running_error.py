"""The error of the last seven days, which a reader can follow where single days jump."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from math import sqrt

from retraining.report.page_data import DailyError

DAYS = 7


def running_errors(errors: Sequence[DailyError], metric: str) -> list[DailyError]:
    """For every day of one version, oldest first, the error over all rows of the DAYS days up to it.

    Errors are pooled by rows: RMSE as the root of the mean of squares, any other metric as the mean.
    """
    return [_pooled([each for each in errors if _reaches(each, last)], last, metric) for last in errors]


def _reaches(each: DailyError, last: DailyError) -> bool:
    return timedelta(0) <= last.day - each.day < timedelta(DAYS)


def _pooled(errors: Sequence[DailyError], last: DailyError, metric: str) -> DailyError:
    rows = sum(each.rows for each in errors)
    if metric == "rmse":
        error = sqrt(sum(each.rows * each.error**2 for each in errors) / rows)
    else:
        error = sum(each.rows * each.error for each in errors) / rows
    return replace(last, rows=rows, error=error)
