"""Made hold-outs: daily sums of two models' losses, and a history of their daily differences."""

from dataclasses import dataclass

import numpy as np

from retraining.kinds.metric import FloatArray

HISTORY_DAYS = 180
ROW_NOISE = 0.5
"""Standard deviation of the difference of two models' losses on a row; the champion's mean loss is 1."""
DAY_EFFECT = 0.1
_FEW_ROWS = 60
"""Means of more rows than these are drawn from their limit, a normal distribution."""


@dataclass(frozen=True)
class Process:
    """How rows and days differ: tails of the rows' noise, and a day's own effect that decays into the next."""

    name: str
    heavy_tails: bool = False
    day_effect: float = 0.0
    decay: float = 0.0


PROCESSES = (
    Process("normal"),
    Process("t(5)", heavy_tails=True),
    Process("days, correlation 0", day_effect=DAY_EFFECT),
    Process("days, correlation 0.65", day_effect=DAY_EFFECT, decay=0.65),
)


@dataclass(frozen=True)
class Trials:
    """Daily mean differences (champion's loss less the candidate's) without a true gain: (trials, days)."""

    rows_a_day: int
    history: FloatArray
    holdout: FloatArray


def draw(random: np.random.Generator, process: Process, trials: int, days: int, rows: int) -> Trials:
    """Trials of one process: history and hold-out are one series, the hold-out its end."""
    rows_a_day, length = max(1, rows // days), HISTORY_DAYS + days
    means = ROW_NOISE * _row_means(random, process, trials, length, rows_a_day)
    if process.day_effect:
        means += process.day_effect * _decaying(random.standard_normal((trials, length)), process.decay)
    return Trials(rows_a_day, means[:, :HISTORY_DAYS], means[:, HISTORY_DAYS:])


def _row_means(random: np.random.Generator, process: Process, trials: int, days: int, rows_a_day: int) -> FloatArray:
    if not process.heavy_tails or rows_a_day > _FEW_ROWS:
        return random.standard_normal((trials, days)) / np.sqrt(rows_a_day)
    total = np.zeros((trials, days))
    for _ in range(rows_a_day):
        total += random.standard_t(5, (trials, days))
    return total / rows_a_day / np.sqrt(5 / 3)


def _decaying(noise: FloatArray, decay: float) -> FloatArray:
    series = noise.copy()
    for day in range(1, noise.shape[1]):
        series[:, day] = decay * series[:, day - 1] + np.sqrt(1 - decay**2) * noise[:, day]
    return series
