"""Strategies that fit from scratch, or not at all."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.linear_model import Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from recipes import ridge
from retraining.errors import SpecError
from retraining.kinds.regression import REGRESSION
from retraining.strategies.age_weighted_refit import AgeWeightedRefit
from retraining.strategies.choose_window import DatedRows, Judging, choose_window
from retraining.strategies.full_refit import FullRefit
from retraining.strategies.sample_weights import weight_argument
from retraining.strategies.static import Static

R = np.random.default_rng(5)
X = pd.DataFrame({"x": R.normal(size=300), "länge m": R.normal(size=300)})
DAYS = np.repeat(np.arange(60), 5)
Y = 2 * X["x"] + R.normal(size=300)


def test_a_full_refit_is_a_fit_of_a_clone():
    estimator = ridge.pipeline(["x", "länge m"], [], {})

    model = FullRefit(estimator).fit(X, Y, time=DAYS).model_

    assert np.array_equal(model.predict(X), clone(estimator).fit(X, Y).predict(X))


def test_a_window_of_everything_is_no_window():
    rows = DatedRows(X, Y, DAYS + 15_706)
    choice = choose_window(FullRefit(Ridge()), rows, (60, 600), Judging(6, REGRESSION, REGRESSION.followed))

    assert (choice.days, choice.errors) == (None, ())


def test_static_never_changes():
    strategy = Static(Ridge()).fit(X, Y)
    before = strategy.predict(X)

    strategy.update(X, -Y).update(X[:10], 100 * Y[:10])

    assert np.array_equal(strategy.predict(X), before)
    assert strategy.cost(1_000, 50) == 0


def test_the_weight_of_a_row_falls_with_its_age():
    time = np.array([100.0, 99.0, 96.0])

    assert AgeWeightedRefit(Ridge()).weights(time).tolist() == [1, 1 / 2, 1 / 5]
    assert AgeWeightedRefit(Ridge(), half_life_days=2).weights(time).tolist() == [1, 0.5**0.5, 0.25]


def test_an_age_weighted_refit_follows_a_change_that_a_full_refit_averages():
    label = np.where(DAYS < 50, 2.0, -2.0) * X["x"]
    newest = DAYS >= 50

    weighted = AgeWeightedRefit(Ridge(), half_life_days=2).fit(X, label, time=DAYS).model_
    averaged = FullRefit(Ridge()).fit(X, label, time=DAYS).model_

    assert weighted.score(X[newest], label[newest]) > 0.9
    assert averaged.score(X[newest], label[newest]) < 0


@pytest.mark.parametrize(
    "estimator",
    [
        Ridge(),
        make_pipeline(StandardScaler(), make_pipeline(StandardScaler(), Ridge())),
        TransformedTargetRegressor(make_pipeline(StandardScaler(), Ridge()), transformer=StandardScaler()),
        HistGradientBoostingRegressor(max_iter=50),
    ],
    ids=["bare", "nested pipelines", "transformed target", "trees"],
)
def test_weights_reach_the_learner_wherever_it_is(estimator):
    label = np.where(DAYS < 50, 2.0, -2.0) * X["x"]
    none = np.zeros(len(X))
    none[DAYS >= 50] = 1

    weighted = FullRefit(estimator).fit(X, label, sample_weight=none).model_

    assert weighted.score(X[DAYS >= 50], label[DAYS >= 50]) > 0.8


def test_given_weights_and_age_are_multiplied():
    half = np.full(len(X), 0.5)
    half[:100] = 0

    both = AgeWeightedRefit(Ridge(), half_life_days=10).fit(X, Y, sample_weight=half, time=DAYS).model_
    by_hand = Ridge().fit(X, Y, sample_weight=half * 0.5 ** ((59 - DAYS) / 10))

    assert np.array_equal(both.coef_, by_hand.coef_)


def test_an_estimator_that_takes_no_weights_is_refused_with_the_cure():
    assert weight_argument(make_pipeline(StandardScaler(), KNeighborsRegressor())) is None

    with pytest.raises(SpecError) as caught:
        AgeWeightedRefit(make_pipeline(StandardScaler(), KNeighborsRegressor())).check()
    assert str(caught.value) == (
        "strategy age_weighted_refit: KNeighborsRegressor takes no sample_weight, so its rows cannot be weighed. "
        "Choose an estimator that takes it, such as Ridge or HistGradientBoostingRegressor, or strategy: full_refit, "
        "which chooses a window."
    )
    AgeWeightedRefit(GaussianNB()).check()


def test_rows_without_a_time_have_no_age():
    with pytest.raises(SpecError, match=r"the rows have no time, so they have no age. Name a ledger column of dates"):
        AgeWeightedRefit(Ridge()).fit(X, Y)


def test_the_backtest_judges_windows_by_the_strategy_that_will_learn():
    """A fast enough half-life makes every window good, where a plain fit needs the shortest."""
    label = pd.Series(np.where(DAYS < 40, 2.0, -2.0) * X["x"])
    rows = DatedRows(X[["x"]], label, DAYS + 15_706)
    judging = Judging(6, REGRESSION, REGRESSION.followed)

    plain = dict(choose_window(FullRefit(Ridge(1e-6)), rows, (10,), judging).errors)
    weighted = dict(choose_window(AgeWeightedRefit(Ridge(1e-6), half_life_days=1), rows, (10,), judging).errors)

    assert plain[None] > 1
    assert weighted[None] < 0.1
