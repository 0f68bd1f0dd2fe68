"""What happens to a model between the commands that are killed: rows arrive, versions are made by hand, tables are
restored. Each track is a schema of its own, and goes through its commands turn by turn."""

import json
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import mlflow
import pandas as pd
from mlflow.models import infer_signature
from pyspark.sql import SparkSession
from sklearn.linear_model import LinearRegression
from tests.faults.clients import KILLED, Engine, engine_of, run_and_wait
from tests.faults.jobs.commands import Command, loop_of, passed_on, spec_of, task_of
from tests.loop import Loop, drifting, toy_spec

from retraining.adapters.tables.batches import read_batches
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.errors import HeldBatchError
from retraining.records.promotion import Promotion
from retraining.rules.champion.history import earlier_champions
from retraining.spec.model_spec import ModelSpec
from retraining.stages.ingest import ingest

FIRST_DAYS, DAYS = 14, 8
"""Days of the first batch, and of each that follows: a verdict needs six that no model has learned."""


@dataclass
class Track:
    """A source, its models, and what should be stored of it."""

    spark: SparkSession
    engine: Engine
    schema: str
    models: tuple[str, ...]
    gate: dict[str, str] = field(default_factory=dict)
    day: int = 0
    ids: set[str] = field(default_factory=set)
    """Of the rows that arrived and were not forgotten."""
    turn: int = 0

    @property
    def loop(self) -> Loop:
        """The loop of the first model, with tables that remember nothing."""
        return self.loops[0]

    @property
    def loops(self) -> list[Loop]:
        """The loops of all models."""
        return [loop_of(self.spark, self.schema, spec_of(model, self.gate)) for model in self.models]

    def command(self, job: str, **said: str | None) -> Command:
        """A command with a reason that no other one has."""
        said = {"reason": f"{job} {said.get('action') or ''} in turn {self.turn}.", **said}
        return Command(job, self.models, tuple(said.items()), tuple(self.gate.items()), passed_on())

    def arrive(self, count: int = DAYS) -> None:
        """Rows of the next days come into the source."""
        last = self.day + (count if self.day else FIRST_DAYS)
        rows = drifting(self.day + 1, last)
        self.loop.source_has(rows)
        self.ids |= {str(row[0]) for row in rows}
        self.day = last

    def run(self, job: str = "retraining") -> str:
        """A command that nobody kills."""
        return self.command(job)(self.spark, self.schema)

    def ingest(self, spec: ModelSpec | None = None) -> None:
        """The newest rows come in, by another spec where one is given."""
        loop = loop_of(self.spark, self.schema, spec or spec_of(self.models[0], self.gate))
        ingest(task_of(loop, uuid.uuid4().hex)(), loop.source)


def start_track(spark: SparkSession, *models: str, **gate: str) -> Track:
    """A source without rows, in a schema of its own."""
    schema = f"faults_{uuid.uuid4().hex[:10]}"
    spark.sql(f"CREATE SCHEMA spark_catalog.{schema}")
    return Track(spark, engine_of(spark), schema, models, gate)


Prepare = Callable[[Track], Command]
"""Brings a track to the point where a command makes sense, and gives that command."""


def retraining(track: Track) -> Command:
    """The next rows; every other time a person wants a training as well."""
    track.arrive()
    return track.command("retraining", asked=None if track.turn % 2 else "The labels were corrected.")


def retrain_all(track: Track) -> Command:
    """The next rows of both models."""
    track.arrive()
    return track.command("retrain_all")


def rollback(track: Track) -> Command:
    """There must be an earlier champion."""
    while not _earlier_champions(track):
        track.arrive()
        track.run()
    return track.command("rollback")


def _earlier_champions(track: Track) -> list[str]:
    rows = read_rows(track.loop.tables, Promotion, track.models[0])
    return earlier_champions(rows, str(track.loop.alias("champion")))


def reproduce(track: Track) -> Command:
    """There must be a champion."""
    if track.loop.alias("champion") is None:
        track.run()
    return track.command("reproduce")


def simple(job: str) -> Prepare:
    """A job that needs nothing."""
    return lambda track: track.command(job)


def replay(track: Track) -> Command:
    """The newest batch."""
    newest = [row for row in batches(track) if row.state == "COMMITTED"][-1]
    return track.command("repair", action="replay", batch_seq=str(newest.batch_seq))


def backfill(track: Track) -> Command:
    """Three days that are stored."""
    return track.command("repair", action="backfill", start="2013-01-02", end="2013-01-05")


def abandon(track: Track) -> Command:
    """A batch whose run ended after its plan."""
    _plan_only(track)
    return track.command("repair", action="abandon")


def rebaseline(track: Track) -> Command:
    """The same, and the source is read from its beginning."""
    _plan_only(track)
    return track.command("repair", action="rebaseline")


def rebuild(track: Track) -> Command:
    """The newest batch is lost from `watermarks`."""
    track.arrive(1)
    before = track.loop.version_of_table("watermarks")
    track.ingest()
    track.spark.sql(f"RESTORE TABLE {track.loop.tables.name('watermarks')} TO VERSION AS OF {before}")
    return track.command("repair", action="rebuild")


def release_batch(track: Track) -> Command:
    """A batch that is held because it is too small."""
    track.arrive(1)
    spec = spec_of(track.models[0], track.gate)
    strict = toy_spec(quality={"batch": {"min_rows": 1000}})
    with suppress(HeldBatchError):
        track.ingest(spec.model_copy(update={"quality": strict.quality}))
    return track.command("release_batch", batch_seq=str(batches(track)[-1].batch_seq))


def forget(track: Track) -> Command:
    """The newest keys, which no version has learned: others could not be reproduced any more."""
    gone = sorted(track.ids)[-2:]
    track.ids -= set(gone)
    return track.command("forget", keys=json.dumps([{"id": each} for each in gone]))


def approve(track: Track) -> Command:
    """A candidate waits."""
    track.arrive()
    track.run()
    return track.command("approve", approve="yes")


def adopt(track: Track) -> Command:
    """A version by hand."""
    if not track.day:
        track.arrive()
        track.ingest()
    version = register_by_hand(track, track.models[0])
    trust = track.loop.registry.digest(track.models[0], version)
    return track.command("adopt", version=version, last_batch="1", trust=trust)


def copy_version(track: Track) -> Command:
    """A model of another schema that has learned the first days."""
    track.arrive()
    track.ingest()
    other = start_track(track.spark, "elsewhere")
    version = register_by_hand(other, "elsewhere")
    trust = other.loop.registry.digest("elsewhere", version)
    said = {"schema": f"spark_catalog.{other.schema}", "model": "elsewhere", "trained_until": "2013-01-14"}
    return track.command("copy_version", trust=trust, **said)


def register_by_hand(track: Track, model: str) -> str:
    """A version that was not fitted here, and differs from those before."""
    table = pd.DataFrame(drifting(1, FIRST_DAYS), columns=["id", "at", "x", "y"])
    fitted = LinearRegression().fit(table[["x"]], table["y"] + track.turn / 1000)
    signature = infer_signature(table[["x"]], fitted.predict(table[["x"]]))
    registry = track.loop.registry
    with mlflow.start_run(experiment_id=registry.experiment_id()):
        logged = mlflow.sklearn.log_model(fitted, name="model", signature=signature, pip_requirements=[])
        return str(mlflow.register_model(logged.model_uri, registry.full_name(model)).version)


def batches(track: Track) -> list:
    """The batches of the source, oldest first."""
    return read_batches(track.loop.tables, "toy")


def _plan_only(track: Track) -> None:
    """An ingestion whose process dies after its plan."""
    track.arrive(1)
    ended = run_and_wait(track.engine, track.schema, "ingest.after_plan=kill", stage=track.command("ingest"))
    assert ended.code == KILLED, f"the plan was not reached: {ended.said}"


@dataclass(frozen=True)
class Plan:
    """A track's beginning and its commands, by the name that the table shows."""

    start: Callable[[SparkSession], Track]
    commands: dict[str, Prepare]


def ingested(spark: SparkSession) -> Track:
    """A track whose first rows are stored."""
    track = start_track(spark, "toy")
    track.arrive()
    track.ingest()
    return track


PLANS: dict[str, Plan] = {
    "loop": Plan(
        lambda spark: start_track(spark, "toy"),
        {
            "retraining": retraining,
            "rollback": rollback,
            "release_retraining": simple("release_retraining"),
        },
    ),
    "operator": Plan(
        ingested,
        {
            "freeze": simple("freeze"),
            "unfreeze": simple("unfreeze"),
            "retire": simple("retire"),
            "unretire": simple("unretire"),
            "release_batch": release_batch,
            "repair replay": replay,
            "repair backfill": backfill,
            "repair abandon": abandon,
            "repair rebaseline": rebaseline,
            "repair rebuild": rebuild,
            "forget": forget,
            "reproduce": reproduce,
            "validate": simple("validate"),
            "preflight": simple("preflight"),
        },
    ),
    "approval": Plan(lambda spark: start_track(spark, "toy", approval="required"), {"approve": approve}),
    "made elsewhere": Plan(lambda spark: start_track(spark, "toy"), {"adopt": adopt, "copy_version": copy_version}),
    "all models": Plan(lambda spark: start_track(spark, "one", "two"), {"retrain_all": retrain_all}),
}
"""Every job of the bundle that changes or reads something of a model."""
