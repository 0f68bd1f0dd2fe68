"""Names of keys: two keys share one only if they are the same key, whoever chose them."""

from hashlib import sha256

import pytest
from pyspark.sql import functions as F

from retraining.rules.ingest.row_identity import IDENTITIES, PRESENT, fast_hash, identity_of_length, row_key

MADE = ("A3fRxzEqAiF0ptyU", "yvf81vOGAiFp3mcf")
"""Two texts of one xxhash64, with prefix 1 as with prefix 2. xxhash64 takes in 8 bytes by a function that can be turned
round: of these first 8 bytes it makes numbers that differ in their highest bits only, and the second 8 bytes take the
difference back. A search for letters and digits finds such a pair in seconds."""


def names(spark, identity, *keys):
    """The name of each key, a tuple of SQL values."""
    rows = " UNION ALL ".join(
        f"SELECT {place} AS place, " + ", ".join(f"{value} AS c{at}" for at, value in enumerate(key))
        for place, key in enumerate(keys)
    )
    frame = spark.sql(rows)
    columns = [name for name in frame.columns if name != "place"]
    named = frame.select("place", row_key(frame, columns, identity).alias("name")).orderBy("place")
    return [row["name"] for row in named.collect()]


def test_two_keys_that_were_made_to_share_the_fast_hash_have_names_of_their_own(spark):
    first, second = ((f"'{text}'",) for text in MADE)

    assert len(set(names(spark, "xxhash64", first, second))) == 1
    assert len(set(names(spark, PRESENT, first, second))) == 2


def test_a_name_is_the_sha256_of_letter_length_and_bytes_of_each_column(spark):
    found = names(spark, "sha256", ("'añ'", "17", "CAST(NULL AS STRING)", "DATE '1970-01-02'", "true"))

    assert found == [sha256("s3:añi2:17-d1:1b4:true".encode()).hexdigest()]


def test_the_earlier_name_stays_as_tables_have_it(spark):
    assert names(spark, "xxhash64", ("'a'", "17")) == ["D69F0CF80252D2EBE7D938854C49F9C7"]


@pytest.mark.parametrize("identity", IDENTITIES)
def test_a_name_tells_its_identity_by_its_length(spark, identity):
    assert identity_of_length(len(names(spark, identity, ("1",))[0])) == identity


@pytest.mark.parametrize(
    "keys",
    [
        [("'a'", "'bc'"), ("'ab'", "'c'"), ("'abc'", "''"), ("'abc'", "CAST(NULL AS STRING)"), ("'abc'", "'-'")],
        [("'a'", "'sb'"), ("'as'", "'b'")],  # the letter alone would not keep them apart
        [("CAST(NULL AS STRING)", "'null'"), ("'null'", "CAST(NULL AS STRING)"), ("'null'", "'null'")],
        [
            ("array('a', 'b')",),
            ("array('a,b')",),
            ("array('a', NULL)",),
            ("array('a')",),
            ("CAST(NULL AS ARRAY<STRING>)",),
        ],
        [("named_struct('a', 'x', 'b', 'yz')",), ("named_struct('a', 'xy', 'b', 'z')",)],
        [("1e-7BD",), ("-1e-7BD",), ("10000000BD",)],
        [("1.0D",), ("1.0000000000000002D",), ("-1.0D",), ("CAST(NULL AS DOUBLE)",), ("CAST('NaN' AS DOUBLE)",)],
        [("TIMESTAMP '2026-01-01 00:00:00.000001'",), ("TIMESTAMP '2026-01-01 00:00:00'",)],
        [("X'C3'",), ("X'EFBFBD'",), ("X''",)],
    ],
)
def test_different_keys_have_different_names(spark, keys):
    assert len(set(names(spark, PRESENT, *keys))) == len(keys)


@pytest.mark.parametrize(
    "kinds",
    [
        ("'1'", "1", "1BD", "1D", "true", "X'31'", "DATE '1970-01-02'"),
        ("TIMESTAMP '2026-01-01'", "TIMESTAMP_NTZ '2026-01-01'"),
    ],
)
def test_the_same_text_of_another_kind_is_another_key(spark, kinds):
    assert len({names(spark, PRESENT, (kind,))[0] for kind in kinds}) == len(kinds)


@pytest.mark.parametrize("same", [("17Y", "17S", "17", "17L"), ("0.5F", "0.5D"), ("0D", "-0D")])
def test_a_number_has_one_name_in_every_type_that_it_is_widened_to(spark, same):
    assert len({names(spark, PRESENT, (number,))[0] for number in same}) == 1


def test_no_setting_of_the_session_changes_a_name(spark, monkeypatch):
    key = ("CAST(1e-7BD AS DECIMAL(38, 18))", "2.0E-3D", "DATE '1969-12-31'", "X'C3'")
    found = names(spark, PRESENT, key)
    was = spark.conf.get("spark.sql.ansi.enabled")
    spark.conf.set("spark.sql.ansi.enabled", "false" if was == "true" else "true")

    try:
        assert names(spark, PRESENT, key) == found
    finally:
        spark.conf.set("spark.sql.ansi.enabled", was)


def test_the_fast_hash_tells_a_null_from_a_value(spark):
    rows = spark.sql("SELECT NULL AS a, 'x' AS b UNION ALL SELECT 'x', NULL")

    assert rows.select(fast_hash(["a", "b"]).alias("name")).distinct().agg(F.count("name")).collect()[0][0] == 2
