"""A table that several runs need at the same time is made once, none of them is sent away for that, and a run that was
killed while it made one is in nobody's way."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlparse

import pytest
from pyspark.sql.types import DoubleType, LongType, StructField, StructType

from retraining.adapters.tables import create_table as module
from retraining.adapters.tables.changed_columns import fit_to_columns
from retraining.adapters.tables.tables import Tables
from retraining.errors import ConcurrentRunError

SCHEMA = StructType([StructField("n", LongType(), False)])
COMMIT = f"{0:020d}.json"


def place_of(tables: Tables, table: str) -> Path:
    """The folder that a table has, or will have."""
    location = tables.spark.sql(f"DESCRIBE SCHEMA {tables.schema}").where("info_name = 'Location'").collect()
    return Path(urlparse(location[0]["info_value"]).path) / table


def foreign_file(tables: Tables, table: str) -> Path:
    """A file in the place of a table that is not part of one that was just begun."""
    file = place_of(tables, table) / "part-0.parquet"
    file.parent.mkdir(parents=True)
    file.touch()
    return file


def only_a_log(tables: Tables, table: str) -> None:
    (place_of(tables, table) / "_delta_log").mkdir(parents=True)


def a_part_of_a_commit(tables: Tables, table: str) -> None:
    only_a_log(tables, table)
    (place_of(tables, table) / "_delta_log" / f".{COMMIT}.0f9b.tmp").write_text('{"commitInfo":{"timest')


def an_unknown_commit(tables: Tables, table: str) -> None:
    tables.spark.sql(f"CREATE TABLE delta.`{place_of(tables, table)}` (n bigint) USING delta")


LEFT = (only_a_log, a_part_of_a_commit, an_unknown_commit)


@pytest.fixture
def hasty(monkeypatch):
    """Another run is given up after a blink."""
    monkeypatch.setattr(module, "_PAUSES", (0.01, 0.01))


def test_who_comes_while_a_table_is_made_waits_for_it(tables, monkeypatch):
    file, waited = foreign_file(tables, "decisions"), []

    def wait(seconds):
        waited.append(seconds)
        if seconds:
            file.unlink()

    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=wait))

    tables.create("decisions", SCHEMA, append_only=True)

    assert tables.read("decisions").columns == ["n"]
    assert waited == [0.0, 0.2]


@pytest.mark.parametrize("left", LEFT)
def test_what_a_killed_run_left_of_a_table_is_taken_away_and_the_table_is_made(tables, hasty, left):
    left(tables, "decisions")

    tables.create("decisions", SCHEMA, append_only=True)
    tables.spark.sql(f"INSERT INTO {tables.name('decisions')} VALUES (7)")

    assert [row["n"] for row in tables.read("decisions").collect()] == [7]
    assert [path.name for path in place_of(tables, "decisions").parent.iterdir()] == ["decisions"]


def test_a_folder_that_may_hold_rows_is_named_and_nothing_is_taken_away(tables, hasty):
    file = foreign_file(tables, "decisions")

    with pytest.raises(ConcurrentRunError, match=f"began to make `decisions` .* {file.parent} holds files .* move it"):
        tables.create("decisions", SCHEMA, append_only=True)

    assert file.exists()
    assert not tables.exists("decisions")


def test_a_table_with_a_row_that_the_catalogue_does_not_know_is_left_alone(tables, hasty):
    place = place_of(tables, "decisions")
    tables.spark.range(3, 4).selectExpr("id AS n").write.format("delta").save(str(place))

    with pytest.raises(ConcurrentRunError, match="move it away"):
        tables.create("decisions", SCHEMA, append_only=True)

    assert [row["n"] for row in tables.spark.read.format("delta").load(str(place)).collect()] == [3]


def test_who_loses_the_race_between_the_look_and_the_creation_finds_the_table(tables, hasty):
    tables.create("decisions", SCHEMA, append_only=True)
    statements = []

    def loses_once(statement: str) -> None:
        statements.append(statement)
        race = statement.replace(" IF NOT EXISTS", "") if len(statements) == 1 else statement
        tables.spark.sql(race)

    statement = f"CREATE TABLE IF NOT EXISTS {tables.name('decisions')} (n bigint) USING DELTA"
    module.create_table(SimpleNamespace(sql=loses_once), tables.schema, "decisions", statement, lambda: True)

    assert statements == [statement, statement]


@pytest.mark.parametrize("is_left", [False, True], ids=["nothing there", "a killed run before them"])
def test_eight_at_once_all_find_the_table_made(tables, monkeypatch, is_left):
    monkeypatch.setattr(module, "_PAUSES", (0.2, 0.8, 2.0))
    if is_left:
        an_unknown_commit(tables, "decisions")

    def create(_: int) -> list[str]:
        own = Tables(tables.spark, tables.catalog, tables.schema)
        own.create("decisions", SCHEMA, append_only=True)
        return own.read("decisions").columns

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(create, range(8))) == [["n"]] * 8


def test_who_adds_a_column_that_another_run_has_just_added_may_start_again(tables, monkeypatch):
    tables.create("grows", SCHEMA, append_only=False)
    before = tables.read("grows")
    assert before.columns == ["n"]
    wider = StructType([*SCHEMA, StructField("x", DoubleType())])
    fit_to_columns(tables, "grows", wider)
    monkeypatch.setattr(Tables, "read", lambda *_: before)

    with pytest.raises(ConcurrentRunError, match="another run is changing the columns of `grows`"):
        fit_to_columns(tables, "grows", wider)
