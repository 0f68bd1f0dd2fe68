"""The trials of a search, side by side on Spark's workers: each is a separate task."""

import logging
import pickle
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd
from pyspark import cloudpickle
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from retraining.records.run import Run
from retraining.strategies.backtest import DatedRows, Judging
from retraining.strategies.strategy import Strategy
from retraining.strategies.trials import Block, Outcome, try_strategy

_CHUNK = 1 << 20
_MOST_BYTES = 1 << 30
"""Rows beyond this stay on the driver: each worker would hold a copy."""
NOT_BEGUN = "not begun, because search.seconds had passed"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Trials:
    """What is tried, and on what. strategies are unfitted, one for each trial."""

    strategies: Sequence[Strategy]
    rows: DatedRows
    blocks: Sequence[Block]
    judging: Judging

    def outcome(self, place: int) -> Outcome:
        """Carries one trial out."""
        return try_strategy(self.strategies[place], self.rows, self.blocks, self.judging)


def run_trials(spark: SparkSession, run: Run, trials: Trials, seconds: float) -> list[Outcome]:
    """The outcome of each trial, in their order. Those that would begin more than this many seconds from now are not
    begun, beside the first, so that there is one."""
    ends = None if run.clock is None else run.clock() + seconds
    packed: bytes = cloudpickle.dumps(trials)  # type: ignore[no-untyped-call]
    if len(trials.strategies) == 1 or len(packed) > _MOST_BYTES:
        _log.info("%d trials run on the driver, on %d MB", len(trials.strategies), len(packed) >> 20)
        return [_in_time(trials, place, ends, run.clock) for place in range(len(trials.strategies))]
    return _on_workers(spark, packed, len(trials.strategies), ends, run.clock)


def _in_time(trials: Trials, place: int, ends: float | None, clock: Callable[[], float] | None) -> Outcome:
    if place > 0 and clock is not None and ends is not None and clock() > ends:
        return Outcome(None, 0.0, NOT_BEGUN)
    return trials.outcome(place)


def _on_workers(
    spark: SparkSession, packed: bytes, count: int, ends: float | None, clock: Callable[[], float] | None
) -> list[Outcome]:
    """A task for each trial: a range of numbers with a partition each, beside what every task needs. No row is
    shuffled, so no trial waits for another one."""

    def run_task(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        parts = [batch for batch in batches if len(batch)]
        if not parts:
            return
        given = pd.concat(parts)
        of_first = given[given["trial"] == given["trial"].iloc[0]].sort_values("place")
        trials: Trials = pickle.loads(b"".join(of_first["part"]))
        for place in sorted(given["trial"].unique()):
            outcome = _in_time(trials, int(place), ends, clock)
            plain = pickle.dumps((outcome.totals, outcome.seconds, outcome.problem))
            yield pd.DataFrame({"trial": [int(place)], "outcome": [plain]})

    chunks = [(start, packed[start : start + _CHUNK]) for start in range(0, len(packed), _CHUNK)]
    needed = spark.createDataFrame(chunks, "place bigint, part binary")
    numbers = spark.range(0, count, 1, count).withColumnRenamed("id", "trial")
    tasks = numbers.crossJoin(F.broadcast(needed))
    answers = tasks.mapInPandas(run_task, "trial bigint, outcome binary").collect()
    by_number = {row["trial"]: Outcome(*pickle.loads(bytes(row["outcome"]))) for row in answers}
    return [by_number[place] for place in range(count)]
