"""The base stays as it is, and corrections of newer rows are laid on top."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import LogisticRegression, Ridge, RidgeClassifier

from recipes import boosting, logistic, ridge
from retraining.errors import SpecError
from retraining.strategies.correction_ensemble import CorrectionEnsemble

R = np.random.default_rng(4)
ROWS = 400
X = pd.DataFrame({"x": R.normal(size=ROWS), "Größe z": R.normal(size=ROWS), "c": R.choice(["a", "b", None], ROWS)})
NUMBERS = 2 * X["x"] + (X["c"] == "a")
BINARY = pd.Series(np.where(X["x"] > 0, "late", "early"))
THREE = pd.Series(np.select([X["x"] > 0.5, X["x"] < -0.5], ["late", "early"], "on time"))
RARE = pd.Series(np.where(X["x"] > 2, "late", "early"))


def error(model, features, label):
    return float(np.mean((model.predict(features) - label) ** 2))


def log_loss(model, features, label):
    right = model.predict_proba(features)[label.to_numpy()[:, None] == model.classes_[None, :]]
    return float(-np.mean(np.log(right)))


def strategy_of_numbers(**options):
    return CorrectionEnsemble(ridge.pipeline(["x", "Größe z"], ["c"], {}), **options)


def test_the_base_is_left_untouched_and_what_it_misses_is_corrected():
    strategy = strategy_of_numbers().fit(X, NUMBERS)
    base = strategy.model_
    before = base.predict(X)
    changed = NUMBERS + 5 + X["Größe z"]

    strategy.update(X, changed)

    assert strategy.model_.base is base
    assert np.array_equal(base.predict(X), before)
    assert error(strategy.model_, X, changed) < 0.01 < 10 < error(base, X, changed)


def test_trees_are_corrected_too_and_gaps_are_no_obstacle():
    with_gaps = X.assign(x=X["x"].where(X.index % 7 > 0))
    strategy = CorrectionEnsemble(boosting.regression(["x", "Größe z"], ["c"], {"max_iter": 20})).fit(
        with_gaps, NUMBERS
    )
    base = strategy.model_

    strategy.update(with_gaps, NUMBERS - 3)

    assert error(strategy.model_, with_gaps, NUMBERS - 3) < error(base, with_gaps, NUMBERS - 3) / 5


@pytest.mark.parametrize("label", [BINARY, THREE, RARE], ids=["binary", "three classes", "rare class"])
def test_without_a_change_there_is_next_to_nothing_to_correct(label):
    half = ROWS // 2
    strategy = CorrectionEnsemble(logistic.pipeline(["x", "Größe z"], ["c"], {})).fit(X[:half], label[:half])
    base = strategy.model_
    strategy.update(X[half:], label[half:])

    assert np.mean(strategy.model_.predict(X) == base.predict(X)) > 0.97
    assert np.allclose(strategy.model_.predict_proba(X).sum(axis=1), 1)
    assert list(strategy.model_.classes_) == list(base.classes_)


@pytest.mark.parametrize("label", [BINARY, THREE], ids=["binary", "three classes"])
def test_a_reversed_concept_is_corrected_by_the_logarithms_of_the_base(label):
    swapped = label.map({"late": "early", "early": "late", "on time": "on time"})
    strategy = CorrectionEnsemble(logistic.pipeline(["x", "Größe z"], ["c"], {})).fit(X, label)
    base = strategy.model_

    strategy.update(X, swapped)

    assert log_loss(strategy.model_, X, swapped) < log_loss(base, X, swapped) / 3
    assert np.mean(strategy.model_.predict(X) == swapped) > 0.9


def test_a_new_class_and_a_full_chain_are_reasons_for_a_new_base():
    numbers = strategy_of_numbers(corrections=2).fit(X, NUMBERS)
    numbers.update(X, NUMBERS + 1).update(X, NUMBERS + 2)

    assert len(numbers.model_.corrections) == 2
    assert error(numbers.model_, X, NUMBERS + 2) < 0.01
    assert numbers.can_update(numbers.model_, NUMBERS).reason == (
        "It has 2 corrections, as many as strategy.corrections allows."
    )

    classes = CorrectionEnsemble(LogisticRegression()).fit(X[["x"]], BINARY)
    assert classes.can_update(classes.model_, THREE).reason == (
        "1 of the 3 classes of the new rows were not there when the champion was fitted, and a correction cannot add a "
        "class."
    )


def test_a_correction_learns_from_one_row_and_from_rows_of_one_class():
    numbers = strategy_of_numbers().fit(X, NUMBERS).update(X[:1], NUMBERS[:1])
    classes = CorrectionEnsemble(logistic.pipeline(["x"], ["c"], {})).fit(X, BINARY)

    classes.update(X[BINARY == "late"], BINARY[BINARY == "late"])

    assert np.isfinite(numbers.predict(X)).all()
    assert np.isfinite(classes.predict_proba(X)).all()


def test_weights_count():
    strategy = strategy_of_numbers().fit(X, NUMBERS)
    newest = np.where(X.index < 200, 0.0, 1.0)
    label = NUMBERS + np.where(X.index < 200, -50, 3)

    strategy.update(X, label, sample_weight=newest)

    assert error(strategy.model_, X[200:], label[200:]) < 0.1


def test_columns_without_names_are_corrected():
    array = X[["x", "Größe z"]].to_numpy()
    strategy = CorrectionEnsemble(Ridge()).fit(array, NUMBERS.to_numpy())

    strategy.update(array, NUMBERS.to_numpy() + 4)

    assert error(strategy.model_, array, NUMBERS + 4) < 0.5


def test_classes_are_corrected_through_probabilities_only():
    with pytest.raises(SpecError) as caught:
        CorrectionEnsemble(RidgeClassifier()).check()
    assert str(caught.value) == (
        "strategy correction_ensemble: RidgeClassifier has no predict_proba, and classes are corrected through their "
        "probabilities. Choose an estimator that has it, such as LogisticRegression, or CalibratedClassifierCV around "
        "this one."
    )
    CorrectionEnsemble(HistGradientBoostingRegressor()).check()
