"""Kills of retrain, promote and rollback at each failpoint; after each the reruns and the invariants."""

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from threading import Lock

from pyspark.sql import SparkSession
from tests.faults.clients import KILLED, Engine, engine_of, run_and_wait
from tests.faults.promotion.invariants import Facts, Faults, at_rest, facts_of_champion
from tests.faults.promotion.life import Stage, arrive, attempt_of, loop_of, run_stage, start_source
from tests.faults.tally_table import tally_table
from tests.loop import Loop

from retraining.errors import RetrainingError
from retraining.failpoints import PROMOTION

AT_ONCE = 2
LIVES = 3
_FIT = tuple(point for point in PROMOTION if point.startswith("fit."))
_APPLY = tuple(point for point in PROMOTION if point.startswith("apply."))
PASSED: dict[Stage, tuple[str, ...]] = {
    "retrain": ("retrain.after_reserve", *_FIT, "retrain.after_challenger"),
    "promote": ("promote.after_judge", *_FIT, "promote.after_refit", "promote.after_decision", *_APPLY),
    "rollback": ("rollback.after_decision", *_APPLY),
}
"""The failpoints of each stage in the order in which it passes them. One that is passed is not passed again by the
rerun, so a life's kills come in this order."""


@dataclass(frozen=True)
class Kill:
    """Where a stage dies."""

    stage: Stage
    point: str

    def __str__(self) -> str:
        return f"{self.stage} at {self.point}"


Life = tuple[Kill, ...]
"""Kills of one model on its way to each of its champions, each but the last of a stage on the way of a rerun."""


@dataclass(frozen=True)
class Tally:
    """What rounds with a kill at one place did. A fault counts for every kill of its round."""

    kills: int = 0
    faults: Faults = field(default_factory=Faults)

    def __add__(self, more: "Tally") -> "Tally":
        return Tally(self.kills + more.kills, self.faults + more.faults)


Tallies = dict[Kill, Tally]


EVERYWHERE: tuple[Life, ...] = tuple(
    tuple(Kill(stage, point) for stage, points in PASSED.items() for point in points[first::LIVES])
    for first in range(LIVES)
)
"""Every failpoint of every stage once."""


def kill_everywhere(
    spark: SparkSession, rounds: int, tell: Callable[[int], None], lives: Sequence[Life] = EVERYWHERE
) -> Tallies:
    """One model for each life, all of one source. So many batches arrive, and one more for those that are rolled back,
    because a first champion cannot be; a model that is left alone says what the champion should be."""
    engine, twin, lock = engine_of(spark), start_source(spark), Lock()
    schema = twin.tables.schema
    tallies: Tallies = {kill: Tally() for life in lives for kill in life}

    def live(number: int, life: Life, undisturbed: Future[Facts | None]) -> None:
        made = kill_once(engine, replace(loop_of(spark, schema, f"life_{number}"), run=twin.run), life, undisturbed)
        with lock:
            for kill, tally in made.items():
                tallies[kill] += tally
            tell(kills_of(tallies))

    rolled_back = [life for life in lives if life[-1].stage == "rollback"]
    for batch in range(rounds + bool(rolled_back)):
        arrive(twin, batch)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            undisturbed = pool.submit(_left_alone, twin)
            turns = lives if batch < rounds else rolled_back
            for done in [pool.submit(live, lives.index(life), life, undisturbed) for life in turns]:
                done.result()
    return tallies


def _left_alone(twin: Loop) -> Facts | None:
    assert twin.train().promotion.outcome == "PROMOTE", "the model that is left alone was not promoted"
    return facts_of_champion(twin)


def kill_once(engine: Engine, loop: Loop, life: Life, undisturbed: Future[Facts | None]) -> Tallies:
    """The stages in order, each killed as the life says and then started again."""
    before = facts_of_champion(loop)
    back = before is not None and any(kill.stage == "rollback" for kill in life)
    stages: list[Stage] = ["retrain", "promote", *(["rollback"] if back else [])]
    killed, said = Counter[Kill](), Faults()
    try:
        loop.check()
        for stage in stages:
            for kill in (each for each in life if each.stage == stage):
                ended = run_and_wait(engine, loop.tables.schema, f"{kill.point}=kill", stage=attempt_of(loop, stage))
                killed[kill] += ended.code == KILLED
                if ended.code != KILLED:
                    said += Faults(other=1, said=(f"{kill} was not reached: {ended.said}",))
            run_stage(loop, stage)
    except RetrainingError as err:
        said += Faults(other=1, said=(f"{life[0]} ...: {type(err).__name__}: {err}",))
    said += at_rest(loop, before if back else undisturbed.result())
    return {kill: Tally(killed[kill], said) for kill in life if kill.stage in stages}


def kills_of(tallies: Tallies) -> int:
    """All kills."""
    return sum(tally.kills for tally in tallies.values())


def faults_of(tallies: Tallies) -> Faults:
    """All faults."""
    return sum((tally.faults for tally in tallies.values()), Faults())


def table_of(tallies: Tallies) -> str:
    """The tallies as a table for people."""
    head = ("failpoint", "kills", "wrong champion", "torn", "duplicate versions", "orphans", "other errors")
    return tally_table(head, (_cells(*each) for each in tallies.items()), 32)


def _cells(kill: Kill, tally: Tally) -> tuple[object, ...]:
    found = tally.faults
    return kill, tally.kills, found.wrong_champion, found.torn, found.duplicates, found.orphans, found.other
