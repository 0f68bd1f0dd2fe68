"""Which days judge a candidate, and how often they may be looked at before chance alone promotes something."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

FEWEST_DAYS = 6
MOST_DAYS = 28
FEWEST_ROWS = 30
"""Of a hold-out, or a part of it, that is asked anything."""
RESERVED_SHARE = 4
"""One key in four is reserved, where the spec has a reserved hold-out: the white paper's split of 3 to 1."""


def whole_days(days: Collection[date], after: date | None, watermark_day: date) -> tuple[date, ...]:
    """Days that may judge: strictly after the champion's last training day, strictly before the day still arriving."""
    return tuple(sorted(day for day in days if (after is None or day > after) and day < watermark_day))


def holdout_days(whole: Collection[date]) -> tuple[date, ...]:
    """The newest quarter of the whole days, at least 6 and at most 28 of them; all of them when there are fewer than
    6."""
    wanted = min(MOST_DAYS, max(FEWEST_DAYS, math.ceil(len(whole) / 4)))
    return tuple(sorted(whole))[-wanted:]


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


@dataclass(frozen=True)
class Look:
    """An earlier verdict: the days or batches whose rows it looked at, and whether it was one on a change."""

    at: range
    on_change: bool


@dataclass(frozen=True)
class Looks:
    """What a hold-out was asked before. fresh: share of it that judged no change; most: verdicts that looked at the row
    that was looked at most often."""

    fresh: float
    most: int


UNSEEN = Looks(1.0, 0)


def looks_before(units: Mapping[int, int], earlier: Sequence[Look]) -> Looks:
    """units weighs what the hold-out is made of: 1 for each of its days (as ordinals), or the rows of each batch that
    brought reserved ones."""
    total = sum(units.values())
    changes = [look for look in earlier if look.on_change]
    fresh = sum(weight for unit, weight in units.items() if not any(unit in look.at for look in changes))
    most = max((sum(unit in look.at for look in earlier) for unit in units), default=0)
    return Looks(fresh / total if total else 0.0, most)
