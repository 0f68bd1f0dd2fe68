"""The error of the last seven days, which a reader can follow where single days jump."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from retraining.kinds.find_kind import kind_followed_by
from retraining.kinds.kind import Kind
from retraining.report.page_data import DailyError

DAYS = 7


def running_errors(errors: Sequence[DailyError], metric: str) -> list[DailyError]:
    """For every day of one version, oldest first, the error over all rows of the DAYS days up to it: of their losses,
    as the kind makes its metric of them."""
    kind = kind_followed_by(metric)
    return [_pooled([each for each in errors if _reaches(each, last)], last, kind) for last in errors]


def _reaches(each: DailyError, last: DailyError) -> bool:
    return timedelta(0) <= last.day - each.day < timedelta(DAYS)


def _pooled(errors: Sequence[DailyError], last: DailyError, kind: Kind) -> DailyError:
    rows = sum(each.rows for each in errors)
    loss = sum(each.rows * kind.mean_loss(each.error) for each in errors)
    return replace(last, rows=rows, error=kind.error(loss, rows))
