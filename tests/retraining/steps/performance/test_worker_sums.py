"""Rows that a model has no answer to, in the sums of two models."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.linear_model import LinearRegression, LogisticRegression

from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.metric import in_order
from retraining.kinds.regression import REGRESSION
from retraining.rules.gate.metrics import find_metric
from retraining.steps.dataset.answered_by_spark import FittedVersion
from retraining.steps.performance.worker_sums import ALL_ROWS, CHECKS, ModelPair, WorkerSums
from served_model.column_values import Feature

X = pd.DataFrame({"x": [-2.0, -1.0, 1.0, 2.0]})
NUMBERS = pd.Series([-4.0, -2.0, 2.0, 4.0])
CLASSES = pd.Series(["early", "early", "late", "late"])
GAP = pd.DataFrame({"x": [-2.0, np.nan, 1.0, np.inf]})
BARE = LinearRegression().fit(X, NUMBERS)
ROBUST = DummyRegressor().fit(X, NUMBERS)
NOTHING = pd.DataFrame(index=range(4))


def fitted(estimator):
    return estimator and FittedVersion(estimator, (Feature("x", "double", True),))


def sums(kind, metric, candidate, champion, label, features=GAP, trivial=None):
    pair = ModelPair(fitted(candidate), fitted(champion), trivial)
    classes = in_order([*kind.classes_of(candidate), *kind.classes_of(champion)])
    summing = WorkerSums(pair, kind, [find_metric(metric, kind.name)], classes)
    summing.add(features, label, np.zeros(4, np.int64), NOTHING)
    rows, *both = summing.totals[ALL_ROWS, 0, 0]
    broken = summing.totals[ALL_ROWS, CHECKS, 0][1]
    return rows, broken, np.array(both).reshape(2, -1)


def test_rows_that_both_models_refuse_compare_nothing():
    rows, broken, both = sums(REGRESSION, "rmse", BARE, BARE, NUMBERS)

    assert (rows, broken) == (2, 0)
    assert both == pytest.approx(np.array([[2.0, 0.0], [2.0, 0.0]]))


def test_rows_that_only_the_candidate_refuses_are_broken():
    rows, broken, _ = sums(REGRESSION, "rmse", BARE, ROBUST, NUMBERS)

    assert (rows, broken) == (4, 2)


def test_rows_that_only_the_champion_refuses_are_left_out():
    rows, broken, _ = sums(REGRESSION, "rmse", ROBUST, BARE, NUMBERS)

    assert (rows, broken) == (2, 0)


def test_the_trivial_answer_stands_for_a_champion_that_has_none():
    rows, broken, both = sums(REGRESSION, "rmse", ROBUST, BARE, NUMBERS, trivial="1.0")

    assert (rows, broken) == (4, 0)
    assert both[1] == pytest.approx([4.0, (-2.0 - 1) ** 2 + (4.0 - 1) ** 2])


def test_the_class_shares_stand_for_a_classifier_that_has_no_answer():
    bare = LogisticRegression().fit(X, CLASSES)
    robust = DummyClassifier(strategy="prior").fit(X, CLASSES)
    shares = '{"early": 0.75, "late": 0.25}'
    rows, _, both = sums(CLASSIFICATION, "error_rate", robust, bare, CLASSES, trivial=shares)

    assert (rows, both[1].tolist()) == (4, [4.0, 1.0])


def test_a_first_model_must_answer_every_row():
    rows, broken, _ = sums(REGRESSION, "rmse", BARE, None, NUMBERS, trivial="0.0")

    assert (rows, broken) == (4, 2)


@pytest.mark.parametrize("metric", ["error_rate", "auc", "f1", "log_loss", "calibration"])
def test_classes_and_probabilities_are_those_of_the_rows_that_are_answered(metric):
    bare = LogisticRegression().fit(X, CLASSES)
    rows, broken, both = sums(CLASSIFICATION, metric, bare, bare, CLASSES)
    assert (rows, broken) == (2, 0)
    assert both[0] == pytest.approx(both[1])


def test_a_champion_without_any_answer_leaves_no_row():
    features = pd.DataFrame({"x": [np.nan, np.inf]})
    pair = ModelPair(fitted(ROBUST), fitted(BARE), None)
    summing = WorkerSums(pair, REGRESSION, [find_metric("r2", "regression")], ())
    summing.add(features, NUMBERS[:2], np.zeros(2, np.int64), pd.DataFrame(index=features.index))

    assert list(summing.totals) == [(ALL_ROWS, CHECKS, 0)]
