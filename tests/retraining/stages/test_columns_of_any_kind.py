"""Columns of every name and type, which come, go and change: only what a spec uses can stop a source."""

from datetime import date

import pytest
from pyspark.sql import functions as F
from tests.loop import toy_spec

from retraining.errors import ContractError, HeldBatchError
from retraining.stages.ingest import ingest

TEN = "2013-01-31 10:00"
ODD = {"a b": "1", "c.d": "2", "e-f": "3", "größe": "4", "_synced": "5", "g,h;{i}=(j)": "6"}


def make(loop, **columns):
    """A table of two rows, with these columns beside those of the toy."""
    more = "".join(f", {value} AS `{name}`" for name, value in columns.items())
    loop.tables.spark.sql(
        f"CREATE TABLE {loop.source} USING delta TBLPROPERTIES ('delta.columnMapping.mode' = 'name', "
        f"'delta.enableTypeWidening' = 'true') AS "
        f"SELECT id, TIMESTAMP '{TEN}' AS at, 1D AS x, 2D AS y{more} FROM VALUES ('a'), ('b') AS t(id)"
    )


def alter(loop, *changes):
    for change in changes:
        loop.tables.spark.sql(f"ALTER TABLE {loop.source} {change}")


def stored(loop, *columns):
    rows = loop.tables.read("toy_observations").select("id", *(f"`{name}`" for name in columns)).orderBy("id", *columns)
    return [tuple(row) for row in rows.collect()]


def test_columns_with_odd_names_are_stored_and_learned_from(loop):
    loop.spec = toy_spec(columns={"label": "y", "numeric": ["x", "a b", "c.d", "_synced"], "slices": ["größe"]})
    make(loop, **ODD)

    report = loop.ingest()

    assert (report.accepted, report.notes) == (2, ())
    assert [
        tuple(row) for row in loop.tables.read("toy_accepted").select(*(f"`{name}`" for name in ODD)).collect()
    ] == [(1, 2, 3, 4, 5, 6)] * 2


def test_what_cannot_be_stored_is_left_out_with_a_warning_and_the_rest_is_stored(loop, caplog):
    make(loop, tags="map('k', 1)", _row_key="'theirs'", names="array('n')", place="named_struct('p', 1D)")

    report = loop.ingest()

    assert report.accepted == 2
    assert loop.tables.read("toy_observations").columns[-2:] == ["names", "place"]
    assert "warning: column 'tags' of toy_source is map<string,int>, whose values cannot be stored" in report.summary
    assert "column '_row_key' of toy_source has a name that this product uses itself, so it is left out" in caplog.text


def test_a_view_with_a_void_column_is_read_without_it(loop):
    make(loop)
    loop.tables.spark.sql(f"CREATE VIEW {loop.tables.name('toy_view')} AS SELECT *, NULL AS nothing FROM {loop.source}")
    loop.spec = toy_spec(source={"table": "toy_view", "ledger_column": "at", "keys": ["id"]})
    loop.start_run()

    report = ingest(loop.context, loop.tables.name("toy_view"))

    assert report.accepted == 2
    assert report.notes == (
        "column 'nothing' of toy_view is void, whose values cannot be stored or compared, so it is left out",
    )


@pytest.mark.slow
def test_an_unused_column_may_go_and_come_back_and_only_rows_that_differ_come_in(loop):
    loop.spec = toy_spec(
        source={
            "table": "toy_source",
            "ledger_column": "at",
            "keys": ["id"],
            "new_columns": "accept",
            "lookback": "1 days",
        }
    )
    make(loop, w="1", z="'text'")
    loop.ingest()

    alter(loop, "DROP COLUMN w", "DROP COLUMN z", "ADD COLUMN z INT")
    loop.tables.spark.sql(f"INSERT INTO {loop.source} (id, at, x, y, z) VALUES ('c', TIMESTAMP '{TEN}', 1, 2, 7)")
    gone = loop.ingest()
    alter(loop, "ADD COLUMN w INT")
    loop.tables.spark.sql(f"INSERT INTO {loop.source} (id, at, x, y, w) VALUES ('d', TIMESTAMP '{TEN}', 1, 2, 8)")
    back = loop.ingest()

    assert (gone.accepted, gone.already_present, len(gone.notes)) == (1, 2, 2)
    assert (back.accepted, back.already_present) == (3, 1)  # the source says now that a and b have no w
    assert stored(loop, "w", "z")[4:] == [("c", None, None), ("d", 8, None)]
    assert loop.accepted("w") == {"a": None, "b": None, "c": None, "d": 8}


def test_a_used_column_that_goes_stops_before_anything_is_planned(loop):
    loop.spec = toy_spec(columns={"label": "y", "numeric": ["x", "w"]})
    make(loop, w="1")
    loop.ingest()
    before = loop.version_of_table("watermarks")
    alter(loop, "DROP COLUMN w")

    with pytest.raises(ContractError, match="has no column `w`"):
        loop.ingest()
    assert loop.version_of_table("watermarks") == before


@pytest.mark.slow
def test_wider_types_are_taken_in_stored_rows_widen_and_no_row_is_stored_twice(loop):
    loop.spec = toy_spec(
        source={"table": "toy_source", "ledger_column": "at", "keys": ["id"], "lookback": "1 days"},
        columns={"label": "y", "numeric": ["x", "i", "f", "d"]},
    )
    make(loop, i="1", f="float(0.5)", d="cast(1.25 AS decimal(10,2))", day="DATE '2013-01-31'")
    loop.ingest()
    alter(
        loop,
        "ALTER COLUMN i TYPE BIGINT",
        "ALTER COLUMN f TYPE DOUBLE",
        "ALTER COLUMN d TYPE DECIMAL(12,2)",
        "SET TBLPROPERTIES ('delta.feature.timestampNtz' = 'supported')",
        "ALTER COLUMN day TYPE TIMESTAMP_NTZ",
    )
    loop.tables.spark.sql(
        f"INSERT INTO {loop.source} VALUES ('c', TIMESTAMP '{TEN}', 1, 2, 3000000000, 0.1D, 1234567890.25, "
        f"TIMESTAMP_NTZ '2013-01-31 10:00')"
    )

    report = loop.ingest()

    types = dict(loop.tables.read("toy_observations").dtypes)
    assert (report.accepted, report.already_present) == (1, 2)
    assert [types[name] for name in ("i", "f", "d", "day")] == ["bigint", "double", "decimal(12,2)", "timestamp_ntz"]
    assert [row[1] for row in stored(loop, "i")] == [1, 1, 3_000_000_000]
    assert loop.accepted_keys() == ["a", "b", "c"]
    again = loop.ingest()
    assert (again.read, again.accepted) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("type_", "values"),
    [
        ("bigint", [2**60, 2**60 + 1]),
        ("smallint", [1, 2]),
        ("timestamp_ntz", ["TIMESTAMP_NTZ '2013-01-31 10:00'", "TIMESTAMP_NTZ '2013-01-31 11:00'"]),
        ("date", ["DATE '2013-01-31'", "DATE '2013-02-01'"]),
        ("decimal(38,0)", ["1" * 37 + "0", "1" * 37 + "1"]),
        ("decimal(38,8)", ["1" * 30 + ".00000001", "1" * 30 + ".00000002"]),
    ],
)
def test_a_ledger_of_any_type_is_exact(loop, type_, values):
    spark = loop.tables.spark
    spark.sql(f"CREATE TABLE {loop.source} (id string, at {type_}, x double, y double) USING delta")
    read = []
    for load in range(4):
        value = values[load % 2] if load < 2 else f"{values[1]}"
        spark.sql(
            f"INSERT INTO {loop.source} SELECT concat('{load}/', id), {value}, 1, 1 FROM VALUES ('a'), ('b') AS t(id)"
        )
        read.append(loop.ingest().accepted)

    assert read == [2, 2, 2, 2]
    assert len(loop.accepted_keys()) == 8


def test_placeholder_days_are_a_fault_and_never_a_watermark(loop):
    spark = loop.tables.spark
    spark.sql(f"CREATE TABLE {loop.source} (id string, at date, x double, y double) USING delta")
    days = ["DATE '0001-01-01'", "DATE '9999-12-31'", "DATE '-0044-03-15'", "date_from_unix_date(-1000000)"]
    rows = ", ".join(f"('{n}', {day}, 1D, 1D)" for n, day in enumerate(days))
    spark.sql(f"INSERT INTO {loop.source} VALUES {rows}")

    alone = loop.ingest()
    loop.source_has([("fine", date(2013, 1, 31), 1.0, 1.0)], "id string, at date, x double, y double")
    then = loop.ingest()

    assert (alone.accepted, alone.quarantined, alone.watermark) == (0, 4, None)
    assert (then.accepted, then.quarantined, then.watermark) == (1, 0, "2013-01-31")
    assert sorted(set(loop.reasons_of("0") + loop.reasons_of("1") + loop.reasons_of("2"))) == [
        "ledger_in_future",
        "ledger_too_early",
    ]


def test_a_batch_of_which_most_is_quarantined_is_held_with_the_reasons(loop):
    loop.spec = toy_spec(quality={"rules": [{"rule": "in_range", "column": "x", "max": 10}]})
    loop.source_has([(str(n), TEN, 100.0 if n < 77 else 1.0, 1.0) for n in range(100)])

    with pytest.raises(HeldBatchError, match=r"77 of 100 new rows \(77.00%\) were quarantined; .* x_in_range 77"):
        loop.ingest()
    assert loop.tables.read("toy_accepted").where(F.lit(True)).count() == 0
