"""The spec's own function makes the columns, once, and whatever the mode everything behind it sees them."""

from contextlib import suppress

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from tests.loop import KilledError, killed, toy_spec
from tests.retraining.adapters.sources.feed import read_changes, upsert
from tests.retraining.adapters.sources.folder import put_csv, read_from_files

from retraining.adapters.sources.preparation import Preparation
from retraining.errors import ContractError, SourceError, SpecError
from retraining.spec.source_section import IS_DELETED, MALFORMED_LINE

pytestmark = pytest.mark.slow

TEN, ELEVEN = "2013-01-31 10:00", "2013-01-31 11:00"
DELIVERIES = {
    "first": [(" A", TEN, 1.0, 1.0), ("B ", TEN, 2.0, 1.0)],
    "second": [("a", ELEVEN, 3.0, 1.0), ("c", ELEVEN, 500.0, 1.0)],
}


def tidy(rows: DataFrame) -> DataFrame:
    return rows.withColumns({"id": F.lower(F.trim("id")), "tenfold": F.col("x") * 10})


def say_prepare(loop, name: str = "recipes.toy.prepare", **changes: object):
    said = loop.spec.model_dump()
    loop.spec = toy_spec(**{**said, "source": {**said["source"], "prepare": name}, **changes})
    return loop


def into_table(loop, _):
    return lambda _, rows: loop.source_has(rows)


def into_folder(loop, tmp_path):
    read_from_files(loop, tmp_path / "in")
    return lambda name, rows: put_csv(tmp_path / "in", f"{name}.csv", rows)


def into_feed(loop, _):
    read_changes(loop)
    return lambda _, rows: upsert(loop, rows)


def test_a_row_whose_value_cannot_be_calculated_is_not_quoted_and_a_corrected_function_finishes_the_batch(
    loop, prepared_by
):
    prepared_by(lambda rows: rows.withColumn("x", F.lit(1) / (F.col("y") - 31415)))
    say_prepare(loop).source_has([("a", TEN, 1.0, 31415.0), ("b", TEN, 1.0, 31416.0)])

    with pytest.raises(SourceError, match=r"\(DIVIDE_BY_ZERO\) in source\.prepare `recipes\.toy\.prepare`") as refused:
        loop.ingest()
    assert "31415" not in str(refused.value)
    assert (refused.value.__cause__, refused.value.__suppress_context__) == (None, True)
    prepared_by(lambda rows: rows.withColumn("x", F.try_divide(F.lit(1), F.col("y") - 31415)))
    assert (loop.ingest().accepted, loop.states_of_batches()) == (2, ["PLANNED", "COMMITTED"])


@pytest.mark.parametrize("deliver_into", [into_table, into_folder, into_feed])
def test_keys_rules_and_stored_columns_are_those_of_the_prepared_rows(loop, tmp_path, prepared_by, deliver_into):
    prepared_by(tidy)
    deliver = deliver_into(loop, tmp_path)
    quality = {"rules": [{"rule": "in_range", "column": "tenfold", "max": 100}]}
    say_prepare(loop, quality=quality, columns={"label": "y", "numeric": ["tenfold"]})
    reports = []
    for name, rows in DELIVERIES.items():
        deliver(name, rows)
        reports.append(loop.ingest())

    assert [(report.accepted, report.quarantined) for report in reports] == [(2, 0), (1, 1)]
    assert loop.accepted("tenfold") == {"a": 30.0, "b": 20.0}
    assert loop.reasons_of("c") == ["tenfold_in_range"]
    assert loop.ingest().read == 0


def test_a_row_deleted_from_a_feed_takes_its_prepared_key_away_and_nothing_else_is_kept_of_it(loop, prepared_by):
    prepared_by(tidy)
    say_prepare(read_changes(loop))
    upsert(loop, DELIVERIES["first"])
    loop.ingest()
    loop.tables.spark.sql(f"DELETE FROM {loop.source} WHERE id = 'B '")
    loop.tables.spark.sql(f"UPDATE {loop.source} SET id = 'A' WHERE id = ' A'")  # prepared, it is the same key
    loop.ingest()

    assert loop.accepted_keys() == ["a"]
    gone = loop.tables.read("toy_observations").where("_deletes_key = _row_key")
    assert [tuple(row) for row in gone.select("id", "at", "x", "tenfold").collect()] == [("b", None, None, None)]


def fails(rows):
    raise ValueError("no such meter")


REFUSED = {
    fails: (SourceError, r"toy: source.prepare `recipes.toy.prepare` failed \(ValueError: no such meter\)\. Nothing"),
    "asks for a column that is not there": (SourceError, r"failed \(AnalysisException: \[UNRESOLVED_COLUMN"),
    "returns nothing": (SourceError, r"returned NoneType, expected a DataFrame\. .* Correct src/recipes/toy\.py\."),
    "says a column twice": (SourceError, "returned column `x` more than once, expected it once"),
    "loses the key": (ContractError, r"toy_source \(prepared by recipes.toy.prepare\) has no column `id`"),
    "loses the ledger": (ContractError, r"\(prepared by recipes.toy.prepare\) has no column `at`"),
    "drops a row": (SourceError, "returned 1 rows for 2, expected one for each; rows are left out by quality rules"),
    "doubles rows": (SourceError, "returned 4 rows for 2, expected one for each"),
}
FUNCTIONS = {
    "asks for a column that is not there": lambda rows: rows.select("nowhere"),
    "returns nothing": lambda _: None,
    "says a column twice": lambda rows: rows.select("*", F.lit(1).alias("X")),
    "loses the key": lambda rows: rows.drop("id"),
    "loses the ledger": lambda rows: rows.drop("at"),
    "drops a row": lambda rows: rows.where("x < 2"),
    "doubles rows": lambda rows: rows.union(rows),
}


@pytest.fixture(scope="module")
def two_rows(make_loop):
    """A source nobody has ingested yet; every attempt of this module is refused."""
    loop = make_loop()
    loop.source_has(DELIVERIES["first"])
    return say_prepare(loop)


@pytest.mark.parametrize("fault", REFUSED, ids=lambda each: getattr(each, "__name__", each))
def test_a_function_that_does_not_give_a_row_for_a_row_is_refused_before_anything_is_written(
    two_rows, prepared_by, fault
):
    prepared_by(FUNCTIONS.get(fault, fault))
    error, message = REFUSED[fault]

    with pytest.raises(error, match=message):
        two_rows.ingest()
    assert two_rows.written() == []


def test_a_function_that_does_not_exist_is_refused_with_the_place_it_belongs_to(two_rows):
    say_prepare(two_rows, "recipes.ridge.prepare_rows")

    with pytest.raises(SpecError, match=r"source.prepare `recipes.ridge.prepare_rows` not found .* src/recipes/ridge"):
        two_rows.ingest()
    assert two_rows.written() == []


@pytest.mark.parametrize("column", [MALFORMED_LINE, IS_DELETED])
def test_columns_that_ingestion_reads_stay_as_they_are(spark, column):
    rows = spark.createDataFrame([("a", None)], f"id string, {column} boolean")

    def refusal(function):
        with pytest.raises(SourceError, match=f"returned no column `{column}` of type boolean, expected it as it was"):
            Preparation("toy", "recipes.toy.prepare", function, (column,))(rows)

    refusal(lambda rows: rows.drop(column))
    refusal(lambda rows: rows.withColumn(column, F.lit("x")))
    assert Preparation("toy", "recipes.toy.prepare", lambda rows: rows, (column,))(rows) is rows


def test_an_open_batch_whose_function_now_drops_rows_stays_open_until_it_is_corrected(loop, prepared_by, monkeypatch):
    prepared_by(tidy)
    loop.source_has(DELIVERIES["first"])
    say_prepare(loop)
    with monkeypatch.context() as patch, suppress(KilledError):
        patch.setattr("retraining.adapters.tables.observations.append_batch", killed)
        loop.ingest()
    prepared_by(lambda rows: tidy(rows).where("x < 2"))
    with pytest.raises(SourceError, match="returned 1 rows for 2"):
        loop.ingest()
    assert loop.states_of_batches() == ["PLANNED"]
    prepared_by(tidy)

    assert (loop.ingest().accepted, loop.states_of_batches()) == (2, ["PLANNED", "COMMITTED"])


def test_a_corrected_function_brings_the_rows_of_the_overlap_in_again(loop, prepared_by):
    prepared_by(tidy)
    loop.source_has(DELIVERIES["first"])
    say_prepare(loop)
    loop.ingest()
    prepared_by(lambda rows: tidy(rows).withColumn("tenfold", F.col("x") * 11))
    assert loop.ingest().read == 0  # not by itself
    loop.source_has([("c", ELEVEN, 3.0, 1.0)])

    assert (loop.ingest().accepted, loop.accepted("tenfold")) == (3, {"a": 11.0, "b": 22.0, "c": 33.0})
