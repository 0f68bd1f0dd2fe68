"""The step of a time as a column of Spark: the same whole numbers as `rules.panel.steps` has in memory."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from retraining.spec.forecast_section import Frequency

_MONTHS: dict[str, int] = {"monthly": 1, "quarterly": 3, "yearly": 12}
_THURSDAY = 3
"""1970-01-01, in days from the Monday before it."""
_WEEKDAYS = 5
_HOUR = 3600
_DAY = 24 * _HOUR
_DAWN = 2 * _HOUR


def step_column(time: Column, frequency: Frequency) -> Column:
    """Hours, days, weekdays or weeks since 1970, or months, quarters or years since year 0. time: a timestamp, with
    local midnights moved by `after_dawn`."""
    if frequency == "hourly":
        return F.floor(F.unix_seconds(time) / _HOUR)
    if frequency in _MONTHS:
        return F.floor((F.year(time) * 12 + F.month(time) - 1) / _MONTHS[frequency])

    day = F.datediff(time.cast("date"), F.lit("1970-01-01").cast("date"))
    week = F.floor((day + _THURSDAY) / 7)
    if frequency == "weekly":
        return week
    if frequency == "weekdays":
        return week * _WEEKDAYS + F.least(F.pmod(day + _THURSDAY, F.lit(7)), F.lit(_WEEKDAYS)) - _THURSDAY
    return day.cast("bigint")


def around_midnight(time: Column) -> Column:
    """An aggregate: whether all times are within two hours of midnight, on both sides of it. They are stamped at a
    local midnight whose clock changes, and count as the day that begins."""
    into_day = F.pmod(F.unix_seconds(time), F.lit(_DAY))
    late = into_day >= _DAY - _DAWN
    early = into_day < _DAWN
    return F.bool_or(late) & F.bool_or(early) & F.bool_and(late | early)


def after_dawn(time: Column, moved: bool) -> Column:
    """The time, two hours later where the panel's times are around midnight."""
    return F.timestamp_seconds(F.unix_seconds(time) + _DAWN) if moved else time


def before_dawn(time: Column, moved: bool) -> Column:
    """The way back."""
    return F.timestamp_seconds(F.unix_seconds(time) - _DAWN) if moved else time
