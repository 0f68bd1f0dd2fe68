"""How often the gate is wrong, and how often it sees a gain that is there: simulated, beside the rules people use.

PYTHONPATH=src python benchmarks/gate.py [--seed 1] [--trials 5000]
"""

import argparse
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from rich.console import Console
from rich.table import Table
from scipy import stats
from shared.diabetes_gates import ask_all
from shared.gate_trials import PROCESSES, ROW_NOISE, Process, Trials, draw
from shared.result import Measure, finish

from retraining.kinds.metric import FloatArray, Groups, Metric, Predictions
from retraining.rules.gate.correlation import ASSUMED, fit_decay, lag_products
from retraining.rules.gate.evaluation import Evaluation, GateTerms, paired_sums
from retraining.rules.gate.jackknife import PairedSums, jackknife, variance_inflation
from retraining.rules.gate.judge import judge
from retraining.rules.gate.metrics import find_metric

MEAN_LOSS = find_metric("mse", "regression")
ALPHA = 0.05
MIN_GAIN = 0.05
REAL_GAIN = 0.10
_SPLITS = 200


@dataclass(frozen=True)
class Shares:
    """Of all trials. level: without a true gain, shown to be better; power: the same with a gain that the noncentral t
    finds in four of five cases; nominal: what that t says. lag_1: level with a lag-1 correlation alone. gates: promoted
    by refresh and change without a gain, by change with a gain of REAL_GAIN. paper, bootstrap: level of these rules."""

    level: float
    power: float
    nominal: float
    lag_1: float
    refresh: float
    change: float
    change_real: float
    paper: float
    bootstrap: float


def measure(random: np.random.Generator, process: Process, trials: int, days: int, rows: int) -> Shares:
    """One line of the table."""
    drawn = draw(random, process, trials, days, rows)
    products = lag_products(drawn.history)
    share, decay = fit_decay(products, drawn.history.shape[1])
    gain, independent = _gain_and_error(drawn, 0.0)
    error = independent * np.sqrt(variance_inflation(days, share, decay))
    critical = stats.t.ppf(1 - ALPHA, days - 1)
    shift, nominal = _shift(process, days, rows)
    moved, its_error = _gain_and_error(drawn, shift)
    its_error = its_error * np.sqrt(variance_inflation(days, share, decay))
    real, real_error = _gain_and_error(drawn, REAL_GAIN)
    real_error = real_error * np.sqrt(variance_inflation(days, share, decay))
    lag_1 = np.clip((180 * products[:, 1] / products[:, 0] + 1) / 176, 0, 0.95)
    of_lag_1 = independent * np.sqrt(variance_inflation(days, np.ones(trials), lag_1))
    return Shares(
        level=float(np.mean(gain > critical * error)),
        power=float(np.mean(moved > critical * its_error)),
        nominal=nominal,
        lag_1=float(np.mean(gain > critical * of_lag_1)),
        refresh=float(np.mean((gain > -MIN_GAIN) & (gain + critical * error >= 0))),
        change=float(np.mean((gain >= MIN_GAIN) & (gain > critical * error))),
        change_real=float(np.mean((real >= MIN_GAIN) & (real > critical * real_error))),
        paper=_paper(drawn),
        bootstrap=_bootstrap(drawn),
    )


def _gain_and_error(drawn: Trials, true_gain: float) -> tuple[FloatArray, FloatArray]:
    """The champion loses 1 on every row, the candidate less by the true gain and the drawn difference."""
    rows = np.full(drawn.holdout.shape, float(drawn.rows_a_day))
    ours = np.stack([rows, rows * (1 - true_gain - drawn.holdout)], axis=-1)
    theirs = np.stack([rows, rows], axis=-1)
    return jackknife(MEAN_LOSS, ours, theirs)


def _shift(process: Process, days: int, rows: int) -> tuple[float, float]:
    """The true gain that a t test of independent days finds in four of five cases, and that share exactly."""
    rows_a_day = max(1, rows // days)
    error = np.sqrt((ROW_NOISE**2 / rows_a_day + process.day_effect**2) / days)
    critical = stats.t.ppf(1 - ALPHA, days - 1)
    shift = (critical + stats.t.ppf(0.8, days - 1)) * error
    return float(shift), float(stats.nct.sf(critical, days - 1, shift / error))


def _paper(drawn: Trials) -> float:
    """The white paper compares the metrics of two different test sets: another stretch of days judges the champion."""
    days = drawn.holdout.shape[1]
    return float(np.mean(drawn.holdout.mean(axis=1) > drawn.history[:, :days].mean(axis=1)))


def _bootstrap(drawn: Trials) -> float:
    """Rows resampled as if days did not exist. With hundreds of rows its percentiles are those of a normal
    distribution, so that is what is computed."""
    days = drawn.holdout.shape[1]
    between = drawn.holdout.var(axis=1)
    of_row = ROW_NOISE**2 * (1 - 1 / drawn.rows_a_day) + between
    return float(
        np.mean(drawn.holdout.mean(axis=1) > stats.norm.ppf(1 - ALPHA) * np.sqrt(of_row / drawn.rows_a_day / days))
    )


def seconds_of_gate() -> float:
    """The gate on 100,000 rows in memory: 28 days, 5 metrics, 10 slices. On Spark the workers add the rows up."""
    random = np.random.default_rng(0)
    label, days = random.normal(100, 10, 100_000), random.integers(0, 28, 100_000)
    ours, theirs = (Predictions(label, label + random.normal(0, 5, 100_000)) for _ in range(2))
    names = ("rmse", "mae", "mape", "r2", "pinball_0.9")
    metrics = [find_metric(name, "regression") for name in names]
    started = time.perf_counter()
    sums = tuple(paired_sums(metric, ours, theirs, days) for metric in metrics)
    slices = {f"slice {place}": _slice(metrics[0], ours, theirs, days, place) for place in range(10)}
    evaluation = Evaluation(tuple(metrics), sums, True, ASSUMED, slices=slices)
    judge(GateTerms("refresh", guards=names[1:], floors={"mae": 5.0}), evaluation)
    return time.perf_counter() - started


def _slice(metric: Metric, ours: Predictions, theirs: Predictions, days: Groups, place: int) -> PairedSums:
    inside = np.arange(len(days)) % 10 == place
    parts = (Predictions(each.label[inside], each.prediction[inside]) for each in (ours, theirs))
    return paired_sums(metric, *parts, days[inside])


def lines(seed: int, trials: int) -> Iterator[tuple[Process, int, int, Shares]]:
    """All combinations, each with random numbers of its own."""
    for days in (7, 14, 28):
        for process in PROCESSES:
            for rows in (500, 2_000, 10_000):
                key = [seed, days, PROCESSES.index(process), rows]
                yield process, days, rows, measure(np.random.default_rng(key), process, trials, days, rows)


def show(found: list[tuple[Process, int, int, Shares]], trials: int) -> None:
    """The table."""
    table = Table(title=f"Share of {trials:,} trials, in per cent", caption="level, refresh, change: no true gain")
    for name in ("process", "days", "rows", "level", "lag 1 only", "bootstrap", "paper", "power", "t says"):
        table.add_column(name, justify="left" if name == "process" else "right")
    for name in ("refresh", "change", f"change, {REAL_GAIN:.0%} better"):
        table.add_column(name, justify="right")
    for process, days, rows, of in found:
        shares = (
            of.level,
            of.lag_1,
            of.bootstrap,
            of.paper,
            of.power,
            of.nominal,
            of.refresh,
            of.change,
            of.change_real,
        )
        table.add_row(process.name, str(days), f"{rows:,}", *(f"{100 * each:.1f}" for each in shares))
    Console(width=150).print(table)


def measures(found: list[tuple[Process, int, int, Shares]]) -> list[Measure]:
    """What is promised: levels, and the power for normal errors."""
    plain = max(of.level for process, _, _, of in found if not process.decay)
    serial = max(of.level for process, _, _, of in found if process.decay)
    lost = max(of.nominal - of.power for process, _, _, of in found if process.name == "normal")
    bootstrap = max(of.bootstrap for *_, of in found)
    return [
        _promise("level without autocorrelation, worst of 27, in per cent", "5", plain, 6.0),
        _promise(
            "level with autocorrelation, worst of 9, in per cent", f"bootstrap {100 * bootstrap:.0f}", serial, 6.5
        ),
        _promise("power lost against the noncentral t, worst of 9, in points", "0", lost, 5.0),
    ]


def _promise(what: str, beside: str, share: float, most: float) -> Measure:
    return Measure(what, beside, f"{100 * share:.1f}", 100 * share, most)


def main() -> None:
    """Prints the table and what is promised of it, and ends with 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=5_000)
    asked = parser.parse_args()
    found = list(lines(asked.seed, asked.trials))
    show(found, asked.trials)
    answers = ask_all(_SPLITS)
    of_penalty = 1 - answers.gain_with_equal_penalty / answers.gain
    print(
        f"The white paper's diabetes table, {answers.splits} splits: the paper's rule promotes {answers.paper} "
        f"candidates with 20 new rows of 442, and {answers.paper_without_new_rows} with none; a refresh "
        f"{answers.refresh}, a change {answers.change}. Mean gain {answers.gain:+.2%}, with a penalty that grows with "
        f"the rows {answers.gain_with_equal_penalty:+.2%}: {of_penalty:.0%} of it is the penalty's."
    )
    took = seconds_of_gate()
    what = "judging 100,000 rows, 28 days, 5 metrics, 10 slices, in seconds"
    speed = Measure(what, "-", f"{took:.2f} s", took, 5.0)
    machine = f"{os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}, seed {asked.seed}"
    finish("Gate", "python benchmarks/gate.py", machine, [*measures(found), speed], whole=asked.trials >= 5_000)


if __name__ == "__main__":
    main()
