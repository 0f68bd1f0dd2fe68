"""A table that several runs need at the same time is made once, and none of them is sent away for that."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlparse

import pytest
from pyspark.sql.types import DoubleType, LongType, StructField, StructType

from retraining.adapters.tables import tables as module
from retraining.adapters.tables.changed_columns import fit_to_columns
from retraining.adapters.tables.tables import Tables
from retraining.errors import ConcurrentRunError

SCHEMA = StructType([StructField("n", LongType(), False)])


def half_made(tables: Tables, table: str) -> Path:
    """What another run leaves in the table's place while it is making it: a file, and no commit yet."""
    place = tables.spark.sql(f"DESCRIBE SCHEMA {tables.schema}").where("info_name = 'Location'")
    file = Path(urlparse(place.collect()[0]["info_value"]).path) / table / "part-0.parquet"
    file.parent.mkdir(parents=True)
    file.touch()
    return file


def test_who_comes_while_a_table_is_made_waits_for_it(tables, monkeypatch):
    file = half_made(tables, "decisions")
    monkeypatch.setattr(module, "time", SimpleNamespace(sleep=lambda _: file.unlink()))

    tables.create("decisions", SCHEMA, append_only=True)

    assert tables.read("decisions").columns == ["n"]


def test_a_table_that_is_never_finished_is_named_and_nothing_is_taken_away(tables, monkeypatch):
    monkeypatch.setattr(module, "_PAUSES", (0.1, 0.1))
    file = half_made(tables, "decisions")

    with pytest.raises(ConcurrentRunError, match="began to make `decisions` and has not ended"):
        tables.create("decisions", SCHEMA, append_only=True)

    assert file.exists()
    assert not tables.exists("decisions")


def test_eight_at_once_all_find_the_table_made(tables):
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
