"""Models of both kinds travel to the workers, answer there, and only sums come back."""

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from tests.loop import toy_spec

from recipes.ridge import pipeline
from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.regression import REGRESSION
from retraining.steps.dataset.model_frame import LABEL
from retraining.steps.dataset.predict_rows import FittedVersion, predict_rows
from retraining.steps.performance.sum_on_workers import BLOCK, ModelPair, sum_on_workers
from served_model.column_values import Feature

X = pd.DataFrame({"x": [-2.0, -1.0, 1.0, 2.0]})
NUMBERS = [-4.0, -2.0, 2.0, 4.0]
CLASSES = ["early", "early", "late", "late"]
CLASSIFIER = LogisticRegression().fit(X, CLASSES)


def rows(spark, labels, label_type):
    values = [(x, label, at % 2) for at, (x, label) in enumerate(zip(X["x"], labels, strict=True))]
    return spark.createDataFrame(values, f"x double, {LABEL} {label_type}, {BLOCK} int")


def test_a_regression_is_held_against_its_trivial_prediction(spark):
    candidate = pipeline(("x",), (), {}).fit(X, NUMBERS)
    summed = sum_on_workers(
        toy_spec(), rows(spark, NUMBERS, "double"), ("rmse", "mae"), ModelPair(candidate, None, "1.0")
    )

    error = np.array(NUMBERS) - candidate.predict(X)
    assert summed.sums[0].rows.tolist() == [2, 2]
    assert summed.sums[0].candidate.sum(axis=0) == pytest.approx([4, (error**2).sum()])
    assert summed.sums[1].baseline.sum(axis=0) == pytest.approx([4, 5 + 3 + 1 + 3])
    assert (summed.broken, summed.constant) == (0, False)


def test_a_classification_is_held_against_a_champion_with_probabilities(spark):
    spec = toy_spec(kind="classification")
    champion = DummyClassifier(strategy="prior").fit(X, CLASSES)
    models = ModelPair(CLASSIFIER, champion, None)
    summed = sum_on_workers(spec, rows(spark, CLASSES, "string"), ("error_rate", "log_loss"), models)

    probabilities = CLASSIFIER.predict_proba(X)[range(4), [0, 0, 1, 1]]
    assert summed.sums[0].candidate.sum(axis=0).tolist() == [4, 0]
    assert summed.sums[0].baseline.sum(axis=0).tolist() == [4, 2]
    assert summed.sums[1].candidate.sum(axis=0) == pytest.approx([4, -np.log(probabilities).sum()])
    assert summed.sums[1].baseline.sum(axis=0) == pytest.approx([4, 4 * np.log(2)])


def test_a_first_classifier_is_held_against_the_most_frequent_class(spark):
    models = ModelPair(CLASSIFIER, None, "early")
    spec = toy_spec(kind="classification")
    summed = sum_on_workers(spec, rows(spark, CLASSES, "string"), ("error_rate",), models)

    assert summed.sums[0].baseline.sum(axis=0).tolist() == [4, 2]
    assert not summed.constant


def test_a_classifier_that_always_gives_one_answer_is_found(spark):
    constant = DummyClassifier(strategy="most_frequent").fit(X, CLASSES)
    models = ModelPair(constant, None, "early")
    spec = toy_spec(kind="classification")

    assert sum_on_workers(spec, rows(spark, CLASSES, "string"), ("error_rate",), models).constant


@pytest.mark.parametrize(
    ("kind", "labels", "estimator"),
    [(REGRESSION, NUMBERS, pipeline(("x",), (), {}).fit(X, NUMBERS)), (CLASSIFICATION, CLASSES, CLASSIFIER)],
    ids=["regression", "classification"],
)
def test_predictions_have_the_type_of_their_kind(spark, kind, labels, estimator):
    given = rows(spark, labels, kind.prediction_type.simpleString())
    version = FittedVersion(estimator, (Feature("x", "double", True),))
    predicted = predict_rows(kind, given, ["x"], {"prediction": version})

    assert predicted.schema["prediction"].dataType == kind.prediction_type
    assert [row["prediction"] for row in predicted.orderBy("x").collect()] == list(estimator.predict(X))
    assert predicted.where(kind.is_broken("prediction")).agg(F.count("*")).collect()[0][0] == 0
