"""How often the drift verdict is wrong, and how often it sees a shift that is there: simulated.

PYTHONPATH=src python benchmarks/drift_power.py [--seed 1] [--batches 1000] [--cases 300] [--peers 20]

An hour on 2 cores. --cases N: batches of each named case, a quarter of them where a classifier is asked. --peers N asks
Evidently and NannyML about N batches a size and process instead, in throw-away environments of 2 GB.
"""

import argparse
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table
from shared.drift_cases import measure_cases
from shared.peer_verdicts import Cell, compare_with_peers
from shared.result import Measure, finish

from retraining.records.drift import LABEL, PREDICTION, DriftReference
from retraining.records.run import Run
from retraining.rules.drift.batch_verdict import judge_batch
from retraining.rules.drift.bin_finder import bin_finder
from retraining.rules.drift.compare_column import DriftEvaluation, compare_column
from retraining.rules.drift.fit_references import TrainingRows, fit_references
from retraining.rules.drift.profile import numeric_profile, profile_doubles
from retraining.spec.model_spec import ModelSpec

FloatArray = NDArray[np.float64]

COLUMNS, SHIFTED, SHIFT = 20, 5, 0.3
DAYS, BATCH_DAYS = 364, 7
REFERENCE_ROWS = 100_000
DAY_SHARE, DAY_CORRELATION = 0.1, 0.6
SIZES = (100, 200, 1_000, 10_000, 100_001)
"""Batches are as large as the logarithm of their rows, drawn evenly, says: as many small ones as large ones."""
RUN = Run("0", "0", "0", datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), lambda: 0.0)
NAMES = [f"x{number}" for number in range(COLUMNS)]
SPEC = ModelSpec.model_validate(
    {
        "model": "power",
        "kind": "regression",
        "source": {"table": "power", "ledger_column": "at", "keys": ["id"]},
        "columns": {"label": "y", "numeric": NAMES},
        "recipe": "recipes.ridge.pipeline",
        "schedule": "weekly",
    }
)


REFERENCES = 10
"""A reference is drawn by chance too."""


@dataclass(frozen=True)
class Process:
    """Rows of 20 standard normal columns that share a part of each row, and that a day may move together."""

    correlation: float
    day_share: float = 0.0

    @property
    def name(self) -> str:
        """As the table shows it."""
        days = f", days {self.day_share:g} of variance" if self.day_share else ""
        return f"correlation {self.correlation:g}{days}"


PROCESSES = (*(Process(each) for each in (0.0, 0.5, 0.9)), *(Process(each, DAY_SHARE) for each in (0.0, 0.5, 0.9)))


def draw(random: np.random.Generator, process: Process, rows: int, days: int, effects: FloatArray) -> FloatArray:
    """Shape (rows, columns). effects: shape (days, columns), what each day adds to all its rows."""
    shared = random.standard_normal((rows, 1))
    own = random.standard_normal((rows, COLUMNS))
    values = np.sqrt(process.correlation) * shared + np.sqrt(1 - process.correlation) * own
    values *= np.sqrt(1 - process.day_share)
    return values + np.sqrt(process.day_share) * effects[_day_of(rows, days)] if process.day_share else values


def _day_of(rows: int, days: int) -> NDArray[np.int64]:
    return np.arange(rows) * days // rows


def day_effects(random: np.random.Generator, correlation: float, days: int) -> FloatArray:
    """Standard normal, each day 0.6 of the day before and the rest new; columns share as much of it as of a row."""
    new = np.sqrt(correlation) * random.standard_normal((days, 1))
    new = new + np.sqrt(1 - correlation) * random.standard_normal((days, COLUMNS))
    effects = np.empty_like(new)
    effects[0] = new[0]
    for day in range(1, days):
        effects[day] = DAY_CORRELATION * effects[day - 1] + np.sqrt(1 - DAY_CORRELATION**2) * new[day]
    return effects


def reference_of(values: FloatArray, has_days: bool) -> tuple[DriftReference, ...]:
    """The product's own references of these rows."""
    frame = pd.DataFrame(values, columns=NAMES)
    days = _day_of(len(values), DAYS) if has_days else None
    made = fit_references(SPEC, TrainingRows(frame, values[:, 0], values[:, 0], days), BATCH_DAYS, "1", 1, RUN)
    return tuple(each for each in made if each.column_name not in (PREDICTION, LABEL))


def verdict_on(references: tuple[DriftReference, ...], values: FloatArray) -> str:
    """The product's own verdict on a batch."""
    evaluation = DriftEvaluation("0", 1, 1, len(references))
    metrics = []
    for place, reference in enumerate(references):
        column = np.ascontiguousarray(values[:, place])
        profile = numeric_profile(*profile_doubles(column, bin_finder(np.array(reference.edges)), reference.mean))
        metrics.append(compare_column(SPEC, reference, profile, evaluation, RUN))
    return judge_batch(metrics, SPEC.drift).verdict


@dataclass(frozen=True)
class Share:
    """Of the batches of one size: verdicts of stationary and of shifted ones."""

    process: Process
    least: int
    batches: int
    false: int
    undecided: int
    caught: int


def measure(random: np.random.Generator, process: Process, batches: int) -> Iterator[Share]:
    """One row per size. Every batch is judged twice: as it is, and with five columns moved."""
    sizes = np.exp(random.uniform(np.log(SIZES[0]), np.log(SIZES[-1] - 1), batches)).astype(int)
    counts = {least: [0, 0, 0, 0] for least in SIZES[:-1]}
    for number, rows in enumerate(sizes):
        if number % max(1, batches // REFERENCES) == 0:
            effects = day_effects(random, process.correlation, DAYS)
            drawn = draw(random, process, REFERENCE_ROWS, DAYS, effects)
            references = reference_of(drawn, process.day_share > 0)
        values = draw(random, process, rows, BATCH_DAYS, day_effects(random, process.correlation, BATCH_DAYS))
        stationary = verdict_on(references, values)
        values[:, :SHIFTED] += SHIFT
        shifted = verdict_on(references, values)
        least = max(each for each in SIZES[:-1] if each <= rows)
        found = (1, stationary == "drifted", stationary == "not_enough_data", shifted == "drifted")
        counts[least] = [one + other for one, other in zip(counts[least], found, strict=True)]
    for least, each in counts.items():
        yield Share(process, least, *each)


def cells_for_peers(seed: int, batches: int) -> Iterator[Cell]:
    """The same rows for everybody: two sizes of every process with a correlation of 0.5."""
    for process in (each for each in PROCESSES if each.correlation == 0.5):
        for rows in (1_000, 10_000):
            random = np.random.default_rng([seed, rows])
            effects = day_effects(random, process.correlation, DAYS)
            reference = draw(random, process, REFERENCE_ROWS, DAYS, effects)
            own = reference_of(reference, process.day_share > 0)
            drawn = np.empty((batches, rows, COLUMNS))
            for place in range(batches):
                effects = day_effects(random, process.correlation, BATCH_DAYS)
                drawn[place] = draw(random, process, rows, BATCH_DAYS, effects)
            moved = drawn.copy()
            moved[:, :, :SHIFTED] += SHIFT
            ours = tuple(sum(verdict_on(own, each) == "drifted" for each in side) for side in (drawn, moved))
            yield Cell(f"{process.name}, {rows:,} rows", reference, drawn, moved, (ours[0], ours[1]))


def all_shares(seed: int, batches: int) -> list[Share]:
    """Every process with a random stream of its own, two at a time."""
    with ProcessPoolExecutor(2) as pool:
        streams = [np.random.default_rng([seed, place]) for place in range(len(PROCESSES))]
        found = pool.map(_shares, streams, PROCESSES, [batches] * len(PROCESSES))
        return [share for shares in found for share in shares]


def _shares(random: np.random.Generator, process: Process, batches: int) -> list[Share]:
    return list(measure(random, process, batches))


def main() -> None:
    """Measures every process, prints the table, and ends with 1 when a stated share is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batches", type=int, default=1000)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--peers", type=int, metavar="N", help="ask Evidently and NannyML too, about N batches a cell")
    asked = parser.parse_args()
    if asked.peers:
        compare_with_peers(cells_for_peers(asked.seed, asked.peers))
        return
    table = Table("process", "rows", "batches", "not enough data", "false", f"{SHIFT:g} sigma in {SHIFTED} caught")
    found = all_shares(asked.seed, asked.batches)
    for each in found:
        enough = max(1, each.batches - each.undecided)
        cells = (f"{each.undecided}", f"{each.false / enough:.1%}", f"{each.caught / enough:.1%}")
        table.add_row(each.process.name, f"{each.least:,} and more", f"{each.batches}", *cells)
    Console(width=120).print(table)
    machine = f"{os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}"
    measures = [_stated(found, process) for process in PROCESSES]
    caught = [_caught(found, process) for process in PROCESSES if not process.day_share]
    cases = measure_cases(asked.seed, asked.cases)
    finish("Drift verdicts", "make bench", machine, [*measures, *caught, *cases], whole=True)


def _stated(found: list[Share], process: Process) -> Measure:
    own = [each for each in found if each.process == process]
    judged, false = sum(each.batches - each.undecided for each in own), sum(each.false for each in own)
    most = 0.05 if process.day_share else 0.02
    what = f"{process.name}: stationary batches that drifted"
    return Measure(what, f"{judged} batches", f"{false}", false / max(1, judged), most)


def _caught(found: list[Share], process: Process) -> Measure:
    own = [each for each in found if each.process == process and each.least >= 1_000]
    batches, missed = sum(each.batches for each in own), sum(each.batches - each.caught for each in own)
    what = f"{process.name}: {SHIFT:g} sigma in {SHIFTED} columns missed at 1,000 rows and more"
    return Measure(what, f"{batches} batches", f"{missed}", missed / max(1, batches), 0.05)


if __name__ == "__main__":
    main()
