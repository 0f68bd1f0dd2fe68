"""The protocol that every strategy keeps, on both kinds of models, and how a strategy is found."""

import pickle
from typing import get_args

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.base import clone, is_classifier, is_regressor
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import SGDClassifier, SGDRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tests.loop import toy_spec

from retraining.errors import NothingToDoError, SpecError
from retraining.spec.strategy_section import KEYS, StrategySection
from retraining.strategies.estimators import build_estimator, seeds_of
from retraining.strategies.find_strategy import STRATEGIES, find_strategy, strategy_of, strategy_of_update
from retraining.strategies.full_refit import FullRefit
from retraining.strategies.incremental_update import IncrementalUpdate
from retraining.strategies.strategy import Work

X = pd.DataFrame({"x": np.linspace(-1, 1, 200), "at": np.arange(200) * 86_400.0})
DAYS = np.arange(200.0)
NUMBERS = 2 * X["x"]
CLASSES = pd.Series(np.where(X["x"] > 0, "late", "early"))
TRAINED = {"numbers": SGDRegressor(random_state=0), "classes": SGDClassifier(loss="log_loss", random_state=0)}

every_strategy = pytest.mark.parametrize("name", STRATEGIES)
both_kinds = pytest.mark.parametrize(
    ("kind", "label"), [("numbers", NUMBERS), ("classes", CLASSES)], ids=["regression", "classification"]
)


def learner(kind):
    return make_pipeline(StandardScaler(), clone(TRAINED[kind]))


def made(name, kind, label):
    """The strategy, with what it cannot do without."""
    if name == "differenced_target" and kind == "classes":
        pytest.skip("only numbers have differences")
    start = FrozenEstimator(learner(kind).fit(X, label))
    needed = {
        "fine_tune": {"start": start},
        "transfer_head": {"start": start},
        "differenced_target": {"trend": True, "time_column": "at"},
    }
    return find_strategy(name)(learner(kind), **needed.get(name, {}))


def test_a_strategy_is_found_by_the_name_that_a_spec_uses():
    assert find_strategy("full_refit") is FullRefit
    assert find_strategy("incremental_update") is IncrementalUpdate
    assert get_args(StrategySection.model_fields["name"].annotation) == tuple(STRATEGIES)


@every_strategy
def test_the_keys_of_a_strategy_in_the_spec_are_its_parameters(name):
    parameters = [*find_strategy(name)(None).get_params(deep=False)]

    assert sorted(["estimator", *KEYS[name]]) == sorted(parameters)


def test_an_unknown_strategy_is_refused_with_the_names_there_are():
    with pytest.raises(SpecError, match=r"strategy 'sliding_window' is not known; expected one of full_refit, incre"):
        find_strategy("sliding_window")
    with pytest.raises(ValidationError, match=r"'full_refit', .*or 'static'"):
        toy_spec(strategy="sliding_window")


def test_what_a_spec_says_of_a_strategy_reaches_it():
    section = toy_spec(strategy={"name": "incremental_update", "passes": 3, "rehearse": 0.5}).strategy

    strategy = strategy_of(section, SGDRegressor())

    assert (type(strategy), strategy.passes, strategy.rehearse, strategy.classes) == (
        IncrementalUpdate,
        3,
        0.5,
        None,
    )


def test_a_trained_version_reaches_the_strategy_as_it_is():
    spec = toy_spec(strategy={"name": "transfer_head", "start": {"model": "source", "version": "3"}})
    trained = learner("numbers").fit(X, NUMBERS)

    strategy = clone(strategy_of(spec.strategy, learner("numbers"), trained))

    assert strategy.start.estimator is trained


@every_strategy
@both_kinds
def test_a_fit_leaves_the_estimator_unfitted_and_makes_a_model_that_predicts(name, kind, label):
    strategy = made(name, kind, label)
    strategy.check()

    fitted = strategy.fit(X, label, time=DAYS)

    assert fitted is strategy
    assert strategy.model_.score(X, label) > 0.9
    assert np.array_equal(strategy.predict(X), strategy.model_.predict(X))
    assert not hasattr(strategy.estimator[-1], "coef_")


@every_strategy
@both_kinds
def test_fitting_again_gives_the_same_model(name, kind, label):
    strategy = made(name, kind, label)
    once = strategy.fit(X, label, time=DAYS).predict(X)

    assert np.array_equal(strategy.fit(X, label, time=DAYS).predict(X), once)


@every_strategy
@both_kinds
def test_a_strategy_is_cloned_and_stored_as_scikit_learn_does(name, kind, label):
    strategy = made(name, kind, label)
    again = clone(strategy)
    stored = pickle.loads(pickle.dumps(strategy.fit(X, label, time=DAYS)))

    assert not hasattr(again, "model_")
    assert again.get_params(deep=False).keys() == strategy.get_params(deep=False).keys()
    assert np.array_equal(stored.predict(X), strategy.predict(X))
    assert (is_classifier(strategy), is_regressor(strategy)) == (kind == "classes", kind == "numbers")


@every_strategy
@both_kinds
def test_a_strategy_says_what_it_has_done(name, kind, label):
    done = made(name, kind, label).fit(X, label, time=DAYS).did_

    assert done == Work(rows_used=200, window=(0.0, 199.0), seconds=done.seconds)
    assert done.seconds > 0


@every_strategy
@both_kinds
def test_a_block_without_rows_is_refused_and_one_row_is_not(name, kind, label):
    strategy = made(name, kind, label).fit(X, label, time=DAYS)
    before = strategy.predict(X)
    if strategy.can_update(strategy.model_):
        with pytest.raises(NothingToDoError, match=rf"strategy {name}: a block without rows was given, expected at l"):
            strategy.update(X[:0], label[:0])
        assert np.array_equal(strategy.predict(X), before)

        strategy.update(X[:1], label[:1])
        assert np.isfinite(pd.factorize(strategy.predict(X))[0]).all()


@every_strategy
@both_kinds
def test_an_update_leaves_the_champion_as_it_was(name, kind, label):
    strategy = made(name, kind, label)
    champion = strategy.fit(X, label, time=DAYS).model_
    before = champion.predict(X)
    reverted = label[::-1].reset_index(drop=True)

    if strategy.can_update(champion, reverted):
        clone(strategy).start_from(champion).update(X, reverted, time=DAYS)
    else:
        with pytest.raises(SpecError, match="never updated, only fitted from scratch"):
            clone(strategy).start_from(champion).update(X, reverted, time=DAYS)

    assert np.array_equal(champion.predict(X), before)


def test_which_strategies_update_and_what_they_read():
    read = {name: made(name, "numbers", NUMBERS).cost(rows=1_000, new_rows=50) for name in STRATEGIES}
    updating = [name for name in STRATEGIES if made(name, "numbers", NUMBERS).updates]

    assert updating == ["incremental_update", "correction_ensemble", "regime_pool", "fine_tune"]
    assert read == {
        "full_refit": 1_000,
        "incremental_update": 50,
        "age_weighted_refit": 1_000,
        "correction_ensemble": 50,
        "regime_pool": 50,
        "differenced_target": 1_000,
        "fine_tune": 50,
        "transfer_head": 1_000,
        "static": 0,
    }
    assert IncrementalUpdate(SGDRegressor(), rehearse=2.0).cost(rows=1_000, new_rows=50) == 150
    assert [name for name in STRATEGIES if not find_strategy(name).retrains] == ["static"]


def test_an_update_is_made_again_by_the_strategy_that_made_it_whatever_the_spec_names_now():
    assert isinstance(strategy_of_update(StrategySection(name="incremental_update")), IncrementalUpdate)
    assert isinstance(strategy_of_update(StrategySection(name="full_refit")), IncrementalUpdate)


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
