"""Which days judge a candidate."""

import math
from collections.abc import Collection
from datetime import date

FEWEST_DAYS = 6
MOST_DAYS = 28
FEWEST_ROWS = 30
"""Of a hold-out, or a part of it, that is asked anything."""


def whole_days(days: Collection[date], after: date | None, watermark_day: date) -> tuple[date, ...]:
    """Days that may judge: strictly after the champion's last training day, strictly before the day still arriving."""
    return tuple(sorted(day for day in days if (after is None or day > after) and day < watermark_day))


def holdout_days(whole: Collection[date]) -> tuple[date, ...]:
    """The newest quarter of the whole days, at least 6 and at most 28 of them; all of them when there are fewer than
    6."""
    wanted = min(MOST_DAYS, max(FEWEST_DAYS, math.ceil(len(whole) / 4)))
    return tuple(sorted(whole))[-wanted:]
