"""Answers of a model that refuses some rows."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder
from sklearn.tree import DecisionTreeClassifier

from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.regression import REGRESSION
from retraining.steps.dataset.answer_rows import MOST_REFUSED, answer_rows, probabilities_of_rows

LINE = LinearRegression().fit(pd.DataFrame({"x": [0.0, 1.0]}), [0.0, 2.0])
STRICT = make_pipeline(OneHotEncoder(handle_unknown="error"), DecisionTreeClassifier())
STRICT.fit(pd.DataFrame({"c": ["a", "b"]}), ["no", "yes"])


def test_a_row_with_a_gap_has_no_answer_and_the_others_have_theirs():
    answers = answer_rows(REGRESSION, LINE, pd.DataFrame({"x": [1.0, np.nan, 3.0]}))

    assert answers.tolist() == pytest.approx([2.0, np.nan, 6.0], nan_ok=True)


def test_rows_with_gaps_are_not_counted_as_refused_however_many_there_are():
    gaps = [np.nan] * (MOST_REFUSED + 1)
    answers = answer_rows(REGRESSION, LINE, pd.DataFrame({"x": [1.0, *gaps]}))

    assert answers[0] == pytest.approx(2.0)
    assert np.isnan(answers[1:]).all()


def test_a_category_that_the_model_refuses_has_no_answer():
    features = pd.DataFrame({"c": ["a", "b", "new", "a", None]})

    assert answer_rows(CLASSIFICATION, STRICT, features).tolist() == ["no", "yes", None, "no", None]


def test_a_model_that_refuses_nearly_everything_is_at_fault():
    with pytest.raises(ValueError, match="unknown categories"):
        answer_rows(CLASSIFICATION, STRICT, pd.DataFrame({"c": ["new"] * (MOST_REFUSED + 1)}))


@pytest.mark.parametrize("kind", [REGRESSION, CLASSIFICATION])
def test_no_rows_no_answers(kind):
    assert answer_rows(kind, LINE, pd.DataFrame({"x": []})).tolist() == []


def test_probabilities_are_by_class_and_none_where_the_row_is_refused():
    trained = pd.DataFrame({"x": [0.0, 1.0]})
    tree = DecisionTreeClassifier().fit(trained, ["no", "yes"])

    assert probabilities_of_rows(tree, trained) == [{"no": 1.0, "yes": 0.0}, {"no": 0.0, "yes": 1.0}]
    assert probabilities_of_rows(STRICT, pd.DataFrame({"c": [None, "b"]})) == [None, {"no": 0.0, "yes": 1.0}]
    assert probabilities_of_rows(LINE, trained) == [None, None]
