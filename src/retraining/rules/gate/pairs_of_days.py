"""Days on which two versions predicted the same rows: how their difference goes on from day to day."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from retraining.records.daily_loss import DailyLoss


def runs_of_pairs(losses: Sequence[DailyLoss]) -> list[list[float]]:
    """Differences of mean loss per row between the newest version and the oldest one, in runs of consecutive days. Only
    days count on which both predicted equally many rows: the same ones, because each predicts all that arrive.

    A version in between adds nothing: two differences of one day resemble each other, and would count as two days.
    """
    by_pair: dict[tuple[str, str], dict[date, float]] = defaultdict(dict)
    for day, of_day in _by_day(losses).items():
        oldest, newest = min(of_day, key=int), max(of_day, key=int)
        (rows, loss), (its_rows, its_loss) = of_day[oldest], of_day[newest]
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
