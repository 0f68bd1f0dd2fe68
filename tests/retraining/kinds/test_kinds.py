"""What a kind decides, for each kind there is, and what it takes to add one."""

from dataclasses import FrozenInstanceError

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.linear_model import LinearRegression, LogisticRegression
from tests.loop import toy_spec

from retraining.errors import SpecError
from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.find_kind import KINDS, find_kind, kind_of
from retraining.kinds.forecast import FORECAST
from retraining.kinds.regression import REGRESSION, Regression

X = pd.DataFrame({"x": [0.0, 1.0, 2.0, 3.0]})
NUMBERS = pd.Series([0.0, 2.0, 4.0, 6.0])
CLASSES = pd.Series(["a", "a", "b", "b"])


def test_a_kind_is_found_by_the_name_that_a_spec_uses():
    assert [find_kind(name) for name in KINDS] == [REGRESSION, CLASSIFICATION, FORECAST]
    assert kind_of(toy_spec()) is REGRESSION
    assert kind_of(toy_spec(kind="classification")) is CLASSIFICATION


def test_an_unknown_kind_is_refused_with_the_names_there_are():
    expected = "'survival' is not a kind of model; expected one of regression, classification, forecast"

    with pytest.raises(SpecError) as caught:
        find_kind("survival")
    assert str(caught.value) == f"{expected}."
    with pytest.raises(ValidationError, match=expected):
        toy_spec(kind="survival")


def test_a_new_kind_is_a_class_and_a_line_in_the_registry(monkeypatch):
    count = Regression(
        name="count",
        is_numeric=True,
        has_probabilities=False,
        prediction_type=REGRESSION.prediction_type,
        followed=REGRESSION.metrics["mae"],
        metrics={"mae": REGRESSION.metrics["mae"]},
    )
    monkeypatch.setitem(KINDS, count.name, count)

    assert kind_of(toy_spec(kind="count", gate={"metric": "mae"})) is count
    with pytest.raises(ValidationError, match="'auc' is not a metric of a count; expected one of mae, recipes"):
        toy_spec(kind="count", gate={"metric": "auc"})


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_is_frozen_and_a_gate_may_name_the_metric_it_is_followed_by(kind):
    with pytest.raises(FrozenInstanceError):
        kind.name = "other"
    assert kind.metric(kind.followed.name) is kind.followed
    assert kind.why_no_metric(kind.followed.name) is None


@pytest.mark.parametrize(("kind", "error"), [(REGRESSION, 3.0), (CLASSIFICATION, 9.0)])
def test_an_error_comes_from_stored_sums_and_its_mean_loss_from_the_error(kind, error):
    assert kind.error(36.0, 4) == error
    assert kind.mean_loss(error) == 9.0
    assert np.isnan(kind.error(0.0, 0))


@pytest.mark.parametrize(("kind", "increase"), [(REGRESSION, 0.21), (CLASSIFICATION, 0.1)])
def test_a_mean_loss_grows_with_the_error_behind_it(kind, increase):
    assert kind.mean_loss_increase(0.1) == pytest.approx(increase)
    assert kind.mean_loss(1.1) / kind.mean_loss(1.0) - 1 == pytest.approx(increase)


def test_the_error_of_rows_in_memory():
    assert REGRESSION.error_on_rows(np.array([1.0, 2.0]), np.array([4.0, 6.0])) == pytest.approx(12.5**0.5)
    assert CLASSIFICATION.error_on_rows(np.array(["a", "b"], object), np.array(["a", "a"], object)) == 0.5


def test_a_regression_answers_with_numbers_and_a_classification_with_names_and_probabilities():
    number = REGRESSION.answers(LinearRegression().fit(X, NUMBERS), X, REGRESSION.as_labels(NUMBERS), True)
    named = CLASSIFICATION.answers(LogisticRegression().fit(X, CLASSES), X, CLASSIFICATION.as_labels(CLASSES), True)

    assert number.prediction.tolist() == pytest.approx(NUMBERS.tolist())
    assert number.probabilities is None
    assert named.prediction.tolist() == CLASSES.tolist()
    assert named.classes == ("a", "b")
    assert named.probabilities.sum(axis=1) == pytest.approx(np.ones(4))


def test_classes_that_are_numbers_become_texts():
    fitted = LogisticRegression().fit(X, [0, 0, 1, 1])

    assert CLASSIFICATION.as_predictions(fitted.predict(X)).tolist() == ["0", "0", "1", "1"]


def test_the_trivial_prediction_is_the_mean_or_the_share_of_each_class_as_text():
    assert REGRESSION.trivial_prediction(NUMBERS) == "3.0"
    assert CLASSIFICATION.trivial_prediction(pd.Series(["no", "yes", "no", "no"])) == '{"no": 0.75, "yes": 0.25}'
    assert CLASSIFICATION.trivial_prediction(CLASSES[::-1]) == '{"a": 0.5, "b": 0.5}'


def test_a_stored_trivial_prediction_answers_every_row():
    number = REGRESSION.trivial_answers("3.0", np.array([1.0, 2.0]))
    named = CLASSIFICATION.trivial_answers('{"b": 0.75, "a": 0.25}', np.array(["a", "b"], object))

    assert number.prediction.tolist() == [3.0, 3.0]
    assert named.prediction.tolist() == ["b", "b"]
    assert named.classes == ("b", "a")
    assert named.probabilities.tolist() == [[0.75, 0.25], [0.75, 0.25]]


@pytest.mark.parametrize("stored", ["a", "7", "true", "[1]", "{a"])
def test_a_trivial_prediction_that_earlier_code_stored_is_certain_of_its_class(stored):
    answers = CLASSIFICATION.trivial_answers(stored, np.array(["a"], object))

    assert (answers.prediction.tolist(), answers.classes, answers.probabilities.tolist()) == (
        [stored],
        (stored,),
        [[1.0]],
    )


def test_no_trivial_prediction_is_right_about_nothing():
    label = np.array(["a"], object)

    assert CLASSIFICATION.error_on_rows(label, CLASSIFICATION.trivial_answers(None, label).prediction) == 1.0
    assert np.isnan(REGRESSION.trivial_answers(None, np.array([1.0])).prediction[0])


def test_rows_of_one_class_cannot_be_learned_and_rows_of_one_number_can():
    why = CLASSIFICATION.why_not_learned(pd.Series(["no", "no"]))

    assert why == "all 2 rows have the same class, and a classifier needs rows of at least 2"
    assert CLASSIFICATION.why_not_learned(CLASSES) is None
    assert REGRESSION.why_not_learned(pd.Series([1.0, 1.0])) is None


def test_the_classes_of_a_model_are_texts_and_a_regression_has_none():
    assert CLASSIFICATION.classes_of(LogisticRegression().fit(X, [0, 0, 1, 1])) == ("0", "1")
    assert CLASSIFICATION.classes_of(LinearRegression().fit(X, NUMBERS)) == ()
    assert REGRESSION.classes_of(LogisticRegression().fit(X, [0, 0, 1, 1])) == ()


def test_only_a_classifier_with_probabilities_has_a_confidence():
    classifier = LogisticRegression().fit(X, CLASSES)

    assert CLASSIFICATION.confidence(classifier, X).min() > 0.5
    assert CLASSIFICATION.confidence(LinearRegression(), X) is None
    assert CLASSIFICATION.confidence(classifier, X * np.inf) is None
    assert REGRESSION.confidence(classifier, X) is None


def test_a_class_that_the_model_does_not_know_has_a_number_too():
    assert CLASSIFICATION.as_numbers(np.array(["b", "new"], object), ("a", "b")).tolist() == [1.0, -1.0]


def test_predictions_are_compared_in_words():
    assert REGRESSION.difference_in_words(np.array([1.0, 2.0]), np.array([1.5, 2.0])) == "at most 0.5 apart"
    assert CLASSIFICATION.difference_in_words(np.array(["a", "b"]), np.array(["a", "a"])) == "1 rows differ"
