"""Every recipe learns the greatest numbers that a feature and a label may be, and answers."""

import numpy as np
import pandas as pd
import pytest

from recipes import boosting, logistic, ridge, sgd
from served_model.column_values import GREATEST_NUMBER

X = np.random.default_rng(7).normal(size=100)
FEATURES = pd.DataFrame({"x": X, "z": -X}).mask(lambda table: table > 2, GREATEST_NUMBER)
NUMBERS = pd.Series(X).mask(X < -2, -GREATEST_NUMBER)
TWO_CLASSES = np.where(X > 0, "late", "on time").astype(object)
THREE_CLASSES = np.where(X > 1, "early", TWO_CLASSES).astype(object)


def predictions(recipe, label):
    return recipe(["x", "z"], [], {}).fit(FEATURES, label).predict(FEATURES)


@pytest.mark.parametrize("recipe", [ridge.bare, ridge.pipeline, boosting.regression])
def test_a_regression_learns_them(recipe):
    assert (FEATURES.abs().max().max(), NUMBERS.abs().max()) == (GREATEST_NUMBER, GREATEST_NUMBER)
    assert np.isfinite(predictions(recipe, NUMBERS)).all()


def test_steps_along_a_gradient_learn_the_features():
    assert np.isfinite(predictions(sgd.pipeline, pd.Series(X))).all()


@pytest.mark.parametrize("label", [TWO_CLASSES, THREE_CLASSES], ids=["two classes", "three classes"])
@pytest.mark.parametrize("recipe", [logistic.pipeline, boosting.classification])
def test_a_classification_learns_them(recipe, label):
    assert set(predictions(recipe, label)) <= set(label)
