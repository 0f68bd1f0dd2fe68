"""Models of both kinds travel to the workers, answer there, and only sums come back."""

import numpy as np
import pandas as pd
import pytest
from pyspark.sql import functions as F
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from tests.loop import toy_spec

from recipes.ridge import pipeline
from retraining.errors import SpecError
from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.regression import REGRESSION
from retraining.steps.dataset.answered_by_spark import FittedVersion
from retraining.steps.dataset.model_frame import LABEL
from retraining.steps.dataset.predict_rows import predict_rows
from retraining.steps.performance.sum_on_workers import BLOCK, sum_on_workers
from retraining.steps.performance.worker_sums import ModelPair
from served_model.column_values import Feature

X = pd.DataFrame({"x": [-2.0, -1.0, 1.0, 2.0]})
NUMBERS = [-4.0, -2.0, 2.0, 4.0]
CLASSES = ["early", "early", "late", "late"]
CLASSIFIER = LogisticRegression().fit(X, CLASSES)


def fitted(estimator):
    return estimator and FittedVersion(estimator, (Feature("x", "double", True),))


def pair(candidate, champion, trivial):
    return ModelPair(fitted(candidate), fitted(champion), trivial)


def rows(spark, labels, label_type):
    values = [(x, label, at % 2) for at, (x, label) in enumerate(zip(X["x"], labels, strict=True))]
    return spark.createDataFrame(values, f"x double, {LABEL} {label_type}, {BLOCK} int")


def test_a_regression_is_held_against_its_trivial_prediction(spark):
    candidate = pipeline(("x",), (), {}).fit(X, NUMBERS)
    summed = sum_on_workers(toy_spec(), rows(spark, NUMBERS, "double"), ("rmse", "mae"), pair(candidate, None, "1.0"))

    error = np.array(NUMBERS) - candidate.predict(X)
    assert summed.sums[0].rows.tolist() == [2, 2]
    assert summed.sums[0].candidate.sum(axis=0) == pytest.approx([4, (error**2).sum()])
    assert summed.sums[1].baseline.sum(axis=0) == pytest.approx([4, 5 + 3 + 1 + 3])
    assert (summed.broken, summed.constant) == (0, False)


def test_a_classification_is_held_against_a_champion_with_probabilities(spark):
    spec = toy_spec(kind="classification")
    champion = DummyClassifier(strategy="prior").fit(X, CLASSES)
    models = pair(CLASSIFIER, champion, None)
    summed = sum_on_workers(spec, rows(spark, CLASSES, "string"), ("error_rate", "log_loss"), models)

    probabilities = CLASSIFIER.predict_proba(X)[range(4), [0, 0, 1, 1]]
    assert summed.sums[0].candidate.sum(axis=0).tolist() == [4, 0]
    assert summed.sums[0].baseline.sum(axis=0).tolist() == [4, 2]
    assert summed.sums[1].candidate.sum(axis=0) == pytest.approx([4, -np.log(probabilities).sum()])
    assert summed.sums[1].baseline.sum(axis=0) == pytest.approx([4, 4 * np.log(2)])


def test_a_first_classifier_is_held_against_the_most_frequent_class(spark):
    models = pair(CLASSIFIER, None, "early")
    spec = toy_spec(kind="classification")
    summed = sum_on_workers(spec, rows(spark, CLASSES, "string"), ("error_rate",), models)

    assert summed.sums[0].baseline.sum(axis=0).tolist() == [4, 2]
    assert not summed.constant


def test_a_classifier_that_always_gives_one_answer_is_found(spark):
    constant = DummyClassifier(strategy="most_frequent").fit(X, CLASSES)
    models = pair(constant, None, "early")
    spec = toy_spec(kind="classification")

    assert sum_on_workers(spec, rows(spark, CLASSES, "string"), ("error_rate",), models).constant


def test_a_classifier_whose_probabilities_decide_may_always_name_the_frequent_class(spark):
    unsure = LogisticRegression().fit(pd.concat([X] * 4), [*CLASSES, *["early"] * 12])
    models = pair(unsure, None, '{"early": 0.875, "late": 0.125}')
    spec = toy_spec(kind="classification")
    by_area, by_class = (
        sum_on_workers(spec, rows(spark, CLASSES, "string"), (metric,), models) for metric in ("auc", "error_rate")
    )

    assert set(unsure.predict(X)) == {"early"}
    assert (by_area.constant, by_class.constant) == (False, True)
    assert by_area.metrics[0].value(by_area.sums[0].candidate.sum(axis=0)) == 1.0
    assert by_area.metrics[0].value(by_area.sums[0].baseline.sum(axis=0)) == 0.5


def test_models_of_different_classes_are_measured_over_all_of_them(spark):
    champion = LogisticRegression().fit(X, ["early", "late", "later", "lost"])
    spec = toy_spec(kind="classification")
    given = rows(spark, ["early", "early", "late", "on time"], "string")
    summed = sum_on_workers(spec, given, ("f1", "auc"), pair(CLASSIFIER, champion, None))
    values = [
        float(metric.value(sums.candidate.sum(axis=0)))
        for metric, sums in zip(summed.metrics, summed.sums, strict=True)
    ]

    # F1 1 of early, 2/3 of late, 0 of "on time"; area 1 of early, 2/3 of late, 1/2 of "on time".
    assert values == pytest.approx([5 / 9, 13 / 18])
    assert summed.sums[0].candidate.shape == summed.sums[0].baseline.shape == (2, 2 * 5)


def test_a_model_without_probabilities_is_refused_before_any_row_is_read():
    spec = toy_spec(kind="classification", gate={"metric": "auc"})
    models = pair(CLASSIFIER, RidgeClassifier().fit(X, CLASSES), None)

    with pytest.raises(SpecError, match="gate: auc needs probabilities, and RidgeClassifier of"):
        sum_on_workers(spec, None, ("auc",), models)


@pytest.mark.parametrize("far", [1e308, float("inf"), float("nan")])
def test_predictions_beyond_all_bounds_are_summed(spark, far):
    candidate = DummyRegressor(strategy="constant", constant=far)
    candidate.constant_ = np.array([[far]])
    candidate.n_outputs_ = 1
    summed = sum_on_workers(toy_spec(), rows(spark, NUMBERS, "double"), ("rmse", "r2"), pair(candidate, None, "1"))

    assert summed.broken == (0 if np.isfinite(far) else 4)
    assert summed.constant
    assert not np.isfinite(summed.metrics[0].value(summed.sums[0].candidate.sum(axis=0)))


@pytest.mark.parametrize(
    ("kind", "labels", "estimator"),
    [(REGRESSION, NUMBERS, pipeline(("x",), (), {}).fit(X, NUMBERS)), (CLASSIFICATION, CLASSES, CLASSIFIER)],
    ids=["regression", "classification"],
)
def test_predictions_have_the_type_of_their_kind(spark, kind, labels, estimator):
    given = rows(spark, labels, kind.prediction_type.simpleString())
    predicted = predict_rows(kind, given, ["x"], {"prediction": fitted(estimator)})

    assert predicted.schema["prediction"].dataType == kind.prediction_type
    assert [row["prediction"] for row in predicted.orderBy("x").collect()] == list(estimator.predict(X))
    assert predicted.where(kind.is_broken("prediction")).agg(F.count("*")).collect()[0][0] == 0
