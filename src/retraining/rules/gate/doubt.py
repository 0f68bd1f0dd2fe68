"""Which of the newest days should not be learned yet, because what was known before does not hold on them.

A model of the days before meets a day as it was when it arrived. Three signs tell spoiled rows from a changed world:
whether that model still puts the rows in the order of their labels, whether a model of these days themselves can (each
half predicted by the other one: shuffled labels cannot be learned, a true change can), and what the days after show.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from retraining.kinds.metric import FloatArray, Signal, mean_signal
from retraining.records.decision import Doubt

LEAST_SIGNAL = 0.5
"""Of the usual signal: rows in which no model finds as much do not say what to learn. Where half of the labels were
shuffled, half is left."""
WEAK_SIGNAL = 0.75
"""Of the usual signal: a day with less is looked at more closely."""
MUCH_WORSE = 4.0
"""Times the mean loss (twice the RMSE, or four times the log loss) that a model of the days before has, compared with a
model of these days themselves, where both are usually alike: seasons and weather on flights stay below 3.4."""
_STEPS = 1.25
"""How much better than the model of the days before one of these days themselves orders them, where they changed."""
_ERRORS = 3.0
_SWITCH = 5.0
"""What days must say, in units of the log-likelihood, before a run of days in doubt begins or ends. One day that is a
little worse than usual is none."""
_MOST_OF_A_DAY = 50.0
_DOUBLE = float(np.log(2))


@dataclass(frozen=True)
class DaySigns:
    """A day on which a model of earlier days was asked: its signal, and the sum of its losses over its rows."""

    day: date
    signal: Signal
    loss: float
    rows: int


@dataclass(frozen=True)
class RunSigns:
    """Days in doubt that follow each other. old: a model of the days before on them; own: models of each half of them
    on the other half; usual_old and usual_own: the same of earlier days. worse: how many times the loss of own is that
    of old, divided by what is usual. goes_on: no day follows that is as before."""

    old: Signal
    own: Signal
    usual_old: Signal
    usual_own: Signal
    worse: float
    goes_on: bool


def can_tell(usual: Signal) -> bool:
    """Whether earlier days show a signal at all, so that one that is gone can be missed."""
    return usual.rows > 0 and usual.value * usual.rows**0.5 > _ERRORS


Sign = Literal["weak", "costly"]
"""weak: little of the usual signal. costly: the usual order, and a loss twice as large."""


def days_in_doubt(days: Sequence[DaySigns], usual: Sequence[DaySigns]) -> list[Sign | None]:
    """The sign of days in order, compared with earlier days on which a model was asked in the same way; None where
    there is none. Days are taken together: what each says is added up, and the most likely runs are found (Viterbi
    1967), however long they are and wherever they begin."""
    both = zip(_runs(_weak(days, usual)), _runs(_costly(days, usual)), strict=True)
    return ["weak" if weak else "costly" if costly else None for weak, costly in both]


def judge_run(run: RunSigns) -> Doubt | None:
    """Why these days are in doubt; None where they are as learnable as they were, only noisier, or where rows are few.

    no_signal: neither model finds what is usually found. changed: a model of these days themselves does, and one of the
    days before does not, or errs far more. went_back: they changed so, and the days after are again as they were.
    """
    usual = Signal(run.usual_own.value, run.own.rows)
    if not can_tell(run.usual_old) or not can_tell(usual):
        return None
    if max(run.old.value, run.own.value) < LEAST_SIGNAL * run.usual_own.value:
        return "no_signal"

    expected = run.old.value * run.usual_own.value / run.usual_old.value
    error = float(np.sqrt(2 / run.own.rows))
    is_clear = run.own.value - max(0.0, expected) > _ERRORS * error and run.own.value > _STEPS * expected
    if not is_clear and not run.worse > MUCH_WORSE:
        return None
    return "changed" if run.goes_on else "went_back"


def _weak(days: Sequence[DaySigns], usual: Sequence[DaySigns]) -> FloatArray:
    """What each day says for half of the usual signal, and against all of it. Days differ by more than the noise of
    their rows, as far as the earlier ones did."""
    whole = mean_signal(each.signal for each in usual).value
    known = [each.signal for each in usual if each.signal.rows > 0]
    noise = float(np.mean([1 / each.rows for each in known])) if known else 0.0
    between = max(0.0, _variance([each.value for each in known]) - noise)

    said = np.zeros(len(days))
    for place, each in enumerate(days):
        if each.signal.rows > 0:
            certain = 1 / (1 / each.signal.rows + between)
            said[place] = certain * whole / 2 * (WEAK_SIGNAL * whole - each.signal.value)
    return said


def _costly(days: Sequence[DaySigns], usual: Sequence[DaySigns]) -> FloatArray:
    """What each day says for twice the usual mean loss, and against the usual one, in logarithms."""
    rows = sum(each.rows for each in usual)
    loss = sum(each.loss for each in usual)
    if not rows or not loss > 0 or not np.isfinite(loss):
        return np.zeros(len(days))

    def level(each: DaySigns) -> float:
        return float(np.log((each.loss + loss / rows) / (each.rows + 1)))

    before = [level(each) for each in usual]
    variance = _variance(before) + 1 / (rows / len(usual))
    levels = np.array([level(each) for each in days])
    return np.asarray((levels - np.mean(before) - _DOUBLE / 2) * _DOUBLE / variance)


def _variance(values: Sequence[float]) -> float:
    return float(np.var(values, ddof=1)) if len(values) > 1 else 0.0


def _runs(said: FloatArray) -> list[bool]:
    """The most likely states, where a change of state costs as much as days must say for it."""
    said = np.clip(np.nan_to_num(said, nan=0.0), -_MOST_OF_A_DAY, _MOST_OF_A_DAY)
    before = np.array([0.0, -_SWITCH])
    came_from = np.zeros((len(said), 2), dtype=np.int64)
    for place, each in enumerate(said):
        ways = before[:, None] - _SWITCH * (1 - np.eye(2)) if place else np.diag(before) - 1e9 * (1 - np.eye(2))
        came_from[place] = np.argmax(ways, axis=0)
        before = np.max(ways, axis=0) + np.array([0.0, each])

    state = int(np.argmax(before))
    states = []
    for place in range(len(said) - 1, -1, -1):
        states.append(state == 1)
        state = int(came_from[place, state])
    return states[::-1]
