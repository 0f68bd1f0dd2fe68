"""Kills of every job at random moments. The same command follows until it ends, then the invariants."""

import random
import re
import time
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from pyspark.sql import SparkSession
from tests.faults.clients import KILLED, run_and_wait
from tests.faults.jobs.commands import Command
from tests.faults.jobs.invariants import Faults, at_rest, faults
from tests.faults.jobs.tracks import PLANS, Plan, Track
from tests.faults.tally_table import tally_table

AT_ONCE = 2
MOST_STARTS = 6
"""Of one command after its kills; each but the last met a commit that Java had not ended for a killed client."""
SHORTEST, LONGEST = 0.5, 40.0
"""Seconds between which a first kill falls. How long a command takes is known after one was left alone."""
MOST_TRIES = 3
"""For each kill: a command may be faster."""
MET = ("ConcurrentRunError", "SkippedWriteError", "AliasRaceError")
SAYS = {
    "rollback": "back from version",
    "release_retraining": "retraining goes on",
    "freeze": "is frozen",
    "unfreeze": "is active",
    "retire": "is retired",
    "unretire": "is active",
    "release_batch": "is released",
    "repair": r"(replay|backfill|abandon|rebaseline|rebuild): batch",
    "forget": "refused from now on",
    "approve": "is approved",
    "adopt": "is taken over as champion",
    "copy_version": "is a copy of",
    "reproduce": "it learned the same rows",
    "preflight": "Every right the loop needs is there",
}
"""What a job says at its end."""


@dataclass(frozen=True)
class Tally:
    """What the kills of one job did."""

    kills: int = 0
    starts: int = 0
    faults: Faults = field(default_factory=Faults)

    def __add__(self, more: "Tally") -> "Tally":
        return Tally(self.kills + more.kills, self.starts + more.starts, self.faults + more.faults)


Tallies = dict[str, Tally]


class Killer:
    """Kills clients. It learns how long each job takes, so that the moments fall into all of it."""

    def __init__(self, seed: int) -> None:
        """The seed decides the moments."""
        self._draw = random.Random(seed)
        self._seconds: dict[str, float] = {}

    def kill(self, track: Track, name: str, command: Command, kills: int) -> Tally:
        """Kills the command so often, then starts it until it ends, and looks at what it left."""
        tally = Tally()
        for _ in range(MOST_TRIES * kills):
            if tally.kills == kills:
                break
            ended = run_and_wait(track.engine, track.schema, kill_after=self._moment(name), stage=command)
            if ended.code != KILLED:
                self._seconds[name] = ended.seconds
            wrong = ended.code not in (KILLED, 0) and not _met(ended.said)
            said = faults("wrong_exits", [f"{name}: {ended.said}"] * wrong)
            tally += Tally(int(ended.code == KILLED), 1, said)
        return tally + self._finish(track, name, command)

    def _moment(self, name: str) -> float:
        """In all of a command's time where that is known, else early as often as late."""
        if name in self._seconds:
            return self._draw.uniform(0, self._seconds[name])
        return SHORTEST * (LONGEST / SHORTEST) ** self._draw.random()

    def _finish(self, track: Track, name: str, command: Command) -> Tally:
        starts = 0
        while True:
            ended = run_and_wait(track.engine, track.schema, stage=command)
            starts += 1
            if starts == MOST_STARTS or not _met(ended.said):
                break
            time.sleep(1)

        self._seconds[name] = ended.seconds
        said = str(ended.said)
        wrong = [f"{name} ended with {ended.code}: {said}"] * (ended.code != 0)
        wrong += [f"{name} says {said!r}"] * (not re.search(SAYS.get(command.job, ""), said))
        return Tally(0, starts, faults("wrong_exits", wrong) + at_rest(track, command))


def _met(said: str | None) -> bool:
    return str(said).startswith(MET)


def kill_jobs(
    spark: SparkSession,
    seed: int,
    in_total: int,
    tell: Callable[[int], None],
    jobs: Collection[str] | None = None,
) -> Tallies:
    """Turn by turn, every job of every track is killed, until there are enough kills. jobs: only these."""
    plans = {name: _chosen(plan, jobs) for name, plan in PLANS.items()}
    chosen = {name: plan for name, plan in plans.items() if plan.commands}
    number = sum(len(plan.commands) for plan in chosen.values())
    tallies: Tallies = {name: Tally() for plan in chosen.values() for name in plan.commands}
    turns = max(1, round(in_total / number / 2)) if in_total > number else 1
    kills = max(1, -(-in_total // (number * turns)))
    lock = Lock()

    def live(place: int, plan: Plan) -> None:
        track, killer = plan.start(spark), Killer(seed * 1000 + place)
        for turn in range(1, turns + 1):
            for name, prepare in plan.commands.items():
                track.turn = turn
                made = killer.kill(track, name, prepare(track), kills)
                with lock:
                    tallies[name] += made
                    tell(kills_of(tallies))

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(live, place, plan) for place, plan in enumerate(chosen.values())]:
            done.result()
    return tallies


def _chosen(plan: Plan, jobs: Collection[str] | None) -> Plan:
    return Plan(plan.start, {name: each for name, each in plan.commands.items() if jobs is None or name in jobs})


def kills_of(tallies: Tallies) -> int:
    """All kills."""
    return sum(tally.kills for tally in tallies.values())


def faults_of(tallies: Tallies) -> Faults:
    """All faults."""
    return sum((tally.faults for tally in tallies.values()), Faults())


def table_of(tallies: Tallies) -> str:
    """The tallies as a table for people."""
    head = ("job", "kills", "reruns", "lost", "repeated", "torn", "wrong exits")
    return tally_table(head, (_cells(*each) for each in tallies.items()), 20)


def _cells(name: str, tally: Tally) -> tuple[object, ...]:
    found = tally.faults
    return name, tally.kills, tally.starts, found.lost, found.repeated, found.torn, found.wrong_exits
