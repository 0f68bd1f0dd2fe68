"""Steps in time as whole numbers, so that a missing one is a number that is not there."""

from collections.abc import Sequence
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retraining.spec.forecast_section import Frequency

Steps = NDArray[np.int64]

DAYS_OF_STEP: dict[Frequency, float] = {
    "hourly": 1 / 24,
    "daily": 1.0,
    "weekdays": 1.4,
    "weekly": 7.0,
    "monthly": 30.44,
    "quarterly": 91.31,
    "yearly": 365.25,
}
"""How long a step is, about."""

_MONTHS: dict[str, int] = {"monthly": 1, "quarterly": 3, "yearly": 12}
_EPOCH = np.datetime64("1970-01-01", "D")
_MONDAY = 3
"""1970-01-01 was a Thursday: days from the Monday before."""
_DAY = 24 * 3600
_DAWN = 2 * 3600
"""In seconds. Local midnight moves by an hour in spring and autumn, seen from UTC."""


def steps_of(times: pd.DatetimeIndex, frequency: Frequency) -> Steps:
    """The step of each time, in UTC: hours, days, weekdays or weeks since 1970, or months, quarters or years
    since year 0.

    Daily values that are stamped at local midnight are on either side of UTC's midnight where the clock changes. Where
    all of a series' times are within two hours of midnight, on both sides of it, they count as the day that begins.
    """
    utc = times.tz_convert("UTC").tz_localize(None) if times.tz is not None else times
    if frequency == "hourly":
        return np.asarray(utc.to_numpy().astype("datetime64[h]").astype(np.int64))

    days = (utc + pd.Timedelta(seconds=_DAWN) if _around_midnight(utc) else utc).to_numpy().astype("datetime64[D]")
    if frequency in _MONTHS:
        months = days.astype("datetime64[M]").astype(np.int64) + 1970 * 12
        return np.asarray(months // _MONTHS[frequency])
    if frequency == "weekdays":
        return np.asarray(np.busday_count(_EPOCH, days), dtype=np.int64)

    number = days.astype(np.int64)
    return np.asarray((number + _MONDAY) // 7 if frequency == "weekly" else number)


def times_of(steps: Steps, frequency: Frequency, like: pd.Timestamp, own: int) -> pd.DatetimeIndex:
    """A time in each step, in UTC, as far into it as a time of the series is: month ends stay month ends. own: the step
    of that time."""
    utc = like.tz_convert("UTC").tz_localize(None) if like.tzinfo is not None else like
    away = steps - own
    if frequency in _MONTHS:
        return _months_away(utc, away * _MONTHS[frequency])
    if frequency == "hourly":
        return pd.DatetimeIndex(utc + pd.to_timedelta(away, unit="h"))
    if frequency == "weekdays":
        day = np.busday_offset(utc.to_datetime64().astype("datetime64[D]"), 0, roll="forward")
        days = np.busday_offset(day, away).astype("datetime64[ns]")
        return pd.DatetimeIndex(days) + (utc - utc.normalize())
    return pd.DatetimeIndex(utc + pd.to_timedelta(away * (7 if frequency == "weekly" else 1), unit="D"))


def _around_midnight(times: pd.DatetimeIndex) -> bool:
    """Whether all times are close to midnight, and some are before it."""
    into_day = times.to_numpy().astype("datetime64[s]").astype(np.int64) % _DAY
    late = into_day >= _DAY - _DAWN
    early = into_day < _DAWN
    return bool(late.any() and early.any() and (late | early).all())


def _months_away(like: pd.Timestamp, months: Steps) -> pd.DatetimeIndex:
    """The same day of other months; the last day where the series has last days, or where a month is too short."""
    count = like.year * 12 + like.month - 1 + months
    first = pd.DatetimeIndex((count - 1970 * 12).astype("datetime64[M]").astype("datetime64[ns]"))
    last = np.asarray(first.days_in_month)
    days = last if like.is_month_end else np.minimum(like.day, last)
    return first + pd.to_timedelta(days - 1, unit="D") + (like - like.normalize())


def one_day_a_step(days: Sequence[date], frequency: Frequency) -> tuple[date, ...]:
    """The first day of each step that has one, in order; of the newest step its last day, as it may still arrive. Steps
    of a day or less: all days."""
    if DAYS_OF_STEP[frequency] <= 1 or not days:
        return tuple(sorted(days))

    ordered = sorted(days)
    steps = steps_of(pd.DatetimeIndex(ordered), frequency)
    first = {int(step): day for step, day in reversed(list(zip(steps, ordered, strict=True)))}
    return tuple(sorted({**first, int(steps[-1]): ordered[-1]}.values()))
