"""A registered version, as its callers use it."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression

from recipes.ridge import pipeline
from served_model.column_values import Feature
from served_model.served_model import ServedModel

FEATURES = (Feature("wind speed", "int", True), Feature("raining", "boolean", False))
LEARNED = pd.DataFrame({"wind speed": [1.0, 2.0, 3.0], "raining": ["true", "false", "true"]})


def test_whole_numbers_and_booleans_are_answered_as_the_estimator_learned_them():
    estimator = pipeline(["wind speed"], ["raining"], {}).fit(LEARNED, [1.0, 2.0, 4.0])
    model = ServedModel(estimator, FEATURES, label_type=None)

    sent = pd.DataFrame({"raining": [True, False], "another": [0, 0], "wind speed": [1, 2]})

    assert model.predict(sent).tolist() == estimator.predict(LEARNED.head(2)).tolist()


@pytest.mark.parametrize(("label_type", "classes"), [("int", [0, 1]), ("boolean", [False, True])])
def test_a_classifier_answers_class_and_probabilities(label_type, classes):
    names = [str(each).lower() for each in classes]
    estimator = DummyClassifier(strategy="prior").fit(LEARNED, [names[0], names[0], names[1]])

    answers = ServedModel(estimator, FEATURES, label_type).predict(LEARNED)

    assert answers["prediction"].tolist() == [classes[0]] * 3
    assert list(answers.columns) == ["prediction", f"probability_{names[0]}", f"probability_{names[1]}"]
    assert answers.iloc[0, 1:].tolist() == pytest.approx([2 / 3, 1 / 3])


def test_a_missing_column_is_named():
    model = ServedModel(LinearRegression(), FEATURES, label_type=None)

    with pytest.raises(ValueError, match=r"columns raining are missing. The model takes wind speed, raining\."):
        model.as_fitted(pd.DataFrame({"wind speed": [1]}))


def test_rows_keep_their_index():
    estimator = DummyClassifier(strategy="prior").fit(LEARNED, ["a", "a", "b"])
    sent = LEARNED.set_index(np.array([7, 8, 9]))

    assert ServedModel(estimator, FEATURES, "string").predict(sent).index.tolist() == [7, 8, 9]
