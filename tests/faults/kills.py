"""Kills of ingestion: at each failpoint, then at random moments; after each a clean rerun and the invariants."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Lock

from pyspark.sql import SparkSession
from tests.faults.clients import KILLED, Ended, engine_of, run_and_wait
from tests.faults.invariants import Faults
from tests.faults.life import Life, start_life
from tests.faults.tally_table import tally_table

from retraining.failpoints import INGEST

AT_RANDOM = "at a random moment"
AT_ONCE = 2
"""Sources that live at the same time: one alone leaves a core idle most of the time."""
KILLS_OF_A_SOURCE = 10
FIRST_GUESS = 3.0
"""Seconds that a client is thought to need before one was left alone."""


@dataclass(frozen=True)
class Tally:
    """What kills of one kind did. met: reruns that met the last commit of a killed client and started again."""

    kills: int = 0
    faults: Faults = field(default_factory=Faults)
    met: int = 0

    def __add__(self, more: "Tally") -> "Tally":
        return Tally(self.kills + more.kills, self.faults + more.faults, self.met + more.met)


Tallies = dict[str, Tally]


class Killer:
    """Kills the clients of one source."""

    def __init__(self, spark: SparkSession, seed: int) -> None:
        """The source has no rows yet. The seed decides its rows and the moments."""
        self._life: Life = start_life(spark, seed)
        self._engine = engine_of(spark)
        self._draw = random.Random(seed)
        self._seconds = FIRST_GUESS

    def kill_at(self, point: str) -> Tally:
        """Rows arrive, a client dies at the failpoint, a clean rerun follows."""
        ended = self._run(f"{point}=kill")
        missed = () if ended.code == KILLED else (f"{point} was not reached: {ended.said}",)
        return self._recovered(ended, missed)

    def kill_at_random(self) -> Tally:
        """The same at a moment of the client's life; the client may be faster."""
        ended = self._run(kill_after=self._draw.uniform(0, 1.3 * self._seconds))
        if ended.code != KILLED:
            self._seconds = ended.seconds
        return self._recovered(ended, (ended.said or "",) if ended.code == 1 else ())

    def _run(self, point: str | None = None, kill_after: float | None = None) -> Ended:
        self._life.arrive()
        return run_and_wait(self._engine, self._life.tables.schema, point, kill_after)

    def _recovered(self, ended: Ended, wrong: tuple[str, ...]) -> Tally:
        faults, met = Faults(other=wrong), self._life.met
        if self._draw.random() < 0.5:  # else the rerun may meet the killed client's last commit
            faults += self._life.look()[1]
            self._life.arrive()  # the source goes on while nobody reads it
        faults += self._life.rerun()
        return Tally(int(ended.code == KILLED), faults, self._life.met - met)


def kill_everywhere(
    spark: SparkSession, seed: int, at_each_point: int, in_total: int, tell: Callable[[int], None]
) -> Tallies:
    """Kills at every failpoint, from a source's first batch on, then at random moments until there are enough. tell
    hears the number of kills after each."""
    at_random = in_total - at_each_point * len(INGEST)
    shares = [min(KILLS_OF_A_SOURCE, at_random - done) for done in range(0, at_random, KILLS_OF_A_SOURCE)]
    tasks = [(point, at_each_point) for point in INGEST] + [(AT_RANDOM, share) for share in shares]
    tallies: Tallies = {}
    lock = Lock()

    def live(number: int, kind: str, kills: int) -> None:
        killer, mine = Killer(spark, seed * 1000 + number), Tally()
        for _ in range(3 * kills):
            one = killer.kill_at_random() if kind == AT_RANDOM else killer.kill_at(kind)
            mine += one
            with lock:
                tallies[kind] = tallies.get(kind, Tally()) + one
                tell(kills_of(tallies))
            if mine.kills >= kills:
                break

    with ThreadPoolExecutor(AT_ONCE) as pool:
        for done in [pool.submit(live, number, *task) for number, task in enumerate(tasks, 1)]:
            done.result()
    return {kind: tallies[kind] for kind in (*INGEST, AT_RANDOM) if kind in tallies}


def kills_of(tallies: Tallies) -> int:
    """All kills."""
    return sum(tally.kills for tally in tallies.values())


def faults_of(tallies: Tallies) -> Faults:
    """All faults."""
    return sum((tally.faults for tally in tallies.values()), Faults())


def table_of(tallies: Tallies) -> str:
    """The tallies as a table for people."""
    head = ("failpoint", "kills", "rows lost", "rows repeated", "watermark errors", "other errors")
    lines = [
        (kind, tally.kills, tally.faults.lost, tally.faults.repeated, tally.faults.watermark, len(tally.faults.other))
        for kind, tally in tallies.items()
    ]
    return tally_table(head, lines, 22)
