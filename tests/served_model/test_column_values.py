"""What an estimator learned as numbers and texts, from whatever pandas holds."""

from datetime import date, datetime
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F

from served_model.column_values import Feature, as_category, as_number, label_values

TYPED = {
    "boolean": [True, False, None],
    "int": [5, -7, None],
    "bigint": [9_007_199_254_740_992, 0, None],
    "double": [1.0, 2.5e7, 0.0001],
    "float": [0.1, 2.5e7, float("-inf")],
    "decimal(10,2)": [Decimal("5.00"), Decimal("-7.10"), None],
    "date": [date(2013, 1, 5), date(1999, 12, 31), None],
    "timestamp": [datetime(2013, 1, 5, 6), datetime(2013, 1, 5, 6, 7, 8, 250_000), None],
    "string": ["rain", "", None],
}


@pytest.mark.spark
@pytest.mark.parametrize("type_name", TYPED)
def test_a_category_is_the_text_that_spark_writes(spark, type_name):
    rows = spark.createDataFrame([(value,) for value in TYPED[type_name]], f"`a column` {type_name}")
    both = rows.select("a column", F.col("a column").try_cast("string").alias("text")).toPandas()

    texts = as_category(both, Feature("a column", type_name, is_numeric=False))

    assert texts.tolist() == both["text"].tolist()


@pytest.mark.parametrize(
    ("values", "type_name", "texts"),
    [
        ([5.0, np.nan], "int", ["5", None]),
        ([1.0, np.nan], "boolean", ["true", None]),
        ([5.0, 5.1], "decimal(10,2)", ["5.00", "5.10"]),
        ([Decimal("1.5")], "decimal(10,2)", ["1.50"]),
        ([1.0, np.nan], "string", ["1", None]),
        (["True", None], "boolean", ["true", None]),
        ([date(2013, 1, 1)], "timestamp", ["2013-01-01 00:00:00"]),
        (pd.array([5, None], dtype="Int64"), "bigint", ["5", None]),
        (pd.to_datetime(["2013-01-05", None]), "date", ["2013-01-05", None]),
    ],
)
def test_a_gap_that_changes_pandas_type_does_not_change_the_category(values, type_name, texts):
    rows = pd.DataFrame({"column": values})

    assert as_category(rows, Feature("column", type_name, is_numeric=False)).tolist() == texts


@pytest.mark.parametrize(
    ("values", "numbers"),
    [
        ([1, 2], [1.0, 2.0]),
        ([True, None], [1.0, np.nan]),
        (["1.5", None], [1.5, np.nan]),
        ([Decimal("2.50"), None], [2.5, np.nan]),
        (pd.array([3, None], dtype="Int64"), [3.0, np.nan]),
        ([np.inf, -1e308], [np.nan, np.nan]),
        (pd.to_datetime(["1970-01-02"]), [86_400.0]),
    ],
)
def test_a_number_is_a_double_and_what_no_estimator_computes_with_is_missing(values, numbers):
    assert as_number(pd.Series(values, name="x")).tolist() == pytest.approx(numbers, nan_ok=True)


def test_text_for_a_number_is_refused_by_the_column_and_not_by_its_value():
    with pytest.raises(ValueError, match=r"^column wind speed: the model takes numbers there") as caught:
        as_number(pd.Series(["secret"], name="wind speed"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("texts", "type_name", "values"),
    [
        (["true", "false"], "boolean", [True, False]),
        (["0", "1"], "int", [0, 1]),
        (["0.0", "1.0"], "double", [0.0, 1.0]),
        (["no", "yes"], "string", ["no", "yes"]),
    ],
)
def test_a_class_has_the_type_of_the_label(texts, type_name, values):
    assert label_values(np.array(texts), type_name).tolist() == values
