"""Every job of the bundle as a client runs it: its stages in order, in a run of its own."""

import os
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pyspark.sql import SparkSession
from tests.faults.promotion.life import PASSED_ON, travel_by_value
from tests.loop import PERSON, Loop, toy_spec

from retraining.adapters.registry.registry import open_registry
from retraining.adapters.tables.tables import open_tables
from retraining.context import Context
from retraining.open_stage import new_salt
from retraining.records.run import Run
from retraining.requests.adopt import AdoptRequest
from retraining.requests.copy_version import CopyRequest
from retraining.requests.forget import ForgetRequest
from retraining.requests.repair import RepairRequest
from retraining.spec.model_spec import ModelSpec
from retraining.stages.adopt import adopt
from retraining.stages.approve import approve
from retraining.stages.change_mode import change_mode
from retraining.stages.check_drift import check_drift
from retraining.stages.copy_version import copy_version
from retraining.stages.forget import forget
from retraining.stages.ingest import ingest
from retraining.stages.list_due import list_due
from retraining.stages.preflight import preflight
from retraining.stages.promote import promote
from retraining.stages.release_batch import release_batch
from retraining.stages.release_retraining import release_retraining
from retraining.stages.repair import repair
from retraining.stages.report import report
from retraining.stages.reproduce import reproduce
from retraining.stages.retrain import retrain
from retraining.stages.rollback import rollback
from retraining.stages.score import score
from retraining.stages.validate import validate

Said = Mapping[str, str | None]
SOURCE = {"name": "toy", "table": "toy_source", "ledger_column": "at", "keys": ["id"]}


@dataclass(frozen=True)
class Command:
    """A job with its parameters. Each start is a run of its own, as a command that is typed again is."""

    job: str
    models: tuple[str, ...]
    said: tuple[tuple[str, str | None], ...]
    gate: tuple[tuple[str, str], ...] = ()
    environment: tuple[tuple[str, str], ...] = ()

    def __call__(self, spark: SparkSession, schema: str) -> str:
        """Runs the job and returns what it says."""
        os.environ.update(self.environment)
        travel_by_value()
        said = dict(self.said)
        run = uuid.uuid4().hex[:12]
        loops = [loop_of(spark, schema, spec_of(model, dict(self.gate))) for model in self.models]
        if self.job == "retrain_all":
            specs = {loop.spec.model: loop.spec for loop in loops}
            due = list_due(loops[0].tables, specs, datetime.now(UTC), due_only=False)
            turns = [task_of(loop, uuid.uuid4().hex) for loop in loops if loop.spec.model in due]
            return "\n".join(retraining(each, said) for each in turns)
        return JOBS[self.job](task_of(loops[0], run), said)


Task = Callable[[], Context]
"""Gives the next task of a run its context: the same run, another attempt and clock."""


def task_of(loop: Loop, run_id: str) -> Task:
    """The tasks of one run of a loop's model."""

    def task() -> Context:
        now = datetime.now(UTC)
        run = Run(run_id, uuid.uuid4().hex, "abc", now, now, lambda: datetime.now(UTC).timestamp(), lambda: PERSON)
        return replace(loop.context, run=run)

    return task


def passed_on() -> tuple[tuple[str, str], ...]:
    """What clients need of this process's environment."""
    return tuple((name, value) for name, value in os.environ.items() if name.startswith(PASSED_ON))


def spec_of(model: str, gate: Mapping[str, str]) -> ModelSpec:
    """A model of the source; a candidate that passes goes live itself."""
    return toy_spec(model=model, source=SOURCE, gate={"deploy": "candidate", **gate})


def loop_of(spark: SparkSession, schema: str, spec: ModelSpec) -> Loop:
    """The loop of a model in a schema."""
    registry = open_registry(f"spark_catalog.{schema}", f"/{schema}")
    return Loop(open_tables(spark, "spark_catalog", schema), registry, spec)


def source_of(context: Context) -> str:
    """Quoted name of the source table."""
    return context.tables.name("toy_source")


def retraining(task: Task, said: Said) -> str:
    """The loop, with a report of its own at the end."""
    first = task()
    lines = [ingest(first, source_of(first)).summary, score(task()).summary]
    check = check_drift(task(), asked=said.get("asked"))
    lines.append(check.summary)
    if check.decision.should_retrain:
        made = retrain(task(), check.decision.evaluation_id)
        lines += [made.summary, promote(task(), made.retrain_key).summary]
    report(task(), "ingest=success score=success check_drift=success").raise_if_failed()
    return "\n".join(lines)


def _repair(task: Task, said: Said) -> str:
    context = task()
    number = int(str(said["batch_seq"])) if said.get("batch_seq") else None
    request = RepairRequest(said["action"], str(said["reason"]), number, said.get("start"), said.get("end"))  # type: ignore[arg-type]
    lines = [repair(context, source_of(context), request).summary]
    return "\n".join([*lines, ingest(task(), source_of(context)).summary])


def _approve(task: Task, said: Said) -> str:
    made = approve(task(), said["approve"], None, said["reason"])
    return f"{made.summary}\n{promote(task(), made.retrain_key).summary}"


def _copy_version(task: Task, said: Said) -> str:
    schema, model, reason = (str(said[name]) for name in ("schema", "model", "reason"))
    request = CopyRequest(schema, model, "1", said["trained_until"], reason, said["trust"])
    made = copy_version(task(), request)
    lines = [made.summary, promote(task(), made.manifest.retrain_key).summary]
    report(task(), "copy=success promote=success").raise_if_failed()
    return "\n".join(lines)


def _adopt(task: Task, said: Said) -> str:
    last = int(str(said["last_batch"]))
    request = AdoptRequest(said["version"], None, 1, last, None, None, str(said["reason"]), said["trust"])
    return adopt(task(), request).summary


def _forget(task: Task, said: Said) -> str:
    context = task()
    request = ForgetRequest(said["reason"], said["keys"], None, False)
    return forget(context, [context.spec], None, request, new_salt()).summary


def _change_mode(change: str) -> "Job":
    return lambda task, said: change_mode(task(), change, said["reason"]).summary


def _preflight(task: Task, _: Said) -> str:
    context = task()
    made = preflight(context, source_of(context))
    made.raise_if_missing()
    return made.summary


def _validate(task: Task, _: Said) -> str:
    context = task()
    made = validate(context, source_of(context))
    made.raise_if_wrong()
    return made.summary


def _reproduce(task: Task, _: Said) -> str:
    made = reproduce(task())
    made.raise_if_different()
    return made.summary


Job = Callable[[Task, Said], str]


def _ingest(task: Task, _: Said) -> str:
    context = task()
    return ingest(context, source_of(context)).summary


def _reported(tasks: str, job: Job) -> Job:
    """An operator's job with the report at its end."""

    def run(task: Task, said: Said) -> str:
        line = job(task, said)
        report(task(), " ".join(f"{name}=success" for name in tasks.split())).raise_if_failed()
        return line

    return run


JOBS: dict[str, Job] = {
    "ingest": _ingest,
    "retraining": retraining,
    "rollback": _reported("roll_back", lambda task, said: rollback(task(), None, said["reason"]).summary),
    "release_retraining": _reported("release", lambda task, said: release_retraining(task(), said["reason"]).summary),
    **{
        change: _reported("change_mode", _change_mode(change))
        for change in ("freeze", "unfreeze", "retire", "unretire")
    },
    "repair": _reported("plan ingest", _repair),
    "release_batch": _reported(
        "release", lambda task, said: release_batch(task(), said["batch_seq"], said["reason"]).summary
    ),
    "forget": _forget,
    "approve": _reported("approve promote", _approve),
    "adopt": _reported("adopt", _adopt),
    "copy_version": _copy_version,
    "reproduce": _reproduce,
    "preflight": _preflight,
    "validate": _validate,
}
"""By name. `retrain_all` is `retraining` for each model, and only a Command has several."""
