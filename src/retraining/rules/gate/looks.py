"""How often a hold-out may be looked at before chance alone promotes something."""

import math
from collections.abc import Sequence
from datetime import date

FRESH_SHARE = 0.5
"""A verdict on a change needs at least this share of blocks that no earlier one has used."""
_USUAL_ALPHA = 0.05
_DAYS_A_YEAR = 365


def looks_a_year(period_days: int, holdout_days: int) -> float:
    """How many verdicts on changes a year can hold: one each run, but none before half of the hold-out is new."""
    return _DAYS_A_YEAR / max(period_days, math.ceil(holdout_days * FRESH_SHARE), 1)


def level_of_look(false_promotions_a_year: float, looks: float) -> float:
    """The confidence of each look, so that changes that gain nothing are promoted that often a year; at least 95 %."""
    return 1 - min(_USUAL_ALPHA, false_promotions_a_year / looks)


def fresh_share(first: date, end: date, used: Sequence[tuple[date, date]]) -> float:
    """Share of the days in [first, end) that lie in none of the used ones, each [first, end) as well. 0 without
    days."""
    days = range(first.toordinal(), end.toordinal())
    fresh = [day for day in days if not any(start.toordinal() <= day < stop.toordinal() for start, stop in used)]
    return len(fresh) / len(days) if days else 0.0
