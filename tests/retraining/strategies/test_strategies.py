"""The protocol that every strategy keeps, on both kinds of models, and how a strategy is found."""

from dataclasses import FrozenInstanceError
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.loop import toy_spec

from retraining.errors import SpecError
from retraining.spec.strategy_section import StrategySection
from retraining.strategies.estimators import build_estimator, seeds_of
from retraining.strategies.find_strategy import STRATEGIES, find_strategy, strategy_of_update
from retraining.strategies.full_refit import FullRefit
from retraining.strategies.incremental_update import IncrementalUpdate

X = pd.DataFrame({"x": np.linspace(-1, 1, 200)})
NUMBERS = 2 * X["x"]
CLASSES = pd.Series(np.where(X["x"] > 0, "late", "early"))

every_strategy = pytest.mark.parametrize("strategy", STRATEGIES.values(), ids=STRATEGIES)
both_kinds = pytest.mark.parametrize(
    ("learner", "label"),
    [(SGDRegressor(random_state=0), NUMBERS), (SGDClassifier(random_state=0), CLASSES)],
    ids=["regression", "classification"],
)


def test_a_strategy_is_found_by_the_name_that_a_spec_uses():
    assert find_strategy("full_refit") is FullRefit
    assert find_strategy("incremental_update") is IncrementalUpdate
    assert get_args(StrategySection.model_fields["name"].annotation) == tuple(STRATEGIES)


def test_an_unknown_strategy_is_refused_with_the_names_there_are():
    with pytest.raises(SpecError) as caught:
        find_strategy("sliding_window")
    assert str(caught.value) == (
        "strategy 'sliding_window' is not known; expected one of full_refit, incremental_update."
    )
    with pytest.raises(ValidationError, match="'full_refit' or 'incremental_update'"):
        toy_spec(strategy="sliding_window")


@every_strategy
@both_kinds
def test_a_fit_returns_a_fitted_copy_and_leaves_the_estimator_unfitted(strategy, learner, label):
    estimator = make_pipeline(StandardScaler(), learner)
    start = strategy(estimator)

    start.check()
    fitted = start.fit(X, label)

    assert fitted is not estimator
    assert fitted.score(X, label) > 0.9
    assert not hasattr(estimator[-1], "coef_")


@every_strategy
@both_kinds
def test_fitting_again_gives_the_same_model(strategy, learner, label):
    start = strategy(make_pipeline(StandardScaler(), learner))

    assert np.array_equal(start.fit(X, label).predict(X), start.fit(X, label).predict(X))


@both_kinds
def test_an_update_learns_new_rows_and_leaves_the_champion_as_it_was(learner, label):
    champion = IncrementalUpdate(make_pipeline(StandardScaler(), learner)).fit(X, label)
    before = champion.predict(X)
    reverted = label[::-1].reset_index(drop=True)
    updated = champion

    for _ in range(20):
        updated = IncrementalUpdate(updated).update(X, reverted)

    assert np.array_equal(champion.predict(X), before)
    assert updated.score(X, reverted) > 0.9


@both_kinds
def test_a_full_refit_never_updates_and_says_which_strategy_does(learner, label):
    champion = FullRefit(learner).fit(X, label)

    with pytest.raises(SpecError, match=r"only fitted from scratch\. Choose strategy: incremental_update"):
        FullRefit(champion).update(X, label)


@every_strategy
def test_a_strategy_is_frozen(strategy):
    with pytest.raises(FrozenInstanceError):
        strategy(SGDRegressor()).estimator = None


def test_only_an_update_needs_an_estimator_that_learns_incrementally():
    FullRefit(KNeighborsRegressor()).check()

    with pytest.raises(SpecError, match="KNeighborsRegressor has no partial_fit"):
        IncrementalUpdate(KNeighborsRegressor()).check()


@pytest.mark.parametrize("behind", [(), (StandardScaler(),)], ids=["bare", "pipeline"])
def test_a_class_that_the_first_fit_never_saw_cannot_be_learned_by_an_update(behind):
    champion = IncrementalUpdate(make_pipeline(*behind, SGDClassifier(random_state=0)))
    fitted = IncrementalUpdate(champion.fit(X, CLASSES))
    newer = CLASSES.where(X["x"] < 0.5, "lost")

    assert fitted.why_not_update(CLASSES) is None
    assert fitted.why_not_update(CLASSES[:5]) is None
    assert fitted.why_not_update(newer) == (
        "1 of the 3 classes of the new rows were not there when the champion was fitted, and partial_fit cannot add a "
        "class."
    )
    with pytest.raises(ValueError, match="valid"):
        fitted.update(X, newer)


def test_a_number_can_always_be_learned():
    fitted = IncrementalUpdate(SGDRegressor(random_state=0)).fit(X, NUMBERS)

    assert IncrementalUpdate(fitted).why_not_update(NUMBERS * 100) is None


def test_a_refit_reads_all_rows_and_an_update_only_the_new_ones():
    assert [each(SGDRegressor()).cost(rows=1_000, new_rows=50) for each in STRATEGIES.values()] == [1_000, 50]
    assert [each.can_update for each in STRATEGIES.values()] == [False, True]


def test_an_update_is_made_again_by_the_strategy_that_made_it_whatever_the_spec_names_now():
    assert strategy_of_update("incremental_update") is IncrementalUpdate
    assert strategy_of_update("full_refit") is IncrementalUpdate


def test_an_estimator_comes_from_the_recipe_and_a_refused_parameter_names_it():
    assert "ridge" in build_estimator(toy_spec()).named_steps

    with pytest.raises(SpecError, match=r"toy: recipe `recipes.ridge.pipeline` refused its params"):
        build_estimator(toy_spec(params={"no_such": 1}))


@pytest.mark.parametrize(
    ("estimator", "seeds"),
    [
        (SGDRegressor(random_state=7), "7"),
        (make_pipeline(StandardScaler(), SGDRegressor()), "not set"),
        (StandardScaler(), "none"),
    ],
)
def test_the_seeds_of_an_estimator_are_those_of_its_parts(estimator, seeds):
    assert seeds_of(estimator) == seeds
