"""The loop on a tiny source: rows go in, stages run on real Spark, Delta and MLflow."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from pyspark.sql import functions as F

from retraining.adapters.tables.tables import Tables
from retraining.records.ingest_report import IngestReport
from retraining.records.run import Run
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import parse_spec
from retraining.stages.ingest import ingest

SPEC = """
model: toy
kind: regression
source: { table: toy_source, ledger_column: at, keys: [id] }
columns: { label: y, numeric: [x] }
recipe: recipes.ridge.pipeline
schedule: daily
"""

COLUMNS = "id string, at timestamp, x double, y double"


def toy_spec(**changes: object) -> ModelSpec:
    """The smallest spec, with top-level sections replaced."""
    base = parse_spec(SPEC, "specs/toy.yml").model_dump()
    return ModelSpec.model_validate({**base, **changes})


def make_run(run_id: str = "1", as_of: str = "2013-06-01", code_version: str = "abc") -> Run:
    """A run with a fixed clock, and an attempt of its own."""
    moment = datetime.fromisoformat(as_of).replace(tzinfo=UTC)
    ticks = iter(range(1_000_000))
    return Run(run_id, uuid.uuid4().hex, code_version, moment, moment, lambda: float(next(ticks)))


@dataclass
class Loop:
    """A source table and the stages that read it."""

    tables: Tables
    spec: ModelSpec = field(default_factory=toy_spec)
    run: Run = field(default_factory=make_run)

    @property
    def source(self) -> str:
        """Quoted name of the source table."""
        return self.tables.name("toy_source")

    def source_has(self, rows: list[tuple[object, ...]], columns: str = COLUMNS) -> None:
        """Appends rows (id, "2013-01-31 10:00", x, y) to the source."""
        typed = [tuple(_moment(value) for value in row) for row in rows]
        self.tables.spark.createDataFrame(typed, columns).write.format("delta").mode("append").saveAsTable(self.source)

    def ingest(self, **clock: str) -> IngestReport:
        """A new run of the ingest stage."""
        self.run = replace(make_run(**clock), run_id=str(int(self.run.run_id) + 1))
        return ingest(self.spec, self.source, self.tables, self.run)

    def accepted_keys(self) -> list[str]:
        """Ids of the accepted current rows, sorted."""
        return self._ids("toy_accepted")

    def quarantined_keys(self) -> list[str]:
        """Ids of the quarantined rows, sorted."""
        return self._ids("toy_quarantine")

    def reasons_of(self, key: str) -> list[str]:
        """Reasons against the rows of one id."""
        rows = self.tables.read("toy_quarantine").where(F.col("id").eqNullSafe(key)).collect()
        return sorted(reason for row in rows for reason in row["_quarantine_reasons"])

    def _ids(self, view: str) -> list[str]:
        return sorted(row["id"] for row in self.tables.read(view).select("id").collect())


def _moment(value: object) -> object:
    if isinstance(value, str) and len(value) >= 10 and value[4:5] == "-":
        return datetime.fromisoformat(value).replace(tzinfo=UTC)
    return value
