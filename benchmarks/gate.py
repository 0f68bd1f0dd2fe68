"""How often the gate is wrong, and what that costs: simulated, for histories and days of every shape.

PYTHONPATH=src python benchmarks/gate.py [--seed 1] [--trials 3000]
"""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import numpy as np
from rich.console import Console
from rich.table import Table
from shared.diabetes_gates import ask_all
from shared.gate_trials import HISTORIES, PROCESSES, Process, Shares, measure_levels
from shared.look_trials import CADENCES, LOOKED_AT, NOISE, Looking, look_for_a_month, look_for_a_year
from shared.metric_trials import METRICS, level_of_metric
from shared.result import Measure, finish

from retraining.kinds.metric import Groups, Metric, Predictions
from retraining.rules.gate.correlation import ASSUMED
from retraining.rules.gate.evaluation import Evaluation, GateTerms, paired_sums
from retraining.rules.gate.jackknife import PairedSums
from retraining.rules.gate.judge import judge
from retraining.rules.gate.metrics import find_metric

HOLDOUTS = (6, 7, 14, 28)
MOST_LEVEL = 6.5
MOST_LEVEL_OF_SLOW = 8.0
FALSE_PROMOTIONS_A_YEAR = 0.5
MOST_OF_A_MONTH = 25.0
_SPLITS = 200


Level = tuple[str, Process, Shares]


def levels(seed: int, trials: int) -> Iterator[Level]:
    """Every history and process, each with random numbers of its own; hold-outs of one row share a history."""
    for place, history in enumerate(HISTORIES):
        for process in PROCESSES:
            random = np.random.default_rng([seed, place, PROCESSES.index(process)])
            for shares in measure_levels(random, process, HISTORIES[history], HOLDOUTS, trials):
                yield history, process, shares


def show_levels(found: Sequence[Level], trials: int) -> None:
    """The table of levels: wrong and not wrong."""
    table = Table(
        title=f"Share of {trials:,} trials, in per cent: shown to be better without a true gain, at 5 %",
        caption="equal refused: a refresh that is exactly as good, weekly looks; a day's difference has a standard "
        "deviation of 5 % of the loss. 10 % better: shown to be better. t: a t test that takes days as independent",
    )
    for name in ("history", "process", "days", "level", "equal refused", "10 % better", "t", "lowest bound, in errors"):
        table.add_column(name, justify="left" if name in ("history", "process") else "right")
    for history, process, of in found:
        shares = (of.level, of.equal_refused, of.power, of.independent)
        texts = (f"{100 * each:.1f}" for each in shares)
        table.add_row(history, process.name, str(of.days), *texts, f"{of.reach:.1f}")
    Console(width=150).print(table)


def show_looks(months: Sequence[Looking], years: Sequence[Looking]) -> None:
    """The table of repeated looks."""
    table = Table(title=f"Repeated looks; {FALSE_PROMOTIONS_A_YEAR} false promotions a year wanted, {NOISE} as noise")
    for name in ("history", "process", "cadence", "10 % worse passes in a month", "equal refused all month", "a year"):
        table.add_column(name, justify="left" if name in ("history", "process", "cadence") else "right")
    for month, year in zip(months, years, strict=True):
        month_of = f"{100 * month.wrong:.1f} %", f"{100 * month.refused:.1f} %"
        table.add_row(month.history, month.process, month.cadence, *month_of, f"{year.wrong:.2f}")
    Console(width=150).print(table)


def show_metrics(found: Sequence[tuple[str, int, str, float]]) -> None:
    """The table of metrics."""
    table = Table("metric", "days", "days are", "level, %", title="Rows of two equal models, day by day")
    for name, days, how, level in found:
        table.add_row(name, str(days), how, f"{100 * level:.1f}")
    Console(width=100).print(table)


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


def measures(found: Sequence[Level], by_metric: float, months: float, years: float) -> list[Measure]:
    """What is promised."""
    slow = max(of.level for _, process, of in found if process.is_slow)
    others = max(of.level for _, process, of in found if not process.is_slow)
    independent = max(of.independent for *_, of in found)
    count = sum(not process.is_slow for _, process, _ in found)
    beside = f"t test {100 * independent:.0f}"
    return [
        _promise(f"level, worst of {count}, in per cent", beside, 100 * others, MOST_LEVEL),
        _promise(f"level with slow trends, worst of {len(found) - count}", beside, 100 * slow, MOST_LEVEL_OF_SLOW),
        _promise("level of every metric, worst, in per cent", "5", 100 * by_metric, MOST_LEVEL),
        _promise("10 % worse passes a month of refresh looks, worst, in per cent", "25", 100 * months, MOST_OF_A_MONTH),
        _promise("false promotions of changes a year, worst", "0.5", years, FALSE_PROMOTIONS_A_YEAR),
    ]


def _promise(what: str, beside: str, found: float, most: float) -> Measure:
    return Measure(what, beside, f"{found:.2f}", found, most)


def _metrics(seed: int, trials: int) -> Iterator[tuple[str, int, str, float]]:
    for place, (name, _) in enumerate(METRICS):
        for days in (7, 28):
            for is_correlated in (False, True):
                random = np.random.default_rng([seed, place, days, is_correlated])
                how = "correlated, 0.85" if is_correlated else "independent"
                yield name, days, how, level_of_metric(random, name, days, is_correlated, trials)


def main() -> None:
    """Prints the tables and what is promised of them, and ends with 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=3_000)
    asked = parser.parse_args()

    found = list(levels(asked.seed, asked.trials))
    show_levels(found, asked.trials)
    by_metric = list(_metrics(asked.seed, 2 * asked.trials))
    show_metrics(by_metric)
    cases = [
        (history, process, cadence) for history in LOOKED_AT[0] for process in LOOKED_AT[1] for cadence in CADENCES
    ]
    months = [look_for_a_month([asked.seed, 1], asked.trials // 2, *case) for case in cases]
    years = [look_for_a_year([asked.seed, 2], asked.trials // 6, *case) for case in cases]
    show_looks(months, years)

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
    machine = f"{os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}"
    worst = max(each[3] for each in by_metric), max(each.wrong for each in months), max(each.wrong for each in years)
    promises = [*measures(found, *worst), speed]
    finish(
        "Gate",
        f"python benchmarks/gate.py --seed {asked.seed} --trials {asked.trials}",
        machine,
        promises,
        whole=asked.trials >= 3_000,
    )


if __name__ == "__main__":
    main()
