"""Learners that learn block by block, behind columns that suit them."""

import numpy as np
import pandas as pd
import pytest
import sklearn
from sklearn.linear_model import PassiveAggressiveClassifier, SGDClassifier, SGDRegressor

from recipes import incremental
from retraining.strategies.incremental_update import IncrementalUpdate

CLASSIFIERS = (
    *("sgd", "passive_aggressive", "perceptron", "mlp", "gaussian_nb", "multinomial_nb", "complement_nb"),
    *("bernoulli_nb", "categorical_nb"),
)
REGRESSORS = ("sgd", "passive_aggressive", "mlp")
R = np.random.default_rng(0)
X = pd.DataFrame({"Länge in m": R.normal(size=300), "c": R.choice(["x", "y", None], 300)})
X.loc[3, "Länge in m"] = np.nan
BEYOND = pd.DataFrame({"Länge in m": 50 * R.normal(size=300), "c": R.choice(["x", "never seen"], 300)})
CLASSES = pd.Series(np.where(X["Länge in m"].fillna(0) > 0, "up", "down"))
NUMBERS = X["Länge in m"].fillna(0) * 2

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


@pytest.mark.parametrize(
    ("recipe", "learner", "label"),
    [
        *((incremental.classification, name, CLASSES) for name in CLASSIFIERS),
        *((incremental.regression, name, NUMBERS) for name in REGRESSORS),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_learner_is_fitted_updated_beyond_what_it_knew_and_predicts(recipe, learner, label):
    params = {"learner": learner, **({"max_iter": 60} if learner == "mlp" else {})}
    strategy = IncrementalUpdate(recipe(["Länge in m"], ["c"], params))
    strategy.check()

    strategy.fit(X, label)
    assert strategy.model_.score(X, label) >= 0.6
    strategy.update(BEYOND, label).update(BEYOND[:1], label[:1])

    assert pd.notna(pd.Series(strategy.predict(BEYOND))).all()


def test_an_unknown_learner_is_refused_with_the_names_there_are():
    with pytest.raises(ValueError, match=r"params.learner is forest; expected one of sgd, passive_aggressive, mlp"):
        incremental.regression(["x"], [], {"learner": "forest"})


def test_the_aggressiveness_acts():
    """The steps named pa1 exist in earlier versions too, where they ignore it."""
    rows, label = X[["Länge in m"]].fillna(0), CLASSES

    def coefficient(c):
        return incremental.passive_aggressive(True, {"C": c}).partial_fit(rows, label, classes=["down", "up"]).coef_[0]

    assert coefficient(0.1) != pytest.approx(coefficient(1.0))
    by_hand = PassiveAggressiveClassifier(C=0.1, random_state=0).partial_fit(rows, label, classes=["down", "up"])
    assert coefficient(0.1) == pytest.approx(by_hand.coef_[0])


def test_newer_versions_get_the_successor_with_the_same_params(monkeypatch):
    monkeypatch.setattr(sklearn, "__version__", "1.10.0")

    classifier = incremental.passive_aggressive(True, {"C": 0.1, "loss": "squared_hinge"})
    regressor = incremental.passive_aggressive(False, {"C": 0.1})

    assert isinstance(classifier, SGDClassifier)
    assert (classifier.loss, classifier.learning_rate, classifier.eta0, classifier.penalty) == (
        *("hinge", "pa2", 0.1),
        None,
    )
    assert isinstance(regressor, SGDRegressor)
    assert (regressor.loss, regressor.learning_rate, regressor.eta0) == ("epsilon_insensitive", "pa1", 0.1)
