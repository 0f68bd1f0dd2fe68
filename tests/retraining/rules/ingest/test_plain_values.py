"""Texts of files: what is a value of its type, and what is not."""

import pytest
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from retraining.rules.ingest.plain_values import from_windows_1252, is_malformed, value_of

GOOD = [
    *(("double", text) for text in ("1", "-1.5", "+.5", "5.", "1e3", " 2 ", "NaN", "inf", "-Infinity")),
    *(("int", text) for text in ("7", "-7", "+7", "7.0", "7.", " 7 ")),
    *(("decimal(9,2)", "1.25"), ("boolean", "True"), ("boolean", "FALSE"), ("date", "2013-1-31")),
    *(("date", "2013-01-31 00:00:00"), ("timestamp", "2013-01-31"), ("timestamp", "2013-01-31 10:00")),
    *(("timestamp", "2013-01-31T10:00:00.123456Z"), ("timestamp", "2013-01-31 10:00:00+02:00")),
    *(("timestamp_ntz", "2013-01-31 10:00:00.5"), ("string", "1d")),
]
BAD = [
    *(("double", text) for text in ("1d", "1f", "1D", "0x1p3", "1,5", "1 000", "one", "--1")),
    *(("int", text) for text in ("1.5", "1e3", "3000000000", "0x10", "1L")),
    *(("decimal(9,2)", "1d"), ("decimal(3,0)", "12345"), ("boolean", "perhaps"), ("date", "2013"), ("date", "2013-01")),
    *(("date", "2013-02-30"), ("date", "2013-01-31 10:00"), ("timestamp", "2013"), ("timestamp", "2013-01")),
    *(("timestamp", "10:00"), ("timestamp", "1359626400"), ("timestamp", "2013-01-31 25:00"), ("timestamp", "soon")),
    *(("timestamp_ntz", "2013-01-31 10:00+02:00"), ("date", "01/31/2013")),
]


@pytest.mark.parametrize("texts", [GOOD, BAD], ids=["good", "bad"])
def test_a_text_is_a_value_exactly_where_people_write_it_so(spark, texts):
    types = {type_: spark.createDataFrame([], f"a {type_}").schema["a"].dataType for type_, _ in texts}
    row = spark.range(1).select(
        *(is_malformed(F.lit(text), types[type_]).alias(f"m{n}") for n, (type_, text) in enumerate(texts)),
        *(value_of(F.lit(text), types[type_]).isNull().alias(f"v{n}") for n, (type_, text) in enumerate(texts)),
    )
    wrong = row.collect()[0]

    found = [(type_, text) for n, (type_, text) in enumerate(texts) if wrong[f"m{n}"] and wrong[f"v{n}"]]
    assert found == (texts if texts is BAD else [])


def test_nothing_is_no_value_and_no_fault(spark):
    double = StructType.fromDDL("a double")["a"].dataType
    texts = [F.lit(None).cast("string"), F.lit(""), F.lit("  ")]
    row = spark.range(1).select(
        F.array(*(value_of(text, double) for text in texts)), F.array(*(is_malformed(text, double) for text in texts))
    )

    assert [list(each) for each in row.collect()[0]] == [[None] * 3, [False] * 3]


def test_windows_1252_has_signs_where_latin_has_none(spark):
    text = F.lit("5 €, naïve “é”".encode("cp1252").decode("latin1"))

    assert spark.range(1).select(from_windows_1252(text)).collect()[0][0] == "5 €, naïve “é”"
