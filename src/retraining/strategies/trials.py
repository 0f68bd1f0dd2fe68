"""One trial of a search: a form of the model is fitted on older rows and judged by newer ones, block by block."""

import re
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.base import clone

from retraining.errors import RetrainingError
from retraining.kinds.metric import FloatArray, Groups
from retraining.strategies.backtest import DatedRows, Judging, Mask, error_of, fitted_on, totals_on
from retraining.strategies.full_refit import FullRefit
from retraining.strategies.strategy import Strategy

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\[[^\]]*\]")
_PARTS_OF_KEYS = 10
"""Groups of exchangeable rows, in the place of days."""


@dataclass(frozen=True)
class Block:
    """Rows that judge, and those that are learned before."""

    learned: Mask
    judged: Mask
    groups: Groups
    """Of each judged row: the number of its day among those of the block."""


@dataclass(frozen=True)
class Outcome:
    """What came of a trial. totals: sums of the metric by day, of shape (days, sums); None where it failed, and then
    problem says why."""

    totals: FloatArray | None
    seconds: float
    problem: str | None = None


def blocks_of(rows: DatedRows, judging: Judging, count: int) -> tuple[Block, ...]:
    """At most count blocks, the newest first. A block before which nothing can be learned is left out. Where no days
    judge, as with a reserved hold-out, keys are divided."""
    places = _by_time(rows, judging.days, count) if judging.days else _by_key(len(rows.label), max(2, count))
    return tuple(
        Block(learned, judged, groups)
        for learned, judged, groups in places
        if learned.any() and judged.any() and judging.kind.why_not_learned(rows.label[learned]) is None
    )


def _by_time(rows: DatedRows, length: int, count: int) -> Iterator[tuple[Mask, Mask, Groups]]:
    """Whole days, as many as the hold-out has, one block before the other; each learns all that is older."""
    for place in range(count if len(rows.days) else 0):
        end = int(rows.days.max()) + 1 - place * length
        learned = rows.days < end - length
        judged = ~learned & (rows.days < end)
        yield learned, judged, np.unique(rows.days[judged], return_inverse=True)[1]


def _by_key(rows: int, count: int) -> Iterator[tuple[Mask, Mask, Groups]]:
    """Rows without a time are sorted by the hash of their key, so every count-th of them is a part like any other."""
    for place in range(count):
        judged = np.arange(rows) % count == place
        yield ~judged, judged, np.arange(int(judged.sum())) % _PARTS_OF_KEYS


def try_strategy(strategy: Strategy, rows: DatedRows, blocks: Sequence[Block], judging: Judging) -> Outcome:
    """A trial. Whatever the learner raises is its result: other forms may be better."""
    started = time.perf_counter()
    totals: FloatArray | None = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of arguments that are far from good, and are not chosen
            models = (fitted_on(strategy, rows, block.learned) for block in blocks)
            parts = [
                totals_on(model, rows, at.judged, judging, at.groups) for model, at in zip(models, blocks, strict=True)
            ]
        totals = np.vstack(parts)
        finite = np.isfinite(error_of(judging.metric, totals))
        problem = None if finite else f"its {judging.metric.name} on the rows that judge is not a finite number"
    except Exception as err:  # whatever the user's recipe raises
        problem = what_it_says(err)
    return Outcome(None if problem else totals, time.perf_counter() - started, problem)


def with_and_without_start(strategy: Strategy) -> tuple[Strategy, Strategy]:
    """A strategy that starts from a model, unfitted, and the same recipe from nothing."""
    return clone(strategy), FullRefit(strategy.estimator)


def what_it_says(err: Exception) -> str:
    """The first line of an error, without a full stop; what a library raised by its name, and without what it
    quotes."""
    if isinstance(err, RetrainingError):
        return str(err).splitlines()[0].rstrip(".")
    return f"{type(err).__name__}: {without_quotes(err)}"


def without_quotes(err: Exception) -> str:
    """The first line of what a library says, without a full stop and without what it quotes: that may be values of
    rows."""
    lines = str(err).splitlines() or [type(err).__name__]
    return _QUOTED.sub("...", lines[0].rstrip("."))[:200]
