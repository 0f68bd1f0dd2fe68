"""Quarantined values are shown without being said."""

import pytest

from retraining.adapters.tables.quarantine_samples import masked

CASES = {
    "Åse O'Neill-42": "xxx x'xxxxx-99",
    "a@b.org": "x@x.xxx",
    "-12.50": "-99.99",
    "\u0664\u0665": "99",
    "a\u0000b\n\U0001f984": "x?x??",
    "x" * 41: "x" * 40 + "...",
    "": "",
    "NaN": "NaN",
    "nan": "xxx",
    None: None,
}


@pytest.fixture(scope="module")
def shown(spark):
    rows = spark.createDataFrame([(each,) for each in CASES], "said string")
    return {row["said"]: row["shown"] for row in rows.select("said", masked("said").alias("shown")).collect()}


@pytest.mark.parametrize("value", CASES, ids=ascii)
def test_letters_and_digits_are_masked(shown, value):
    assert shown[value] == CASES[value]


def test_numbers_and_times_are_masked_like_text(spark):
    values = "double('NaN') AS a, -1.5D AS b, timestamp'2013-01-31 10:00' AS c, true AS d, 1e30D AS e"

    row = spark.sql(f"SELECT {values}").select(*(masked(name) for name in "abcde")).collect()[0]

    assert list(row) == ["NaN", "-9.9", "9999-99-99 99:99:99", "xxxx", "9.9x99"]
