"""Kills of ingestion: at each failpoint, then at random moments; after each a clean rerun and the invariants."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from pyspark.sql import SparkSession
from tests.faults.clients import KILLED, Engine, engine_of, run_and_wait
from tests.faults.invariants import Faults
from tests.faults.life import Life, start_life

from retraining.failpoints import POINTS

AT_RANDOM = "at a random moment"
KILLS_IN_A_LIFE = 20


@dataclass
class Tally:
    """What the kills of one kind did."""

    kills: int = 0
    faults: Faults = field(default_factory=Faults)


@dataclass
class Harness:
    """The kills of one seed, tallied by failpoint. met: reruns that met the last commit of a killed client. longest:
    seconds within which a client is killed at random."""

    spark: SparkSession
    seed: int
    tallies: dict[str, Tally] = field(default_factory=dict)
    met: int = 0
    lives: int = 0
    longest: float = 0.0

    def __post_init__(self) -> None:
        self._draw = random.Random(self.seed)
        self._engine: Engine = engine_of(self.spark)

    def new_life(self) -> Life:
        """Another source, with tables of its own."""
        self.lives += 1
        return start_life(self.spark, self.seed * 1000 + self.lives)

    def kill_at(self, life: Life, point: str) -> None:
        """Rows arrive, a client dies at the failpoint, a clean rerun follows."""
        life.arrive()
        ended = run_and_wait(self._engine, life.tables.schema, f"{point}=kill")
        if ended.code != KILLED:
            self._note(point, 0, Faults(other=(f"{point} was not reached: {ended.said}",)))
        self._recover(life, point, int(ended.code == KILLED))

    def kill_after(self, life: Life, seconds: float) -> bool:
        """The same, at a moment. False when the client had ended before."""
        life.arrive()
        ended = run_and_wait(self._engine, life.tables.schema, kill_after=seconds)
        if ended.code != KILLED:  # it was faster than the one before
            self.longest = min(self.longest, ended.seconds)
        failed = Faults(other=(ended.said or "",)) if ended.code == 1 else Faults()
        self._note(AT_RANDOM, 0, failed)
        self._recover(life, AT_RANDOM, int(ended.code == KILLED))
        return ended.code == KILLED

    def seconds_of_a_run(self, life: Life) -> float:
        """How long a client needs when nobody kills it."""
        life.arrive()
        ended = run_and_wait(self._engine, life.tables.schema)
        assert ended.code == 0, ended.said
        return ended.seconds

    def _recover(self, life: Life, kind: str, kills: int) -> None:
        faults = Faults()
        if self._draw.random() < 0.5:  # else the rerun may meet the killed client's last commit
            _, faults = life.look()
            life.arrive()  # the source goes on while nobody reads it
        met = life.met
        faults += life.rerun()
        self.met += life.met - met
        self._note(kind, kills, faults)

    def _note(self, kind: str, kills: int, faults: Faults) -> None:
        tally = self.tallies.setdefault(kind, Tally())
        tally.kills += kills
        tally.faults += faults


def kill_everywhere(spark: SparkSession, seed: int, at_each_point: int, in_total: int) -> Iterator[Harness]:
    """Kills at every failpoint, from a source's first batch on, then at random moments until there are enough. The
    harness comes back after each kill, so that a caller can say how far it is."""
    harness = Harness(spark, seed)
    for point in POINTS:
        life = harness.new_life()
        for _ in range(at_each_point):
            harness.kill_at(life, point)
            yield harness
    harness.longest = harness.seconds_of_a_run(life)
    draw = random.Random(seed)
    while kills_of(harness) < in_total:
        life = harness.new_life()
        for _ in range(min(KILLS_IN_A_LIFE, in_total - kills_of(harness))):
            harness.kill_after(life, draw.uniform(0, harness.longest))
            yield harness


def kills_of(harness: Harness) -> int:
    """All kills so far."""
    return sum(tally.kills for tally in harness.tallies.values())


def table_of(harness: Harness) -> str:
    """The tallies as a table for people."""
    head = ("failpoint", "kills", "rows lost", "rows repeated", "watermark errors", "other errors")
    lines = [
        (kind, tally.kills, tally.faults.lost, tally.faults.repeated, tally.faults.watermark, len(tally.faults.other))
        for kind, tally in harness.tallies.items()
    ]
    rule = ("-" * 22, *("-" * len(name) for name in head[1:]))
    return "\n".join(_line(cells) for cells in (head, rule, *lines))


def _line(cells: tuple[object, ...]) -> str:
    first, *rest = cells
    widths = (5, 9, 13, 16, 12)
    return "  ".join([f"{first:<22}", *(f"{cell:>{width}}" for cell, width in zip(rest, widths, strict=True))])


def faults_of(harness: Harness) -> Faults:
    """All faults so far."""
    return sum((tally.faults for tally in harness.tallies.values()), Faults())
