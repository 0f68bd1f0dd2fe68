"""A batch table holds each key once, with the answer of the version that should answer it."""

from dataclasses import dataclass, field
from datetime import date

import pytest
from tests.loop import Loop, days, toy_spec

from retraining.adapters.tables.batch_scores import read_scorings
from retraining.errors import ContractError, NothingToDoError, SourceError, SpecError
from retraining.failpoints import BATCH, VARIABLE, FailpointError
from retraining.spec.batch_spec import BatchSpec
from retraining.stages.score_batch import ScoreBatchReport, score_batch
from retraining.steps.batch.batch_context import BatchContext

COLUMNS = "id string, at timestamp, x double, note string"


def batch_spec(**changes: object) -> BatchSpec:
    """The smallest spec, with keys replaced."""
    source = {"table": "asked", "keys": ["id"], "ledger_column": "at"}
    return BatchSpec.model_validate({"batch": "daily", "model": "toy", "source": source, **changes})


@dataclass
class Batch:
    """A batch table of a loop. Each call of the stage is a new run."""

    loop: Loop
    spec: BatchSpec = field(default_factory=batch_spec)

    def asks(self, rows: list[tuple[object, ...]], columns: str = COLUMNS, table: str = "asked") -> None:
        """Appends rows (id, "2013-02-01 10:00", x, note) to the table that is scored."""
        self.loop._put(rows, columns, self.loop.tables.name(table))

    def run(self) -> ScoreBatchReport:
        """A new run of the stage."""
        self.loop.start_run()
        return score_batch(BatchContext(self.spec, self.loop.context))

    def rows(self, *columns: str) -> list[tuple[object, ...]]:
        """The stored rows, by key."""
        table = self.loop.tables.read("daily_scores")
        return sorted(tuple(row) for row in table.select(*columns).collect())

    def version(self) -> int:
        """The table's Delta version."""
        return self.loop.version_of_table("daily_scores")


@pytest.fixture(scope="module")
def trained(make_loop):
    """A loop with a champion."""
    loop = make_loop()
    loop.source_has(days(1, 14))
    loop.ingest()
    loop.train()
    return loop


@pytest.fixture
def batch(trained):
    """A batch table that nobody has scored yet."""
    for table in ("asked", "daily_scores", "batch_scorings"):
        trained.tables.spark.sql(f"DROP TABLE IF EXISTS {trained.tables.name(table)}")
    trained.tables._known.clear()
    trained.spec = toy_spec()
    return Batch(trained)


def test_new_rows_are_scored_once_and_a_changed_row_again(batch):
    batch.asks([("a", "2013-02-01 10:00", 1.0, "x"), ("b", "2013-02-01 10:00", -1.0, "y")])
    first = batch.run()
    batch.asks([("b", "2013-02-02 10:00", 0.5, "z"), ("c", "2013-02-02 11:00", 0.0, "z")])
    second = batch.run()

    assert "2 rows scored by version 2 of toy, of 2 read" in first.summary
    assert [(each.rows_scored, each.rows_read) for each in second.scorings] == [(2, 4)]
    assert batch.rows("id", "scoring", "model_version") == [("a", 1, "2"), ("b", 2, "2"), ("c", 2, "2")]
    answers = {row[0]: row[1] for row in batch.rows("id", "prediction")}
    assert answers == pytest.approx({"a": 2.0, "b": 1.0, "c": 0.0}, abs=0.1)


@pytest.mark.parametrize("point", BATCH)
def test_a_run_that_stops_anywhere_is_finished_by_the_same_command(batch, monkeypatch, point):
    batch.asks([("a", "2013-02-01 10:00", 1.0, "x"), ("b", "2013-02-01 11:00", -1.0, "y")])
    monkeypatch.setenv(VARIABLE, f"{point}=raise")
    with pytest.raises(FailpointError):
        batch.run()
    monkeypatch.delenv(VARIABLE)
    stopped = batch.loop.run.run_id
    batch.run()

    assert batch.rows("id", "scoring", "run_id") == [("a", 1, stopped), ("b", 1, stopped)]
    states = [(row.seq, row.state, row.rows_scored) for row in read_scorings(batch.loop.tables, "daily")]
    assert states == [(1, "OPENED", None), (1, "CLOSED", 2), (2, "OPENED", None), (2, "CLOSED", 0)]


def test_rows_that_must_not_be_scored_are_left_out_and_counted(batch):
    batch.loop.spec = toy_spec(quality={"rules": [{"rule": "in_range", "column": "x", "max": 5}]})
    batch.asks(
        [
            ("a", "2013-02-01 10:00", 1.0, "x"),
            (None, "2013-02-01 10:00", 1.0, "without a key"),
            ("b", "2013-02-01 10:00", 9.0, "against a rule"),
            ("c", None, 1.0, "without a ledger value"),
            ("d", "2033-02-01 10:00", 1.0, "far ahead"),
        ]
    )
    report = batch.run()

    assert batch.rows("id") == [("a",)]
    assert report.summary.endswith(
        "Left out: 1 without a key, 1 against a quality rule, 2 without a valid ledger value."
    )


def test_without_a_ledger_only_new_and_changed_rows_are_scored(batch):
    batch.spec = batch_spec(source={"table": "asked", "keys": ["id"]})
    batch.asks([("a", 1.0), ("b", 2.0)], "id string, x double")
    batch.run()
    batch.loop.tables.spark.sql(f"UPDATE {batch.loop.tables.name('asked')} SET x = 0 WHERE id = 'b'")
    second = batch.run()

    assert [row.rows_scored for row in second.scorings] == [1]
    assert batch.rows("id", "scoring") == [("a", 1), ("b", 2)]


def test_of_several_rows_of_a_key_the_newest_counts(batch):
    batch.asks([("a", "2013-02-02 10:00", 1.0, "new"), ("a", "2013-02-01 10:00", -1.0, "old")])
    batch.run()

    assert [round(row[1]) for row in batch.rows("id", "prediction")] == [2]


def test_a_query_names_its_rows_and_keys_keep_their_names_and_types(batch):
    query = "SELECT 7 AS `Kunde nr`, DATE'2013-02-01' AS tag, x FROM {schema}.asked WHERE note = 'x'"
    batch.spec = batch_spec(source={"query": query, "keys": ["Kunde nr", "tag"]})
    batch.asks([("a", "2013-02-01 10:00", 1.0, "x"), ("b", "2013-02-01 10:00", -1.0, "y")])
    batch.run()

    table = batch.loop.tables.read("daily_scores")
    assert [field.simpleString() for field in table.schema][:2] == ["Kunde nr:int", "tag:date"]
    assert batch.rows("Kunde nr", "tag") == [(7, date(2013, 2, 1))]


def test_a_missing_or_retyped_column_is_one_sentence_and_nothing_is_written(batch):
    batch.asks([("a", "2013-02-01 10:00", "1,5")], "id string, at timestamp, x string")
    with pytest.raises(ContractError, match=r"column `x` is string, but version 2 of toy learned numbers there"):
        batch.run()
    assert read_scorings(batch.loop.tables, "daily") == []


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"source": {"table": "nowhere", "keys": ["id"]}}, SourceError, "does not exist"),
        ({"source": {"query": "SELECT * FROM nowhere", "keys": ["id"]}}, SourceError, "source.query cannot be read"),
        ({"version": "7"}, SpecError, "version 7 of toy is not in the registry"),
        ({"version": "2012-12-31"}, NothingToDoError, "toy had no champion at the end of that day"),
    ],
)
def test_rows_or_versions_that_are_not_there_are_named(batch, changes, error, sentence):
    batch.asks([("a", "2013-02-01 10:00", 1.0, "x")])
    batch.spec = batch_spec(**changes)
    with pytest.raises(error, match=sentence):
        batch.run()


def test_a_table_of_somebody_else_is_not_touched(batch):
    batch.asks([("a", "2013-02-01 10:00", 1.0, "x")])
    batch.asks([("a", 1.0)], "id string, y double", table="daily_scores")
    with pytest.raises(ContractError, match="is no batch table"):
        batch.run()
    assert batch.rows("id", "y") == [("a", 1.0)]
