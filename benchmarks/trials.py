"""How many trials of a search a second Spark's workers finish, beside the same trials in one process.

PYTHONPATH=src python benchmarks/trials.py [--trials 40] [--rows 20000]
"""

import argparse
import os
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
from pyspark import cloudpickle
from shared.result import Measure, finish
from threadpoolctl import threadpool_limits

import recipes
import retraining
import served_model
from local_workspace.engines.spark_session import start_spark
from recipes.boosting import regression
from retraining.kinds.regression import REGRESSION
from retraining.records.run import Run
from retraining.steps.training.run_trials import Trials, run_trials
from retraining.strategies.backtest import DatedRows, Judging
from retraining.strategies.full_refit import FullRefit
from retraining.strategies.trials import blocks_of

LEAST = 0.8
"""Of cores x the rate of one process."""
WHOLE = 40
COLUMNS = ["a", "b", "c", "d"]


def trials_of(count: int, rows: int) -> Trials:
    """Boosted trees of a moderate size, each judged on three weeks."""
    random = np.random.default_rng(1)
    features = pd.DataFrame(random.normal(size=(rows, len(COLUMNS))), columns=COLUMNS)
    label = features["a"] * features["b"] + features["c"] + pd.Series(random.normal(size=rows))
    dated = DatedRows(features, label, 19_000 + np.arange(rows) * 60 // rows)
    judging = Judging(7, REGRESSION, REGRESSION.followed)
    made = [FullRefit(regression(COLUMNS, [], {"max_iter": 40 + place % 20})) for place in range(count)]
    return Trials(made, dated, blocks_of(dated, judging, 3), judging)


def main() -> None:
    """Measures both, and ends with 1 when the stated ratio is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=WHOLE)
    parser.add_argument("--rows", type=int, default=20_000)
    asked = parser.parse_args()
    for package in (recipes, retraining, served_model):
        cloudpickle.register_pickle_by_value(package)

    cores = os.cpu_count() or 1
    trials = trials_of(asked.trials, asked.rows)
    now = datetime.now(UTC)
    run = Run("1", uuid.uuid4().hex, "benchmark", now, now, time.perf_counter)
    with tempfile.TemporaryDirectory() as state:
        spark = start_spark(Path(state), persistent=False)
        run_trials(spark, run, trials_of(cores, 500), 600)  # workers start once
        started = time.perf_counter()
        found = run_trials(spark, run, trials, 600)
        on_workers = asked.trials / (time.perf_counter() - started)
        spark.stop()
    started = time.perf_counter()
    with threadpool_limits(1):  # as in a worker
        alone = [trials.outcome(place) for place in range(asked.trials)]
    in_one = asked.trials / (time.perf_counter() - started)

    same = all(np.array_equal(one.totals, other.totals) for one, other in zip(found, alone, strict=True))
    what = (
        f"{asked.trials} trials on {asked.rows:,} rows: at least {LEAST} x {cores} x one process; same errors: {same}"
    )
    needed = LEAST * cores * in_one
    measure = Measure(what, f"{in_one:.2f} trials/s", f"{on_workers:.2f} trials/s", needed / on_workers, 1)
    machine = f"{cores} cores, {now:%Y-%m-%d}"
    finish("Trials of a search", "python benchmarks/trials.py", machine, [measure], whole=asked.trials >= WHOLE)


if __name__ == "__main__":
    main()
