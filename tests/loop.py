"""The loop on a tiny source: rows go in, stages run on real Spark, Delta and MLflow."""

import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NoReturn

from pyspark.sql import functions as F

from retraining.adapters.registry.registry import Registry
from retraining.adapters.sources.files import Landing
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.open_stage import new_salt
from retraining.records.batch import IngestReport
from retraining.records.run import Run
from retraining.requests.forget import ForgetRequest
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import parse_spec
from retraining.stages.check_drift import CheckReport, check_drift
from retraining.stages.forget import ForgetReport, forget
from retraining.stages.ingest import ingest
from retraining.stages.promote import PromoteReport, promote
from retraining.stages.release_batch import ReleaseReport, release_batch
from retraining.stages.report import RunReport, report
from retraining.stages.retrain import RetrainReport, retrain
from retraining.stages.rollback import RollbackReport, rollback
from retraining.stages.score import ScoreReport, score

SPEC = """
model: toy
kind: regression
source: { table: toy_source, ledger_column: at, keys: [id] }
columns: { label: y, numeric: [x] }
recipe: recipes.ridge.pipeline
gate: { deploy: refit }
schedule: daily
"""

COLUMNS = "id string, at timestamp, x double, y double"
UNLABELLED = "id string, at timestamp, x double"
LABEL_COLUMNS = "id string, said_at timestamp, y double"


def toy_spec(**changes: object) -> ModelSpec:
    """The smallest spec, with top-level sections replaced. It refits, so that stories show both versions of a fit;
    `gate: {deploy: candidate}` asks for the default, as stories about promotions do."""
    base = parse_spec(SPEC, "specs/toy.yml").model_dump()
    gate = changes.get("gate", {})
    if isinstance(gate, dict) and gate.get("holdout") != "reserved":
        changes["gate"] = {"deploy": "refit", **gate}
    return ModelSpec.model_validate({**base, **changes})


def labelled_spec(**changes: object) -> ModelSpec:
    """The smallest spec, with labels of the table `toy_said`, and with top-level sections replaced."""
    labels = {"table": "toy_said", "column": "y", "ledger_column": "said_at"}
    return toy_spec(columns={"label": "y", "numeric": ["x"], "labels": labels}, **changes)


PERSON = "anna@example.com"
"""Who starts the runs of tests."""


def make_run(run_id: str = "1", as_of: str = "2013-06-01", code_version: str = "abc") -> Run:
    """A run with a fixed clock, and an attempt of its own."""
    moment = datetime.fromisoformat(as_of).replace(tzinfo=UTC)
    ticks = iter(range(1_000_000))
    return Run(run_id, uuid.uuid4().hex, code_version, moment, moment, lambda: float(next(ticks)), lambda: PERSON)


class KilledError(Exception):
    """Stands for the end of a process in the middle of a stage."""


def killed(*_: object, **__: object) -> NoReturn:
    """Put in place of the next step, ends the run before it."""
    raise KilledError


def days(first: int, last: int, drift: float = 0.0) -> list[tuple[object, ...]]:
    """Twenty rows for each of the days first to last of 2013, the same on every call: on day n of the year y is
    (2 + drift n) x plus a little noise. Where it drifts, a model of newer days is better, as a promotion wants."""
    rows: list[tuple[object, ...]] = []
    for number in range(first, last + 1):
        day = date(2013, 1, 1) + timedelta(days=number - 1)
        draw = random.Random(number)
        for hour in range(20):
            x = draw.uniform(-1, 1)
            rows.append((f"{day}/{hour}", f"{day} {hour:02d}:00", x, (2 + drift * number) * x + draw.gauss(0, 0.1)))
    return rows


def drifting(first: int, last: int) -> list[tuple[object, ...]]:
    """Days on which what was learned grows old, so that each newer candidate is shown to be better."""
    return days(first, last, drift=0.02)


@dataclass
class Loop:
    """A source table and the stages that read it. Each call of a stage is a new attempt of the current run."""

    tables: Tables
    registry: Registry
    spec: ModelSpec = field(default_factory=toy_spec)
    run: Run = field(default_factory=make_run)
    landing: Landing | None = None

    @property
    def context(self) -> Context:
        """What the stages of the current run are given."""
        return Context(self.spec, self.tables, self.registry, self.run)

    @property
    def source(self) -> str:
        """Quoted name of the source table."""
        return self.tables.name(self.landing.name if self.landing else "toy_source")

    def source_has(self, rows: list[tuple[object, ...]], columns: str = COLUMNS) -> None:
        """Appends rows (id, "2013-01-31 10:00", x, y) to the source."""
        self._put(rows, columns, self.source)

    def labels_have(self, rows: list[tuple[object, ...]], columns: str = LABEL_COLUMNS) -> None:
        """Appends rows (id, "2013-01-31 10:00", y) to the table of labels."""
        self._put(rows, columns, self.tables.name("toy_said"))

    def start_run(self, **clock: str) -> None:
        """A new run: another id, and another clock if asked."""
        self.run = make_run(**{"run_id": str(int(self.run.run_id) + 1), **clock})

    def ingest(self, **clock: str) -> IngestReport:
        """A new run of the ingest stage."""
        self.start_run(**clock)
        return ingest(self.context, self.source, self.landing)

    def score(self) -> ScoreReport:
        """The score stage."""
        return score(self._attempt())

    def check(self, frozen: bool = False, asked: str | None = None) -> CheckReport:
        """The check_drift stage."""
        return check_drift(self._attempt(), frozen=frozen, asked=asked)

    def retrain(self) -> RetrainReport:
        """The retrain stage, on the newest decision."""
        return retrain(self._attempt())

    def promote(self) -> PromoteReport:
        """The promote stage, on the newest candidate."""
        return promote(self._attempt())

    def train(self) -> PromoteReport:
        """Check, retrain and promote."""
        self.check()
        self.retrain()
        return self.promote()

    def rollback(
        self,
        request: str = "",
        to_version: str | None = None,
        to_date: str | None = None,
        reason: str = "Found worse by hand.",
        **clock: str,
    ) -> RollbackReport:
        """The rollback stage; a request is a run of its own."""
        self.start_run(**clock | ({"run_id": request} if request else {}))
        return rollback(self.context, to_version, reason, to_date)

    def release(self, batch_seq: str | None, reason: str | None = "Checked by hand.") -> ReleaseReport:
        """The release stage; a run of its own."""
        self.start_run()
        return release_batch(self.context, batch_seq, reason)

    def forget(self, *ids: str, models: Sequence[ModelSpec] = (), **said: Any) -> ForgetReport:
        """The forget stage for keys by their ids, as an attempt of the current run; models are others of the source."""
        keys = json.dumps([{"id": each} for each in ids]) if ids else None
        request = ForgetRequest(**{"reason": "It was asked for.", "keys": keys, "dry_run": False, **said})
        specs = [self.spec, *models]
        return forget(self._attempt(), specs, self.landing, request, new_salt())

    def report(self, task_states: str = "") -> RunReport:
        """The report stage."""
        return report(self._attempt(), task_states)

    def alias(self, name: str) -> str | None:
        """The version that an alias points to."""
        return self.registry.version_of(self.spec.model, name)

    def accepted(self, column: str) -> dict[str, object]:
        """One column of the accepted current rows, by id."""
        return {row["id"]: row[column] for row in self.tables.read("toy_accepted").select("id", column).collect()}

    def accepted_keys(self) -> list[str]:
        """Ids of the accepted current rows, sorted."""
        return self._ids("toy_accepted")

    def quarantined_keys(self) -> list[str]:
        """Ids of the quarantined rows, sorted."""
        return self._ids("toy_quarantine")

    def reasons_of(self, key: str) -> list[str]:
        """Reasons against the rows of one id."""
        rows = (
            self.tables.read("toy_quarantine")
            .where(F.col("id").eqNullSafe(key))
            .select("_quarantine_reasons")
            .collect()
        )
        return sorted(reason for row in rows for reason in row["_quarantine_reasons"])

    def states_of_batches(self) -> list[str]:
        """Every state that was written about a batch, in the order of batches and writing."""
        rows = self.tables.read("watermarks").orderBy("batch_seq", F.col("state").desc()).collect()
        return [row["state"] for row in rows]

    def written(self) -> list[str]:
        """Names of the tables and views beside the source."""
        listed = self.tables.spark.sql(f"SHOW TABLES IN {self.tables.catalog}.{self.tables.schema}").collect()
        return sorted(row["tableName"] for row in listed if row["tableName"] != "toy_source")

    def version_of_table(self, table: str) -> int:
        """Delta's version of one of our tables: it grows with every commit."""
        return int(self.tables.spark.sql(f"DESCRIBE HISTORY {self.tables.name(table)} LIMIT 1").collect()[0]["version"])

    def _put(self, rows: list[tuple[object, ...]], columns: str, table: str) -> None:
        typed = [tuple(_moment(value) for value in row) for row in rows]
        self.tables.spark.createDataFrame(typed, columns).write.format("delta").mode("append").saveAsTable(table)

    def _attempt(self) -> Context:
        return replace(self.context, run=replace(self.run, attempt_id=uuid.uuid4().hex))

    def _ids(self, view: str) -> list[str]:
        return sorted(row["id"] for row in self.tables.read(view).select("id").collect())


def _moment(value: object) -> object:
    if isinstance(value, str) and len(value) == 16 and value[4:5] == "-":
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value
