"""Models of one source, and attempts to retrain, promote and roll back that run in clients and may be killed."""

import os
import uuid
from dataclasses import dataclass, replace
from typing import Literal

from pyspark import cloudpickle
from pyspark.sql import SparkSession
from tests.loop import Loop, days, make_run, toy_spec

import recipes.ridge
import retraining
import served_model
from retraining.adapters.registry.registry import open_registry
from retraining.adapters.tables.tables import open_tables

Stage = Literal["retrain", "promote", "rollback"]
SOURCE = {"name": "toy", "table": "toy_source", "ledger_column": "at", "keys": ["id"]}
BATCHES = [(1, 14), (15, 24), (25, 34), (35, 44)]
"""Days that arrive one after the other."""
GATE = {"deploy": "refit"}
"""A promotion with a fit in it has more places to die at."""
PASSED_ON = ("MLFLOW_", "JAVA_")


@dataclass(frozen=True)
class Attempt:
    """One stage, as a client runs it."""

    stage: Stage
    model: str
    run_id: str
    environment: tuple[tuple[str, str], ...]

    def __call__(self, spark: SparkSession, schema: str) -> str:
        """Runs the stage and returns its summary."""
        os.environ.update(self.environment)
        travel_by_value()
        loop = replace(loop_of(spark, schema, self.model), run=make_run(self.run_id))
        return run_stage(loop, self.stage).summary


def run_stage(loop: Loop, stage: Stage):
    """A stage as an attempt of the loop's current run."""
    return loop.rollback(loop.run.run_id) if stage == "rollback" else getattr(loop, stage)()


def attempt_of(loop: Loop, stage: Stage) -> Attempt:
    """The same attempt for a client."""
    environment = tuple((name, value) for name, value in os.environ.items() if name.startswith(PASSED_ON))
    return Attempt(stage, loop.spec.model, loop.run.run_id, environment)


def travel_by_value() -> None:
    """As open_stage does it: workers have no src."""
    for package in (recipes, retraining, served_model):
        cloudpickle.register_pickle_by_value(package)


def loop_of(spark: SparkSession, schema: str, model: str) -> Loop:
    """The loop of one model of the source."""
    registry = open_registry(f"spark_catalog.{schema}", f"/{schema}")
    return Loop(open_tables(spark, "spark_catalog", schema), registry, toy_spec(model=model, source=SOURCE, gate=GATE))


def start_source(spark: SparkSession) -> Loop:
    """A source without rows in a schema of its own, and the loop that ingests it."""
    schema = f"faults_{uuid.uuid4().hex[:10]}"
    spark.sql(f"CREATE SCHEMA spark_catalog.{schema}")
    return loop_of(spark, schema, "undisturbed")


def arrive(loop: Loop, batch: int) -> None:
    """The next days come in, and are ingested."""
    loop.source_has(days(*BATCHES[batch]))
    loop.ingest()
