"""Which days judge a candidate, and how often they may be looked at before chance alone promotes something."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

FEWEST_DAYS = 6
MOST_DAYS = 28
FEWEST_NEW_DAYS = 3
"""Whole days that a candidate learns and its champion has not: without them both are the same model, and a verdict says
nothing of the one that learned more. As many as of a hold-out must be new before it judges again."""
FEWEST_ROWS = 30
"""Of a hold-out, or a part of it, that is asked anything."""
RESERVED_SHARE = 4
"""One key in four is reserved, where the spec has a reserved hold-out: the white paper's split of 3 to 1."""


def whole_days(days: Collection[date], after: date | None, watermark_day: date) -> tuple[date, ...]:
    """Days that may judge: strictly after the champion's last training day, strictly before the day still arriving."""
    return tuple(sorted(day for day in days if (after is None or day > after) and day < watermark_day))


def holdout_days(whole: Collection[date], after_open: bool = False) -> tuple[date, ...]:
    """The newest quarter of the whole days, at least 6 and at most 28 of them; all of them when there are fewer than
    6.

    after_open: the last verdict on a candidate of the same champion left its question open. Then the newest half
    judges: a quarter would ask equally few days again until there are 24.
    """
    share = 2 if after_open else 4
    wanted = min(MOST_DAYS, max(FEWEST_DAYS, math.ceil(len(whole) / share)))
    return tuple(sorted(whole))[-wanted:]


def fewest_whole_days(has_champion: bool) -> int:
    """Whole days that a training needs: those that judge, and before them those that the champion has not learned, or
    one that a first model learns."""
    return FEWEST_DAYS + (FEWEST_NEW_DAYS if has_champion else 1)


def new_days(whole: Collection[date], judging: Collection[date]) -> tuple[date, ...]:
    """Of the whole days after the champion's data, those that a candidate learns: the ones before the hold-out."""
    return tuple(sorted(whole))[: len(whole) - len(judging)]


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


_WORSE_A_MONTH = 0.25
_WORSE_A_LOOK = 0.15
_DAYS_A_MONTH = 28


def level_of_refresh(period_days: int, holdout_days: int) -> float:
    """The confidence of each look that a refresh is not worse than may be at all, so that a month of looks lets one
    that is pass in at most a quarter of cases, and a single look in at most 15 %."""
    days_of_look = max(period_days, math.ceil(holdout_days * FRESH_SHARE), 1)
    return 1 - min(_WORSE_A_LOOK, _WORSE_A_MONTH * days_of_look / _DAYS_A_MONTH)


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
