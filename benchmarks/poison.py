"""What a spoiled week does to a weekly loop: how often it goes live, and what it costs where nothing is spoiled.

PYTHONPATH=src python benchmarks/poison.py [--seed 1] [--trials 60]
"""

import argparse
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from rich.console import Console
from rich.table import Table
from shared.poisoned_weeks import LOOKS, Look, Trial, looks_at
from shared.result import Measure, finish

FAULTS = ("shuffled labels", "a feature's sign", "a feature's unit")
SPOILS = ("nothing", *FAULTS, "half of them shuffled", "sudden change")
HISTORIES = (("numbers", 4), ("numbers", 12), ("classes", 12))
MOST_LIVE = 5.0
MOST_LOST = 5.0
MOST_IN_VAIN = 2.0
ONE_BLOCK_LATE = 3
"""Looks: the first only judges by the new week, the second can learn it, the third is one block later."""


@dataclass(frozen=True)
class Found:
    """Of one kind of trial: the shares, in per cent, in which the spoiled week was live by each look, in which a look
    was in doubt about a day, and in which some candidate went live in the end."""

    trial: Trial
    live: tuple[float, ...]
    trusting: tuple[float, ...]
    in_doubt: float
    goes_on: float


def measure(trial: Trial, seed: Sequence[int], trials: int) -> Found:
    """Every trial with random numbers of its own, the same for the loop that trusts every row."""
    with_looks, trusting = (
        [looks_at(trial, np.random.default_rng([*seed, each]), looks) for each in range(trials)]
        for looks in (True, False)
    )
    in_doubt = np.mean([bool(look.doubted) for looks in with_looks for look in looks])
    goes_on = np.mean([any(look.is_live for look in looks[ONE_BLOCK_LATE - 1 :]) for looks in with_looks])
    return Found(trial, _by_look(with_looks), _by_look(trusting), 100 * float(in_doubt), 100 * float(goes_on))


def _by_look(trials: Sequence[Sequence[Look]]) -> tuple[float, ...]:
    ever = [np.maximum.accumulate([look.has_learned_it for look in looks]) for looks in trials]
    return tuple(100 * float(each) for each in np.mean(ever, axis=0))


def show(found: Sequence[Found], trials: int) -> None:
    """The table: every look, and beside it the loop that trusts every row."""
    table = Table(title=f"Share of {trials} trials in which the spoiled week is live by each weekly look, in per cent")
    for name in ("label", "weeks before", "the week has", "live by look 1 to 5", "trusting every row", "in doubt"):
        table.add_column(name)
    for each in found:
        trial = each.trial
        by_look = (" ".join(f"{share:.0f}" for share in shares) for shares in (each.live, each.trusting))
        table.add_row(trial.kind, str(trial.weeks), trial.spoil, *by_look, f"{each.in_doubt:.0f}")
    Console(width=140).print(table)


def promises(found: Sequence[Found]) -> list[Measure]:
    """What is promised. Half of the labels shuffled is shown and promised nothing: half of the signal is left."""
    kept = []
    for fault in FAULTS:
        of_fault = [each for each in found if each.trial.spoil == fault]
        what = f"{fault} in a week: live within {LOOKS} looks, worst, in per cent"
        kept.append(_promise(what, of_fault, [each.live[-1] for each in of_fault], MOST_LIVE))

    changes = [each for each in found if each.trial.spoil == "sudden change"]
    lost = [100 - each.live[ONE_BLOCK_LATE - 1] for each in changes]
    kept.append(_promise("a true sudden change is not live one block later, worst", changes, lost, MOST_LOST))
    ordinary = [each for each in found if each.trial.spoil == "nothing"]
    doubted = [each.in_doubt for each in ordinary]
    kept.append(_promise("looks at ordinary weeks that are in doubt, worst", ordinary, doubted, MOST_IN_VAIN))
    whole = [each for each in found if each.trial.spoil in FAULTS]
    stuck = [100 - each.goes_on for each in whole]
    kept.append(_promise("loops in which nothing goes live after such a week, worst", whole, stuck, MOST_LOST))
    return kept


def _promise(what: str, found: Sequence[Found], shares: Sequence[float], most: float) -> Measure:
    beside = f"trusting every row: {max(each.trusting[-1] for each in found):.0f} live"
    return Measure(what, beside, f"{max(shares):.1f}", max(shares), most)


def main() -> None:
    """Prints the table and what is promised, and ends with 1 when a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--trials", type=int, default=60)
    asked = parser.parse_args()

    cases = [Trial(kind, weeks, spoil) for kind, weeks in HISTORIES for spoil in SPOILS]
    found = [measure(trial, [asked.seed, place], asked.trials) for place, trial in enumerate(cases)]
    show(found, asked.trials)
    machine = f"{os.cpu_count()} cores, {datetime.now(UTC):%Y-%m-%d}"
    finish(
        "Spoiled weeks",
        f"python benchmarks/poison.py --seed {asked.seed} --trials {asked.trials}",
        machine,
        promises(found),
        whole=asked.trials >= 60,
    )


if __name__ == "__main__":
    main()
