"""How often a hold-out may be looked at before chance alone promotes something."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
