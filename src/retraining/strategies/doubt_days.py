"""Whether the newest days can be learned from: models of the days before, and of the days themselves, are asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from retraining.kinds.kind import Kind
from retraining.kinds.metric import NO_SIGNAL, Signal, mean_signal
from retraining.records.decision import Doubt, DoubtedDays
from retraining.rules.gate.doubt import DaySigns, RunSigns, can_tell, days_in_doubt, judge_run
from retraining.rules.gate.holdout import holdout_days
from retraining.strategies.backtest import DatedRows

_EPOCH = date(1970, 1, 1)
_EARLIER_RUNS = 3
"""Runs of earlier days, as long as the one in doubt, that show what can usually be learned from that number of rows."""


@dataclass(frozen=True)
class _Asked:
    """An estimator, the rows, and what their kind decides."""

    estimator: Any
    rows: DatedRows
    kind: Kind

    def inside(self, days: Collection[date]) -> NDArray[np.bool_]:
        """The rows of some days."""
        return np.isin(self.rows.days, [(day - _EPOCH).days for day in days])

    def signs(self, learned: NDArray[np.bool_], asked: NDArray[np.bool_]) -> list[DaySigns]:
        """A model of some rows on others, day by day; no day where it cannot be fitted."""
        features, label = self.rows.where(learned)
        if not len(label) or self.kind.why_not_learned(label) or not asked.any():
            return []

        model = clone(self.estimator).fit(features, label)
        features, label = self.rows.where(asked)
        labels = self.kind.as_labels(label)
        with_probabilities = self.kind.has_probabilities and hasattr(model, "predict_proba")
        answers = self.kind.answers(model, features, labels, with_probabilities)
        losses = self.kind.telling_losses(answers)
        days = self.rows.days[asked]
        return [
            DaySigns(
                _EPOCH + timedelta(days=int(day)),
                self.kind.signal(answers.at(days == day)),
                float(np.sum(losses[days == day])),
                int(np.sum(days == day)),
                int(np.unique(labels[days == day], return_counts=True)[1].max()),
            )
            for day in np.unique(days)
        ]

    def signs_of_halves(self, days: Collection[date]) -> list[DaySigns]:
        """Each half of the days' rows, by a model of the other half."""
        places = np.flatnonzero(self.inside(days))
        halves = [np.isin(np.arange(len(self.rows.days)), places[half::2]) for half in (0, 1)]
        return [*self.signs(*halves), *self.signs(*halves[::-1])]


def doubt_days(
    estimator: Any, rows: DatedRows, kind: Kind, new: Collection[date], left_out: Collection[date]
) -> tuple[DoubtedDays, ...] | None:
    """Runs of days on which what the days before teach does not hold, and why; None where the days before are too few
    to say what is usual, or show no signal.

    rows end before the hold-out, so that it judges nothing but the candidate. new: the days after the champion's data.
    left_out: days that an earlier look left out; they are looked at again, because their rows may be corrected by now.
    """
    asked = _Asked(estimator, rows, kind)
    every = [_EPOCH + timedelta(days=int(day)) for day in np.unique(rows.days)]
    tested = [day for day in every if day in new or day in left_out]
    before = [day for day in every if new and day < min(new) and day not in left_out]
    reference = holdout_days(before)
    usual = asked.signs(asked.inside([day for day in before if day not in reference]), asked.inside(reference))
    if not can_tell(mean_signal(each.signal for each in usual)):
        return None

    signs = asked.signs(asked.inside(before), asked.inside(tested))
    of_days = dict(zip([each.day for each in signs], days_in_doubt(signs, usual), strict=True))
    found: list[DoubtedDays] = []
    nothing_follows = True
    for sign, group in groupby(reversed(every), key=of_days.get):
        run = sorted(group)
        if sign is None:
            nothing_follows = False
            continue

        of_run = [each for each in signs if each.day in run]
        compared = replace(_compare(asked, of_run, usual, before, nothing_follows), is_frozen=sign == "frozen")
        doubt = judge_run(compared)
        nothing_follows = nothing_follows and doubt is not None
        if doubt:
            found.append(DoubtedDays(run[0], run[-1], doubt, _sentence(run, doubt, compared)))
    return tuple(reversed(found))


def _compare(
    asked: _Asked, of_run: Sequence[DaySigns], usual: Sequence[DaySigns], before: Sequence[date], goes_on: bool
) -> RunSigns:
    length = len(of_run)
    ends = [len(before) - length * place for place in range(_EARLIER_RUNS)]
    earlier = [asked.signs_of_halves(before[end - length : end]) for end in ends if end >= length]
    earlier = earlier or [asked.signs_of_halves(before)]
    own = asked.signs_of_halves([each.day for each in of_run])
    usual_own = [_signal(each) for each in earlier]
    middle = sorted(usual_own, key=lambda signal: signal.value)[len(usual_own) // 2]
    worse = _mean_loss(of_run) / _mean_loss(own) * np.median([_mean_loss(each) for each in earlier])
    return RunSigns(
        _signal(of_run), _signal(own), _signal(usual), middle, float(worse / _mean_loss(usual)), goes_on=goes_on
    )


def _signal(signs: Sequence[DaySigns]) -> Signal:
    return mean_signal(each.signal for each in signs) if signs else NO_SIGNAL


def _mean_loss(signs: Sequence[DaySigns]) -> float:
    """NaN where nothing was asked, or nothing was wrong: no ratio is made of it."""
    rows = sum(each.rows for each in signs)
    return sum(each.loss for each in signs) / rows or np.nan if rows else np.nan


def _sentence(run: Sequence[date], doubt: Doubt, signs: RunSigns) -> str:
    days = f"{run[0]}" if len(run) == 1 else f"{run[0]} to {run[-1]}"
    if signs.is_frozen:
        return (
            f"{days}: every row has the same label. Nothing can be learned from such labels, so no model learns them."
        )

    found = (
        f"{signs.old.value:.2f} by a model of the days before and {signs.own.value:.2f} by one of these days "
        f"themselves ({signs.usual_old.value:.2f} and {signs.usual_own.value:.2f} are usual)"
    )
    follows = {
        "no_signal": "Nothing can be learned from these labels, so no model learns them",
        "went_back": "The days after are again as before, so no model learns these",
        "changed": "Whether that has come to stay is not known yet, so a candidate that learned them must be shown to "
        "be better",
    }
    return f"{days}: labels are put in order to {found}. {follows[doubt]}."
