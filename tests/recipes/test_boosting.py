"""Boosted trees cope with what rows bring: gaps, new categories, more of them than trees can tell apart."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from recipes.boosting import classification, regression

ROWS = pd.DataFrame({"x": [1.0, 2.0, np.nan, 9.0] * 10, "carrier": ["AA", "AA", None, "UA"] * 10})
LABEL = [10.0, 10.0, 50.0, 90.0] * 10
CLASSES = ["low", "low", "none", "high"] * 10
SMALL = {"min_samples_leaf": 2, "max_iter": 8, "learning_rate": 0.7}
BOTH = pytest.mark.parametrize(
    ("recipe", "label"), [(regression, LABEL), (classification, CLASSES)], ids=["regression", "classification"]
)


def test_numbers_gaps_and_categories_are_learned():
    trees = regression(["x"], ["carrier"], SMALL).fit(ROWS, LABEL)
    classes = classification(["x"], ["carrier"], SMALL).fit(ROWS, CLASSES)

    assert trees.predict(ROWS.head(4)) == pytest.approx(LABEL[:4], abs=0.5)
    assert list(classes.predict(ROWS.head(4))) == CLASSES[:4]
    assert classes.predict_proba(ROWS).shape == (40, 3)


@BOTH
def test_a_category_that_training_did_not_know_counts_as_a_gap(recipe, label):
    model = recipe(["x"], ["carrier"], SMALL).fit(ROWS, label)
    asked = pd.DataFrame({"x": 9.0, "carrier": ["DL", None, np.nan]})

    assert len(set(model.predict(asked))) == 1


@BOTH
def test_a_single_row_is_predicted_and_the_model_can_be_pickled_and_cloned(recipe, label):
    model = recipe(["x"], ["carrier"], SMALL)
    fitted = clone(model).fit(ROWS, label)

    assert list(pickle.loads(pickle.dumps(fitted)).predict(ROWS.head(1))) == list(fitted.predict(ROWS.head(1)))
    assert list(clone(fitted).fit(ROWS, label).predict(ROWS)) == list(fitted.predict(ROWS))


def test_a_single_row_is_enough_to_fit():
    assert regression(["x"], ["carrier"], SMALL).fit(ROWS.head(1), [7.0]).predict(ROWS.head(1)) == pytest.approx([7.0])


@pytest.mark.parametrize("params", [SMALL, {**SMALL, "max_bins": 16}], ids=["default", "fewer bins"])
def test_more_categories_than_trees_can_tell_apart_are_no_obstacle(params):
    frequent = pd.DataFrame({"carrier": ["AA", "UA"] * 100})
    rows = pd.concat([frequent, pd.DataFrame({"carrier": [f"rare {place}" for place in range(400)]})])
    label = [10.0, 90.0] * 100 + [50.0] * 400

    model = regression([], ["carrier"], params).fit(rows, label)

    asked = pd.DataFrame({"carrier": ["AA", "UA", "rare 399"]})
    assert model.predict(asked) == pytest.approx([10.0, 90.0, 50.0], abs=3.0)


@pytest.mark.parametrize("gap", [None, np.nan])
def test_columns_without_any_value_are_no_obstacle(gap):
    empty = ROWS.assign(x=np.nan, carrier=pd.Series([gap] * len(ROWS), dtype=object))

    assert regression(["x"], ["carrier"], SMALL).fit(empty, LABEL).predict(ROWS) == pytest.approx([40.0] * 40)


def test_a_class_with_one_row_is_no_obstacle_however_many_rows_there_are():
    rows = pd.DataFrame({"x": np.arange(10_001.0)})  # from 10,001 rows on scikit-learn would set some aside

    model = classification(["x"], [], {"max_iter": 1}).fit(rows, ["no"] * 10_000 + ["yes"])

    assert list(model.classes_) == ["no", "yes"]


def test_params_are_those_of_scikit_learn_and_the_seed_is_fixed():
    learner = classification(["x"], [], {"max_iter": 7, "class_weight": "balanced"})[-1]

    assert (learner.max_iter, learner.class_weight, learner.random_state) == (7, "balanced", 0)
    assert regression(["x"], [], {"random_state": 3})[-1].random_state == 3
