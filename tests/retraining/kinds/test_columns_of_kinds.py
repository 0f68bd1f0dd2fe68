"""The Spark columns of each kind say what its numpy functions say."""

import math

from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.find_kind import KINDS
from retraining.kinds.regression import REGRESSION

INFINITE = float("inf")


def values_of(spark, rows, schema, *columns):
    made = spark.createDataFrame(rows, schema).select(*(each.alias(f"_{at}") for at, each in enumerate(columns)))
    return [tuple(row) for row in made.collect()]


def test_a_label_is_read_as_its_kind_has_it(spark):
    rows = [("1.5",), ("late",), ("NaN",), (" nan",), ("-Infinity",), ("1e308",), ("-3.4e38",), ("Nancy",), (None,)]
    found = values_of(spark, rows, "y string", *(kind.label_column("y") for kind in KINDS.values()))

    numbers, names, of_series = zip(*found, strict=True)
    assert of_series == numbers
    assert numbers == (1.5, None, None, None, None, None, -3.4e38, None, None)
    assert names == ("1.5", "late", None, None, "-Infinity", "1e308", "-3.4e38", "Nancy", None)


def test_a_number_that_is_not_there_is_not_a_class(spark):
    rows = [(0.0,), (1.0,), (math.nan,)]

    assert values_of(spark, rows, "y double", CLASSIFICATION.label_column("y")) == [("0.0",), ("1.0",), (None,)]


def test_a_loss_and_a_broken_prediction_of_a_regression(spark):
    rows = [(1.0, 3.0), (math.nan, 3.0), (INFINITE, 3.0), (None, 3.0)]
    columns = REGRESSION.loss_column("p", "y"), REGRESSION.is_broken("p")
    found = values_of(spark, rows, "p double, y double", *columns)

    assert found[0] == (4.0, False)
    assert [broken for _, broken in found[1:]] == [True, True, True]


def test_a_loss_and_a_broken_prediction_of_a_classification(spark):
    rows = [("a", "a"), ("b", "a"), (None, "a")]
    columns = CLASSIFICATION.loss_column("p", "y"), CLASSIFICATION.is_broken("p")

    assert values_of(spark, rows, "p string, y string", *columns) == [(0.0, False), (1.0, False), (1.0, True)]


def test_detectors_are_fed_errors_of_0_or_1_and_losses_from_0_to_1(spark):
    away = [(0.0, 1.0), (0.0, 3.0), (0.0, 99.0), (math.nan, 0.0), (None, 0.0)]
    numbers = values_of(spark, away, "p double, y double", *REGRESSION.detector_columns("p", "y", 2.0))
    named = [("a", "a"), ("b", "a"), (None, "a")]
    classes = values_of(spark, named, "p string, y string", *CLASSIFICATION.detector_columns("p", "y", 0.1))

    assert numbers == [(0.0, 0.125), (1.0, 0.375), (1.0, 1.0), (1.0, 1.0), (1.0, 1.0)]
    assert classes == [(0.0, 0.0), (1.0, 1.0), (1.0, 1.0)]
