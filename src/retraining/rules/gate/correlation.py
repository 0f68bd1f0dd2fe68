"""How much a day's difference between two models resembles the days before."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from retraining.kinds.metric import FloatArray
from retraining.records.decision import DailyLoss

FEWEST_DAYS = 60
_LAGS = np.arange(1, 4)
_DECAYS = np.arange(1, 20) * 0.05
_ROUNDS = 3
_HEARD = 1.2
"""Standard deviations of the sum of the lags; chosen by simulation: level and power of benchmarks/gate.py hold from 1.0
to 1.3."""


@dataclass(frozen=True)
class Correlation:
    """share (0 to 1) and decay (0 to 0.95) of the correlation of blocks. days: how many it was estimated from; None
    where it was assumed."""

    share: float
    decay: float
    days: int | None = None

    @property
    def next_day(self) -> float:
        """The correlation of one day with the next."""
        return self.share * self.decay

    @property
    def sentence(self) -> str:
        """Where the number comes from."""
        if self == INDEPENDENT:
            return "blocks independent"
        source = f"from {self.days} days" if self.days else f"assumed: fewer than {FEWEST_DAYS} days of history"
        return f"correlation of a day with the next {self.next_day:.2f} ({source})"


INDEPENDENT = Correlation(0.0, 0.0)
ASSUMED = Correlation(1.0, 0.65)
"""Measured on the daily differences of a year of flights; assumed where there is no history."""


def correlation_of_days(runs: Sequence[Sequence[float]]) -> Correlation:
    """Estimated from runs of consecutive days, each of one pair of models; assumed below FEWEST_DAYS of them."""
    kept = [np.asarray(run, dtype=np.float64) for run in runs if len(run) > _LAGS[-1]]
    days = sum(len(run) for run in kept)
    if days < FEWEST_DAYS:
        return ASSUMED
    products = np.sum([lag_products(run) for run in kept], axis=0)
    share, decay = fit_decay(products, days, len(kept))
    return Correlation(float(share), float(decay), days)


def lag_products(run: FloatArray) -> FloatArray:
    """Sums of squares, and of products with each of the three days after, around the mean: (..., days) to (..., 4)."""
    around = run - run.mean(axis=-1, keepdims=True)
    days = around.shape[-1]
    return np.stack([np.sum(around[..., lag:] * around[..., : days - lag], axis=-1) for lag in (0, *_LAGS)], axis=-1)


def fit_decay(products: FloatArray, days: int, runs: int = 1) -> tuple[FloatArray, FloatArray]:
    """(share, decay) that come closest, in squares, to the correlations of the first three lags: (..., 4) to (...).

    Around an estimated mean correlations come out too small, by the variance of that mean (Marriott and Pope 1954): it
    is added back, from the fit itself. share is 0 where the correlations are not larger than independent days would
    show: fitting noise costs power and protects from nothing.
    """
    squares = products[..., :1]
    raw = products[..., 1:] / np.where(squares > 0, squares, 1.0)
    share, decay = _closest(raw)
    for _ in range(_ROUNDS - 1):
        of_mean = runs / days * (1 + 2 * share * decay / (1 - decay))
        share, decay = _closest((raw + of_mean[..., None]) / (1 - runs * _LAGS / days))
    heard = np.sum(raw + runs / days, axis=-1) > _HEARD * np.sqrt(len(_LAGS) / days)
    return np.where(heard & (squares[..., 0] > 0), share, 0.0), decay


def _closest(correlations: FloatArray) -> tuple[FloatArray, FloatArray]:
    shapes = _DECAYS[:, None] ** _LAGS
    shares = np.clip(correlations @ shapes.T / np.sum(shapes**2, axis=1), 0.0, 1.0)
    distance = np.sum((correlations[..., None, :] - shares[..., None] * shapes) ** 2, axis=-1)
    best = distance.argmin(axis=-1)
    return np.take_along_axis(shares, best[..., None], axis=-1)[..., 0], _DECAYS[best]


def runs_of_pairs(losses: Sequence[DailyLoss]) -> list[list[float]]:
    """Differences of mean loss per row between the newest version and the oldest one, in runs of consecutive days. Only
    days count on which both predicted equally many rows: the same ones, because each predicts all that arrive.

    A version in between adds nothing: two differences of one day resemble each other, and would count as two days.
    """
    by_pair: dict[tuple[str, str], dict[date, float]] = defaultdict(dict)
    for day, of_day in _by_day(losses).items():
        oldest = min(of_day, key=int)
        newest = max(of_day, key=int)
        (rows, loss) = of_day[oldest]
        (its_rows, its_loss) = of_day[newest]
        if newest != oldest and its_rows == rows and rows:
            by_pair[oldest, newest][day] = (its_loss - loss) / rows
    return [run for pair in sorted(by_pair) for run in _consecutive(by_pair[pair])]


def _by_day(losses: Sequence[DailyLoss]) -> dict[date, dict[str, tuple[int, float]]]:
    totals: dict[date, dict[str, tuple[int, float]]] = defaultdict(dict)
    for each in losses:
        if each.day is not None:
            rows, loss = totals[each.day].get(each.version, (0, 0.0))
            totals[each.day][each.version] = (rows + each.rows, loss + each.loss)
    return totals


def _consecutive(of_days: dict[date, float]) -> list[list[float]]:
    runs: list[list[float]] = []
    before: date | None = None
    for day in sorted(of_days):
        if before is None or day - before != timedelta(days=1):
            runs.append([])
        runs[-1].append(of_days[day])
        before = day
    return runs
