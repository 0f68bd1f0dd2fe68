"""How many errors a second the detectors take, one at a time, on one core.

PYTHONPATH=src python benchmarks/detectors.py [--seed 1] [--values 200000]
"""

import argparse
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
from shared.result import Measure, finish

from retraining.rules.drift.detectors.states import DETECTORS, Detector

RATES = (0.1, 0.3)
"""Half of the values at each, so that alarms and new starts are part of the time."""
LEAST = {"DDM": 100_000, "EDDM": 100_000, "ADWIN": 20_000, "PageHinkley": 100_000}
"""Updates a second."""
ROUNDS = 5
WHOLE = 200_000
"""A run of fewer values is a trial, and leaves the page of figures as it is."""


class Empty:
    """What a loop of calls costs by itself."""

    def update(self, value: float) -> None:
        """Does nothing."""


def errors_of(seed: int, count: int) -> list[float]:
    """Zeros and ones at the first rate, then at the second."""
    drawn = np.random.default_rng(seed).random(count)
    return [float(each) for each in drawn < np.repeat(RATES, [count // 2, count - count // 2])]


def updates_a_second(make: Callable[[], Detector | Empty], values: list[float]) -> float:
    """The best of some rounds, each with a detector of its own."""
    return len(values) / min(_seconds(make(), values) for _ in range(ROUNDS))


def _seconds(detector: Detector | Empty, values: list[float]) -> float:
    update = detector.update
    started = time.perf_counter()
    for value in values:
        update(value)
    return time.perf_counter() - started


def main() -> None:
    """Measures every detector, and ends with 1 when a stated figure is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--values", type=int, default=WHOLE)
    asked = parser.parse_args()
    values = errors_of(asked.seed, asked.values)
    empty = updates_a_second(Empty, values)
    measures = []
    for name, kind in DETECTORS.items():
        ours, least = updates_a_second(kind, values), LEAST[name]
        what = f"{name}: at least {least:,} updates a second, beside an empty method"
        measures.append(Measure(what, f"{empty:,.0f}", f"{ours:,.0f} ({ours / empty:.1%})", least / ours, 1))
    machine = f"{os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}"
    finish("Detectors", "python benchmarks/detectors.py", machine, measures, whole=asked.values >= WHOLE)


if __name__ == "__main__":
    main()
