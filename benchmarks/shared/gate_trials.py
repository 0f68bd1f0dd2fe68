"""Made days: the differences of two models' losses on a hold-out, and on the days of a history before it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from retraining.kinds.metric import FloatArray
from retraining.rules.gate.checks import MUCH_WORSE_GAIN, WORST_REFRESH_GAIN
from retraining.rules.gate.correlation import CORRELATIONS, beliefs, spread_of_mean, widest_likely
from retraining.rules.gate.holdout import level_of_refresh
from retraining.rules.gate.jackknife import bound, jackknife
from retraining.rules.gate.metrics import find_metric

MEAN_LOSS = find_metric("mse", "regression")
SMALL_NOISE = 0.05
"""Standard deviation of a day's difference, as a share of the champion's loss."""
DAYS_OF_WEEK = 7
_FEW_ROWS_A_DAY = 6
"""Of heavy tails: means of many rows are nearly normal."""


@dataclass(frozen=True)
class Process:
    """How the difference of one day depends on earlier ones: share x decay^k of its variance after k days of the
    calendar, the rest is the day's own. heavy_tails: of that rest. weekends: the rows of Saturday and Sunday, as a
    share of those of other days; 0 for none."""

    name: str
    share: float = 0.0
    decay: float = 0.0
    heavy_tails: bool = False
    weekends: float = 1.0

    @property
    def is_slow(self) -> bool:
        """Whether it hardly fades within the hold-out."""
        return self.decay > 0.9

    def weights(self, days: int) -> FloatArray:
        """Rows of days in order, from a Monday on, as shares of a weekday's; none of a day that never has rows."""
        week = np.array([1.0] * 5 + [self.weekends] * 2)
        kept = np.tile(week[week > 0], days)
        return np.asarray(kept[:days])


PROCESSES = (
    Process("correlation 0"),
    Process("correlation 0.3", 1.0, 0.3),
    Process("correlation 0.65", 1.0, 0.65),
    Process("correlation 0.85", 1.0, 0.85),
    Process("0.65, and rows' noise", 0.4, 0.65),
    Process("slow: half at 0.97", 0.5, 0.97),
    Process("heavy tails, t(3)", heavy_tails=True),
    Process("0.65, heavy tails", 0.5, 0.65, heavy_tails=True),
    Process("0.65, Monday to Friday", 1.0, 0.65, weekends=0.0),
    Process("0.85, Monday to Friday", 1.0, 0.85, weekends=0.0),
    Process("0.65, small weekends", 0.5, 0.65, weekends=0.1),
    Process("0, small weekends", weekends=0.1),
)

HISTORIES = {
    "none": (),
    "9 x 7 days": (7,) * 9,
    "26 x 7 days": (7,) * 26,
    "2 x 30 days": (30,) * 2,
    "6 x 30 days": (30,) * 6,
    "1 x 180 days": (180,),
}
"""How many days each pair of models predicted together."""


def draw(random: np.random.Generator, process: Process, trials: int, days: int) -> FloatArray:
    """Daily mean differences without a true gain, of variance 1 on a weekday: (trials, days), from a Monday on."""
    rows = np.array([1.0] * 5 + [process.weekends] * 2)
    calendar = days if process.weekends else days // 5 * DAYS_OF_WEEK + days % 5
    rows_of_day = np.tile(rows, calendar // DAYS_OF_WEEK + 1)[:calendar]
    kept = rows_of_day > 0

    fading = _fading(random.standard_normal((trials, calendar)), process.decay)[:, kept]
    own = _own_noise(random, process, (trials, days)) / np.sqrt(rows_of_day[kept])
    return np.asarray(np.sqrt(process.share) * fading + np.sqrt(1 - process.share) * own)


def _own_noise(random: np.random.Generator, process: Process, shape: tuple[int, int]) -> FloatArray:
    if not process.heavy_tails:
        return random.standard_normal(shape)
    return random.standard_t(3, (_FEW_ROWS_A_DAY, *shape)).mean(axis=0) * np.sqrt(_FEW_ROWS_A_DAY / 3)


def _fading(noise: FloatArray, decay: float) -> FloatArray:
    series = noise.copy()
    for day in range(1, noise.shape[1]):
        series[:, day] = decay * series[:, day - 1] + np.sqrt(1 - decay**2) * noise[:, day]
    return series


@dataclass(frozen=True)
class Shares:
    """Of all trials. level: without a true gain, shown to be better; independent: the same by a t test of independent
    days; equal_refused: a refresh without a true gain that does not pass; power: a gain of 10 % that is shown. reach:
    how many standard errors of independent days the bound is away, in the median."""

    days: int
    level: float
    independent: float
    equal_refused: float
    power: float
    reach: float


@dataclass(frozen=True)
class Spread:
    """How far the bounds of hold-outs reach: factor of the standard error for independent days, and degrees of freedom,
    each of shape (trials,)."""

    factor: FloatArray
    freedom: FloatArray

    def reach(self, level: float) -> FloatArray:
        """In standard errors for independent days."""
        return np.asarray(self.factor * stats.t.ppf(level, self.freedom))

    def lower(self, gain: FloatArray, error: FloatArray, level: float) -> FloatArray:
        """The lower bounds of gains with such errors for independent days."""
        return bound(MEAN_LOSS, gain, -self.reach(level) * error)


def measure_levels(
    random: np.random.Generator, process: Process, history: Sequence[int], holdouts: Sequence[int], trials: int
) -> Iterator[Shares]:
    """One line of the table for each length of a hold-out."""
    believed = believe(random, process, history, trials)
    for days in holdouts:
        weights = process.weights(days)
        spread = spread_of(believed, weights)
        drawn = SMALL_NOISE * draw(random, process, trials, days)
        gain, error = gain_and_error(drawn, weights)
        better, its_error = gain_and_error(drawn + 0.1, weights)
        yield Shares(
            days=days,
            level=float(np.mean(spread.lower(gain, error, 0.95) > 0)),
            independent=float(np.mean(gain > stats.t.ppf(0.95, days - 1) * error)),
            equal_refused=float(np.mean(~passes_as_refresh(gain, error, spread, level_of_refresh(7, days)))),
            power=float(np.mean(spread.lower(better, its_error, 0.95) > 0)),
            reach=float(np.median(spread.reach(0.95))),
        )


def believe(random: np.random.Generator, process: Process, history: Sequence[int], trials: int) -> FloatArray:
    """What each trial's history makes the gate believe of its days: (trials, correlations)."""
    known = beliefs([draw(random, process, trials, days) for days in history])
    return np.asarray(np.broadcast_to(known, (trials, len(CORRELATIONS))))


def spread_of(believed: FloatArray, weights: FloatArray) -> Spread:
    """For hold-outs of days with such weights."""
    each = np.array([spread_of_mean(weights, correlation) for correlation in CORRELATIONS])
    inflation, freedom = each[widest_likely(believed, len(weights))].T
    return Spread(np.sqrt(inflation), freedom)


def gain_and_error(differences: FloatArray, weights: FloatArray) -> tuple[FloatArray, FloatArray]:
    """The champion loses 1 on every row, the candidate less by the difference: (trials, days) to (trials,)."""
    rows = np.broadcast_to(100 * weights, differences.shape)
    ours = np.stack([rows, rows * (1 - differences)], axis=-1)
    return jackknife(MEAN_LOSS, ours, np.stack([rows, rows], axis=-1))


Flags = np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def passes_as_refresh(gain: FloatArray, error: FloatArray, spread: Spread, level: float) -> Flags:
    """The rule of retraining.rules.gate.judge, of many gains."""
    not_shown_worse = leaves_open(gain, error, spread)
    not_much_worse = spread.lower(gain, error, level) > MUCH_WORSE_GAIN
    return np.asarray((gain > WORST_REFRESH_GAIN) & not_shown_worse & not_much_worse)


def leaves_open(gain: FloatArray, error: FloatArray, spread: Spread) -> Flags:
    """Not shown to be worse: where it does not pass either, half of the days judge the next candidate."""
    return np.asarray(bound(MEAN_LOSS, gain, spread.reach(0.95) * error) >= 0)
