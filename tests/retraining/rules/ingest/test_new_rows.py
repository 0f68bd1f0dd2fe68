"""Which rows of a slice come in: the same whether few keys are compared, all of them, or none needs to be."""

from collections import Counter
from functools import reduce

import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.ledger_column import is_below, is_valid
from retraining.rules.ingest.mark_rows import Doubtful, identify, new_rows
from retraining.rules.ingest.row_identity import PRESENT
from retraining.steps.ingest import count_slice as step
from retraining.steps.ingest.count_slice import SliceCounts, count_slice

LEDGER = Ledger("n", "integer")
STORED = [("known", 5, "a"), ("changed", 5, "a")]
SLICE = [
    ("alone", 6, "a"),
    ("alone, late", 4, "a"),
    ("known", 5, "a"),
    ("known", 5, "a"),
    ("changed", 5, "b"),
    *[("said three times", 7, "a")] * 3,
    ("contradicts", 7, "a"),
    ("contradicts", 7, "b"),
    ("contradicts", 7, "b"),
    ("two versions", 7, "a"),
    ("two versions", 8, "b"),
    ("without a ledger", None, "a"),
    ("without a ledger", None, "b"),
]
NEW = Counter(
    {
        ("alone", 6, "a", False): 1,
        ("alone, late", 4, "a", False): 1,
        ("changed", 5, "b", False): 1,
        ("said three times", 7, "a", False): 1,
        ("contradicts", 7, "a", True): 1,
        ("contradicts", 7, "b", True): 1,
        ("two versions", 7, "a", False): 1,
        ("two versions", 8, "b", False): 1,
        ("without a ledger", None, "a", True): 1,
        ("without a ledger", None, "b", True): 1,
    }
)


@pytest.fixture(scope="module")
def named(spark):
    def name(rows):
        frame = spark.createDataFrame(rows, "id string, n bigint, said string")
        return identify(frame, ["id"], PRESENT, [["id", "n", "said"]])

    return name(SLICE), name(STORED).select("_row_key", "_key_number", "_row_hash")


def marks():
    return is_valid(LEDGER, None), is_below(LEDGER, 5), is_below(LEDGER, 7)


@pytest.mark.parametrize("most", [100, 6, 5])
def test_one_of_each_new_row_comes_in_and_contradictions_are_marked_however_many_keys_are_compared(
    named, most, monkeypatch
):
    monkeypatch.setattr(step, "_MOST_NAMED", most)

    counted, doubtful = count_slice(*named, LEDGER, *marks())
    came = new_rows(*named, LEDGER, doubtful).select("id", "n", "said", "_conflict").collect()

    assert Counter(map(tuple, came)) == NEW
    assert doubtful is None if most < 6 else len(doubtful.keys) == 6
    assert counted == SliceCounts(read=len(SLICE), present=5, first_read=11, read_again=2, late=1, from_next_lo=8)
    assert counted.read - counted.present == sum(NEW.values())


def test_an_empty_slice_counts_nothing(named):
    rows, earlier = named

    assert count_slice(rows.limit(0), earlier, LEDGER, *marks()) == (SliceCounts(0, 0, 0, 0, 0, 0), Doubtful())


def test_rows_that_are_alone_with_their_key_need_no_comparison(named):
    rows, earlier = named
    alone = rows.where(F.col("id").startswith("alone"))

    assert count_slice(alone, earlier, LEDGER, *marks()) == (SliceCounts(2, 0, 2, 0, 1, 0), Doubtful())
    assert new_rows(alone, earlier, LEDGER, Doubtful()).where("NOT _conflict").count() == 2


def test_rows_that_are_all_stored_are_not_read_again(named):
    rows, earlier = named
    again = rows.where(F.col("id").isin("alone", "known"))

    counted, doubtful = count_slice(again, earlier, LEDGER, *marks())

    assert (counted.read, counted.present, doubtful.any_new) == (3, 2, False)
    assert [row["id"] for row in new_rows(again, earlier, LEDGER, doubtful).collect()] == ["alone"]


@pytest.mark.parametrize(
    ("ledger", "moments"),
    [
        (Ledger("n", "timestamp"), ["TIMESTAMP '2026-01-01 00:00:00.000001'", "TIMESTAMP '2026-03-29 02:30:00'"]),
        (Ledger("n", "date"), ["DATE '1969-12-31'", "DATE '2026-01-01'"]),
        (Ledger("n", "decimal"), ["1.000000000000000001BD", "12345678901234567.8BD"]),
    ],
    ids=lambda value: value.type if isinstance(value, Ledger) else "",
)
def test_doubtful_rows_are_found_by_the_ledger_whatever_its_type(spark, ledger, moments):
    said = [("twice", moments[0]), ("twice", moments[1]), ("twice", "NULL"), ("alone", moments[0])]
    rows = [spark.sql(f"SELECT '{name}' AS id, CAST({moment} AS {_type(ledger)}) AS n") for name, moment in said]
    named = identify(reduce(DataFrame.union, rows), ["id"], PRESENT, [["id", "n"]])
    nobody = named.limit(0).select("_row_key", "_key_number", "_row_hash")

    _, doubtful = count_slice(named, nobody, ledger, is_valid(ledger, None), is_below(ledger, None), F.lit(True))

    assert len(doubtful.keys) == 1
    assert [row["id"] for row in named.where(doubtful.rows(ledger)).collect()] == ["twice"] * 3


def _type(ledger):
    return "decimal(38, 18)" if ledger.type == "decimal" else ledger.type
