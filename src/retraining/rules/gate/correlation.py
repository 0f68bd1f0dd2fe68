"""How much a day's difference between two models resembles the days before."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from scipy import stats

from retraining.kinds.metric import FloatArray
from retraining.records.decision import DailyLoss

FEWEST_OF_RUN = 3
"""Days of one pair of versions; fewer say nothing about how one day resembles the next."""
MOST_OF_RUN = 180
"""The newest days of one pair of versions: more take long and say little that is new."""


@dataclass(frozen=True)
class Correlation:
    """The correlation of two blocks that are k blocks apart is share x decay^k. days: how many it was learned from;
    None where it was assumed."""

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
            return "blocks are independent"
        source = f"as {self.days} days show" if self.days else "which is assumed, because the history is too short"
        return f"the correlation of a day with the next is at most {self.next_day:.2f}, {source}"


INDEPENDENT = Correlation(0.0, 0.0)
ASSUMED = Correlation(1.0, 0.85)
"""Of the differences of two models, where no history says more: neighbouring months' models of flights show 0.45 to
0.95."""
SLOW = Correlation(0.5, 0.97)
"""Half of a day's difference is its own, half fades within a month or two: no run of a few days shows it."""
OF_LOSSES = Correlation(1.0, 0.65)
"""Of the losses of one model from day to day, measured on a year of flights. The gain of a first model over the trivial
predictor, which learns nothing, varies like them."""

_SHARES = (0.25, 0.5, 0.75, 1.0)
_DECAYS = (0.3, 0.5, 0.65, 0.75, 0.85)
_SLOW_SHARES = (0.25, 0.5)
_SLOW_DECAYS = (0.92, 0.97)
CORRELATIONS = (
    INDEPENDENT,
    *(Correlation(share, decay) for share in _SHARES for decay in _DECAYS),
    *(Correlation(share, decay) for share in _SLOW_SHARES for decay in _SLOW_DECAYS),
)
"""What is thought possible: nothing that widens an interval by more than ASSUMED and SLOW."""
_EXPECTED = ((ASSUMED, 0.2), (SLOW, 0.4))
"""Belief in these two before any day is seen; the rest is spread over all. So it takes many days to show that days are
less correlated than that."""
_CERTAINTY = 0.87
"""Of the correlation that is used not being too small. Chosen by simulation, as are the beliefs: the levels of
benchmarks/gate.py hold for seeds that they were not chosen by."""
_MOST_SPREADS = 2.5
"""Robust standard deviations (1.4826 times the median absolute deviation) from the median: a day that is farther away,
such as one of a storm or of broken rows, counts as if it were there. Else a single one hides how much days resemble
each other."""
_MOST_BLOCKS = 200
"""The order of CORRELATIONS changes no more with more blocks, and takes long to find."""
_TRUE_GAINS = ((0.9, 0.4), (0.1, 10.0))
"""How often the true gains of pairs of versions have which standard deviation, in those of a day: what the means of
runs differ by beyond the first counts as a slow trend, unless it is so much that the pair is one of the second."""


def correlation_of_days(runs: Sequence[Sequence[float]], blocks: int) -> Correlation:
    """How much days may resemble each other, from runs of following days, each of one pair of models.

    Of all CORRELATIONS, in the order in which they widen an interval over this number of blocks, it is the first that
    is not too small with _CERTAINTY. Without history this is ASSUMED.
    """
    newest = [np.asarray(run[-MOST_OF_RUN:], dtype=np.float64) for run in runs if len(run) >= FEWEST_OF_RUN]
    used = [run for run in newest if run.max() > run.min()]
    shares = beliefs(used)
    if not np.isfinite(shares).all():
        return ASSUMED

    place = int(widest_likely(shares, min(max(2, blocks), _MOST_BLOCKS)))
    days = sum(len(run) for run in used)
    return Correlation(CORRELATIONS[place].share, CORRELATIONS[place].decay, days or None)


def beliefs(runs: Sequence[FloatArray]) -> FloatArray:
    """The share of belief in each of CORRELATIONS after runs of shape (..., days): (..., correlations). NaN where they
    hold numbers too large to tell."""
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        of_runs = (_log_likelihoods(run) for run in _without_outliers(runs))
        logs = _before_any_day() + sum(of_runs, np.zeros(len(CORRELATIONS)))
        shares = np.exp(logs - logs.max(axis=-1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=-1, keepdims=True))


def widest_likely(shares: FloatArray, blocks: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    """The place in CORRELATIONS of the one that is used, from shares of belief: (..., correlations) to (...)."""
    reaches = [_reach(blocks, each) for each in CORRELATIONS]
    order = np.argsort(reaches)
    found = np.sum(np.cumsum(shares[..., order], axis=-1) < _CERTAINTY, axis=-1)
    return np.asarray(order[np.minimum(found, len(order) - 1)])


def correlation_matrix(blocks: int, correlation: Correlation) -> FloatArray:
    """Of blocks in order: (blocks, blocks). A day without rows, such as a weekend, is none: Monday follows Friday."""
    places = np.arange(blocks)
    apart = np.abs(places[:, None] - places)
    fades = correlation.share * correlation.decay**apart
    return np.asarray(np.where(apart == 0, 1.0, fades))


def spread_of_mean(weights: FloatArray, correlation: Correlation) -> tuple[float, float]:
    """For a mean of correlated blocks with such weights: by how much its variance exceeds what the delete-one-block
    jackknife says, and the degrees of freedom of that (Satterthwaite 1946).

    The part of a block that fades is as large in each of them; the rest is the noise of its rows, so its variance is
    inverse to the weight. For independent blocks of equal weight this is 1, and one less than the blocks.
    """
    shares = np.asarray(weights[weights > 0] / weights.sum(), dtype=np.float64)
    count = len(shares)
    covariance = correlation_matrix(count, correlation)
    covariance[np.diag_indices(count)] = correlation.share + (1 - correlation.share) / (count * shares)

    left_out = np.tile(shares, (count, 1)) / (1 - shares)[:, None]
    left_out[np.diag_indices(count)] = 0.0
    deviations = left_out - left_out.mean(axis=0)
    found = (count - 1) / count * deviations @ covariance @ deviations.T
    expected = float(np.trace(found))
    return float(shares @ covariance @ shares) / expected, expected**2 / float(np.sum(found**2))


def _before_any_day() -> FloatArray:
    spread = 1 - sum(belief for _, belief in _EXPECTED)
    shares = np.full(len(CORRELATIONS), spread / len(CORRELATIONS))
    for expected, belief in _EXPECTED:
        shares[CORRELATIONS.index(expected)] += belief
    return np.asarray(np.log(shares))


def _without_outliers(runs: Sequence[FloatArray]) -> list[FloatArray]:
    """Runs in robust standard deviations of all their days, none of them far away from the median."""
    if not runs:
        return []

    every = np.concatenate(runs, axis=-1)
    middle = np.median(every, axis=-1, keepdims=True)
    away = np.abs(every - middle)
    spread = 1.4826 * np.median(away, axis=-1, keepdims=True)
    spread = np.where(spread > 0, spread, away.mean(axis=-1, keepdims=True))
    reach = _MOST_SPREADS * spread
    return [np.clip(run, middle - reach, middle + reach) / spread for run in runs]


def _log_likelihoods(run: FloatArray) -> FloatArray:
    """Of runs (..., days) under each of CORRELATIONS, whatever the variance of a day is."""
    of_gains = [
        np.log(often) + np.stack([_log_likelihood(run, each, gains) for each in CORRELATIONS], axis=-1)
        for often, gains in _TRUE_GAINS
    ]
    return np.asarray(np.logaddexp.reduce(of_gains))


def _log_likelihood(run: FloatArray, correlation: Correlation, gains: float) -> FloatArray:
    days = run.shape[-1]
    root = np.linalg.cholesky(correlation_matrix(days, correlation) + gains**2)
    whitened = run @ np.linalg.inv(root).T
    return np.asarray(-np.log(np.diag(root)).sum() - days / 2 * np.log(np.sum(whitened**2, axis=-1)))


def _reach(blocks: int, correlation: Correlation) -> float:
    inflation, freedom = spread_of_mean(np.ones(blocks), correlation)
    return float(np.sqrt(inflation) * stats.t.ppf(0.95, freedom))


_LONGEST_GAP = timedelta(days=4)
"""Over a long weekend. What a week without rows separates is not one run."""


def runs_of_pairs(losses: Sequence[DailyLoss]) -> list[list[float]]:
    """Differences of mean loss per row between the newest version and the oldest one, in runs of days that follow each
    other. Only days count on which both predicted equally many rows: the same ones, because each predicts all that
    arrive. A gap of a few days, such as a weekend, does not end a run.

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
    return [run for pair in sorted(by_pair) for run in _following(by_pair[pair])]


def _by_day(losses: Sequence[DailyLoss]) -> dict[date, dict[str, tuple[int, float]]]:
    totals: dict[date, dict[str, tuple[int, float]]] = defaultdict(dict)
    for each in losses:
        if each.day is not None:
            rows, loss = totals[each.day].get(each.version, (0, 0.0))
            totals[each.day][each.version] = (rows + each.rows, loss + each.loss)
    return totals


def _following(of_days: dict[date, float]) -> list[list[float]]:
    runs: list[list[float]] = []
    before: date | None = None
    for day in sorted(of_days):
        if before is None or day - before > _LONGEST_GAP:
            runs.append([])
        runs[-1].append(of_days[day])
        before = day
    return runs
