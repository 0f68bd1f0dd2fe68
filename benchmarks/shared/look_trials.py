"""What repeated looks add up to: a month of refreshes that are worse, a year of changes that gain nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from shared.gate_trials import (
    HISTORIES,
    PROCESSES,
    SMALL_NOISE,
    Flags,
    Process,
    believe,
    draw,
    gain_and_error,
    leaves_open,
    passes_as_refresh,
    spread_of,
)

from retraining.kinds.metric import FloatArray
from retraining.rules.gate.holdout import holdout_days, level_of_look, level_of_refresh, looks_a_year

NOISE = (SMALL_NOISE, 0.1, 0.15)
"""Standard deviations of a day's difference; the worst of them is shown."""
MIN_GAIN = 0.05
FALSE_PROMOTIONS_A_YEAR = 0.5
CADENCES = {"daily": (1, 6), "weekly": (7, 6), "monthly": (30, 8)}
"""Days between two runs, and days of a first hold-out."""
_CARRIED = {"daily": 3, "weekly": 6, "monthly": 8}
"""Days before the month that the champion has not learned: its own hold-out, or what is left of it."""
LOOKED_AT = (
    tuple(HISTORIES),
    tuple(each for each in PROCESSES if each.name in ("correlation 0", "correlation 0.65", "correlation 0.85")),
)
_MONTH = 28
_YEAR = 365


@dataclass(frozen=True)
class Looking:
    """wrong: share of trials in which one that is 10 % worse passes within a month, or changes without a gain that are
    promoted in a year. refused: equally good ones that pass no look of a month."""

    history: str
    process: str
    cadence: str
    wrong: float
    refused: float = 0.0


def look_for_a_month(seed: Sequence[int], trials: int, history: str, process: Process, cadence: str) -> Looking:
    """Every run looks at the newest days until a refresh passes: a quarter of those since the champion's data, and a
    half after a look that left the question open."""
    random = np.random.default_rng([*seed, *_case(history, process, cadence)])
    period, first = CADENCES[cadence]
    believed = believe(random, process, HISTORIES[history], trials)
    month = draw(random, process, trials, _MONTH)

    passed = np.zeros((2, len(NOISE), trials), dtype=bool)
    is_open = np.zeros_like(passed)
    for end in range(min(first + (-first) % period, _MONTH), _MONTH + 1, period):
        looks = [_look(believed, month[:, :end], days, period) for days in _days_of_look(end, cadence)]
        passed |= np.where(is_open, looks[1][0], looks[0][0])
        is_open = np.where(is_open, looks[1][1], looks[0][1])
    worse, equal = passed.mean(axis=2)
    return Looking(history, process.name, cadence, float(worse.max()), float(1 - equal[0]))


def _days_of_look(end: int, cadence: str) -> tuple[int, int]:
    """Of the days of the month so far, and those of the champion's own hold-out, which it has not learned."""
    known = [date(2013, 1, 1) + timedelta(days=each) for each in range(end + _CARRIED[cadence])]
    quarter, half = (min(len(holdout_days(known, after_open)), end) for after_open in (False, True))
    return quarter, half


def _look(believed: FloatArray, month: FloatArray, days: int, period: int) -> tuple[Flags, Flags]:
    """Whether candidates pass, and whether the question stays open: (true gains, noises, trials)."""
    spread = spread_of(believed, np.ones(days))
    level = level_of_refresh(period, days)
    found = [
        [gain_and_error(true_gain + noise * month[:, -days:], np.ones(days)) for noise in NOISE]
        for true_gain in (-0.1, 0.0)
    ]
    passes = np.array([[passes_as_refresh(*each, spread, level) for each in of_gain] for of_gain in found])
    is_open = np.array([[leaves_open(*each, spread) for each in of_gain] for of_gain in found])
    return passes, is_open & ~passes


def look_for_a_year(seed: Sequence[int], trials: int, history: str, process: Process, cadence: str) -> Looking:
    """Changes are judged as often as half of the hold-out is new."""
    random = np.random.default_rng([*seed, *_case(history, process, cadence)])
    period, days = CADENCES[cadence]
    spread = spread_of(believe(random, process, HISTORIES[history], trials), np.ones(days))
    looks = looks_a_year(period, days)
    level = level_of_look(FALSE_PROMOTIONS_A_YEAR, looks)
    year = draw(random, process, trials, _YEAR)

    promoted = np.zeros(len(NOISE))
    for end in range(days, _YEAR + 1, round(_YEAR / looks)):
        for place, noise in enumerate(NOISE):
            gain, error = gain_and_error(noise * year[:, end - days : end], np.ones(days))
            promoted[place] += np.mean((gain >= MIN_GAIN) & (spread.lower(gain, error, level) > 0))
    return Looking(history, process.name, cadence, float(promoted.max()))


def _case(history: str, process: Process, cadence: str) -> tuple[int, int, int]:
    return list(HISTORIES).index(history), PROCESSES.index(process), list(CADENCES).index(cadence)
