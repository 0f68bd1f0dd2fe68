"""Weeks of made-up rows of which one is spoiled, and the loop that learns from them: whole days, looks, gate."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.linear_model import LinearRegression, LogisticRegression

from retraining.kinds.find_kind import find_kind
from retraining.kinds.kind import Kind
from retraining.kinds.metric import Metric
from retraining.records.decision import DoubtedDays
from retraining.records.gate import STOPS_NOBODY
from retraining.rules.gate.correlation import correlation_of_days
from retraining.rules.gate.evaluation import Evaluation, GateTerms, paired_sums
from retraining.rules.gate.holdout import FEWEST_NEW_DAYS, fewest_whole_days, holdout_days, level_of_refresh, new_days
from retraining.rules.gate.holdout import whole_days as whole_days_of
from retraining.rules.gate.judge import judge
from retraining.rules.gate.metrics import find_metric
from retraining.strategies.choose_window import DatedRows, Judging, choose_window
from retraining.strategies.doubt_days import doubt_days
from retraining.strategies.full_refit import FullRefit

ROWS_A_DAY = 100
LOOKS = 5
_EPOCH = date(1970, 1, 1)
_WINDOWS = (28, 91)
_WEEK = 7
_LEVEL, _MIN_GAIN = 0.95, 0.05


@dataclass(frozen=True)
class Trial:
    """kind: numbers or classes; weeks of history before the week that is spoiled, and how."""

    kind: str
    weeks: int
    spoil: str

    @property
    def last_week(self) -> int:
        """Of the rows: the spoiled week, and one for each later look."""
        return self.weeks + LOOKS


@dataclass(frozen=True)
class Look:
    """One weekly run: whether a candidate went live, whether the live version has learned the spoiled week, and which
    days were in doubt."""

    is_live: bool
    has_learned_it: bool
    doubted: tuple[DoubtedDays, ...]


@dataclass(frozen=True)
class _Live:
    model: Any
    until: date
    days: frozenset[date]


def made_rows(trial: Trial, random: np.random.Generator) -> DatedRows:
    """A label that follows two of three features, to the noise of which a model of all rows comes close."""
    days = np.repeat(np.arange(_WEEK * trial.last_week), ROWS_A_DAY)
    features = random.standard_normal((len(days), 3))
    weeks = days // _WEEK
    score = 2 * features[:, 0] + features[:, 1]
    if trial.spoil == "sudden change":
        score = np.where(weeks >= trial.weeks, score - 4 * features[:, 0], score)
    label: Any = score + random.standard_normal(len(days))
    if trial.kind == "classes":
        label = np.where(label > 0, "yes", "no").astype(object)

    inside = weeks == trial.weeks
    if trial.spoil == "shuffled labels":
        label[inside] = random.permutation(label[inside])
    if trial.spoil == "half of them shuffled":
        half = np.flatnonzero(inside)[::2]
        label[half] = random.permutation(label[half])
    if trial.spoil == "a feature's sign":
        features[inside, 0] *= -1
    if trial.spoil == "a feature's unit":
        features[inside, 0] *= 1_000
    return DatedRows(pd.DataFrame(features, columns=["a", "b", "c"]), pd.Series(label), days)


class WeeklyLoop:
    """The loop in memory, by the product's own rules. Without looks, it is a loop that trusts every row."""

    def __init__(self, trial: Trial, rows: DatedRows, with_looks: bool) -> None:
        """rows: those of all weeks; a run sees what has arrived by then."""
        self.trial = trial
        self.rows = rows
        self.with_looks = with_looks
        numbers = trial.kind == "numbers"
        self.kind: Kind = find_kind("regression" if numbers else "classification")
        self.metric: Metric = find_metric("rmse" if numbers else "log_loss", self.kind.name)
        self.estimator = LinearRegression() if numbers else LogisticRegression()
        self.live: _Live | None = None
        self.left_out: set[date] = set()
        self.after_open = False

    def run(self, week: int) -> Look:
        """The run after a week has arrived."""
        arrived = [day_of(each) for each in range(_WEEK * (week + 1))]
        whole = whole_days_of(arrived, self.live.until if self.live else None, arrived[-1])
        if len(whole) < fewest_whole_days(self.live is not None):
            return self._seen(False, ())

        judging = holdout_days(whole, self.after_open)
        new = new_days(whole, judging)
        doubted = self._doubted(judging[0], new) if self.with_looks and self.live else ()
        if self.live and len(set(new) - self.left_out) < FEWEST_NEW_DAYS:
            return self._seen(False, doubted)

        learned = self._chosen(judging)
        features, label = self.rows.where(self._inside(learned))
        model = clone(self.estimator).fit(features, label)
        passes = self._passes(model, judging, label, in_doubt=any(not each.left_out for each in doubted))
        if passes:
            self.live = _Live(model, max(learned), frozenset(learned))
        return self._seen(passes, doubted)

    def _seen(self, is_live: bool, doubted: tuple[DoubtedDays, ...]) -> Look:
        spoiled = {day_of(_WEEK * self.trial.weeks + each) for each in range(_WEEK)}
        return Look(is_live, bool(self.live and self.live.days & spoiled), doubted)

    def _inside(self, days: Collection[date]) -> Any:
        return np.isin(self.rows.days, [(day - _EPOCH).days for day in days])

    def _doubted(self, before: date, new: Collection[date]) -> tuple[DoubtedDays, ...]:
        known = self.rows.days < (before - _EPOCH).days
        rows = DatedRows(*self.rows.where(known), self.rows.days[known])
        doubted = doubt_days(self.estimator, rows, self.kind, set(new), self.left_out)
        if doubted is None:
            return ()
        ordered = [day_of(int(each)) for each in np.unique(rows.days)]
        self.left_out = {day for day in ordered for each in doubted if each.left_out and each.first <= day <= each.last}
        return doubted

    def _chosen(self, judging: Collection[date]) -> list[date]:
        """The days that a candidate learns: the window that the backtest chooses, without those left out."""
        first = min(judging)
        days = [day_of(each) for each in range((first - _EPOCH).days)]
        days = [day for day in days if day not in self.left_out]
        inside = self._inside(days)
        rows = DatedRows(*self.rows.where(inside), self.rows.days[inside])
        judged_by = Judging(len(judging), self.kind, self.metric)
        length = choose_window(FullRefit(self.estimator), rows, _WINDOWS, judged_by).days
        return [day for day in days if length is None or day >= first - timedelta(days=length)]

    def _passes(self, model: Any, judging: Collection[date], learned: Any, in_doubt: bool) -> bool:
        inside = self._inside(judging)
        features, label = self.rows.where(inside)
        labels = self.kind.as_labels(label)
        sure = self.metric.needs_probabilities
        ours = self.kind.answers(model, features, labels, sure)
        if self.live:
            theirs = self.kind.answers(self.live.model, features, labels, sure)
        else:
            theirs = self.kind.trivial_answers(self.kind.trivial_prediction(learned), labels)

        sums = paired_sums(self.metric, ours, theirs, self.rows.days[inside])
        evaluation = Evaluation((self.metric,), (sums,), True, correlation_of_days([], len(judging)))
        asked = GateTerms(
            "refresh" if self.live else "first", _LEVEL, refresh_level=level_of_refresh(_WEEK, len(judging))
        )
        if in_doubt:
            asked = replace(asked, question="change", min_gain=_MIN_GAIN, in_doubt=True)
        checks = judge(asked, evaluation)
        gain = next(check for check in checks if check.name == "gain")
        self.after_open = gain.verdict != "passed" and (gain.upper is None or gain.upper >= 0)
        return all(check.verdict in STOPS_NOBODY for check in checks)


def looks_at(trial: Trial, random: np.random.Generator, with_looks: bool) -> list[Look]:
    """The run that sees the spoiled week first, and the later ones, after a first champion has gone live."""
    loop = WeeklyLoop(trial, made_rows(trial, random), with_looks)
    loop.run(trial.weeks - 1)
    return [loop.run(trial.weeks + each) for each in range(LOOKS)]


def day_of(number: int) -> date:
    """The day with a number."""
    return _EPOCH + timedelta(days=number)
