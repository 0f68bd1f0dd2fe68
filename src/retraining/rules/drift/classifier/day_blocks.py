"""Which days a classifier is asked about: the newest of the batch, and equally long runs of the training rows' days.

Rows of one day resemble each other, and so do neighbouring days. Whatever tells the batch's days from others has to be
more than what tells any run of training days from the others.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

MOST_BLOCKS = 24
"""Runs of training days that are compared with the others, each at the cost of the batch."""
FEWEST_BLOCKS = 12
"""With fewer nothing is known of how much runs differ."""
FEWEST_ROWS = 200
"""In the batch's days, and in such a run on average."""


@dataclass(frozen=True)
class DayBlocks:
    """current: the newest days of the batch; reference: runs of as many days each, none of which overlap."""

    current: tuple[date, ...]
    reference: tuple[tuple[date, ...], ...]


def plan_blocks(reference: Mapping[date, int], current: Mapping[date, int]) -> DayBlocks | None:
    """As many of the batch's newest days as leave 24 runs of training days, or 12 where 24 have too few rows; None
    where 12 do too. reference, current: rows by day; a day comes before another if it is less than it."""
    before = sorted(reference)
    now = sorted(current)
    for wanted in (MOST_BLOCKS, FEWEST_BLOCKS):
        length = min(len(now), len(before) // wanted)
        newest = now[-length:] if length else []
        usual = length * sum(reference.values()) / max(1, len(before))
        if min(usual, sum(current[day] for day in newest)) >= FEWEST_ROWS:
            return DayBlocks(tuple(newest), _spread(before, length))
    return None


def _spread(days: Sequence[date], length: int) -> tuple[tuple[date, ...], ...]:
    """Runs of days, one after the other back from the newest; where they are too many, some that are evenly far
    apart."""
    starts = range(len(days) - length, -1, -length)
    chosen = np.unique(np.linspace(0, len(starts) - 1, min(MOST_BLOCKS, len(starts))).round().astype(int))
    return tuple(tuple(days[starts[each] : starts[each] + length]) for each in chosen)
