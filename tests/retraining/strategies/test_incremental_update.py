"""The champion learns the new rows, and nothing else changes."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression, SGDRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from recipes import sgd
from retraining.errors import SpecError
from retraining.strategies.incremental_update import IncrementalUpdate


def rows(slope: float, around: float = 0.0):
    x = np.random.default_rng(3).normal(around, 1, 400)
    return pd.DataFrame({"x": x, "c": np.where(x > around, "a", "b")}), pd.Series(slope * x)


@pytest.fixture
def champion():
    return sgd.pipeline(("x",), ("c",), {}).fit(*rows(2.0))


def test_an_update_changes_a_copy_and_not_the_original(champion):
    old, (features, label) = rows(2.0)[0], rows(-2.0)
    before = champion.predict(old)

    updated = IncrementalUpdate(champion).update(features, label)

    assert np.array_equal(champion.predict(old), before)
    assert not np.allclose(updated.predict(old), before, atol=0.1)


def test_an_update_moves_towards_the_new_rows(champion):
    features, label = rows(-2.0)

    def error(model):
        return float(np.mean((model.predict(features) - label) ** 2))

    updated = IncrementalUpdate(champion).update(features, label)

    assert error(updated) < error(champion) / 2
    assert error(IncrementalUpdate(updated).update(features, label)) < error(updated)


def test_the_transformers_of_a_pipeline_keep_what_they_learned(champion):
    sample = rows(2.0)[0].head()
    far_away = rows(2.0, around=50.0)

    updated = IncrementalUpdate(champion).update(*far_away)

    assert np.array_equal(updated[:-1].transform(sample), champion[:-1].transform(sample))


def test_the_learner_of_a_pipeline_sees_what_the_transformers_make_of_the_rows(champion):
    features, label = rows(-2.0)
    learner = IncrementalUpdate(champion).update(features, label)[-1]

    by_hand = champion[-1].partial_fit(champion[:-1].transform(features), label)

    assert np.array_equal(learner.coef_, by_hand.coef_)


def test_an_estimator_outside_a_pipeline_is_updated_too():
    features, label = rows(2.0)
    bare = SGDRegressor(random_state=0).fit(features[["x"]], label)
    before = bare.coef_.copy()

    updated = IncrementalUpdate(bare).update(features[["x"]], -label)

    assert bare.coef_.tolist() == before.tolist()
    assert updated.coef_[0] < before[0]


@pytest.mark.parametrize(
    "estimator", [LinearRegression(), make_pipeline(StandardScaler(), LinearRegression())], ids=["bare", "pipeline"]
)
def test_an_estimator_that_cannot_learn_incrementally_is_refused_with_the_cure(estimator):
    features, label = rows(2.0)
    fitted = estimator.fit(features[["x"]], label)

    for refused in (
        lambda: IncrementalUpdate(fitted).check(),
        lambda: IncrementalUpdate(fitted).update(features[["x"]], label),
    ):
        with pytest.raises(SpecError) as caught:
            refused()
        assert str(caught.value) == (
            "strategy incremental_update: LinearRegression has no partial_fit. Choose an estimator that has it, such "
            "as SGDRegressor, or strategy: full_refit."
        )


def test_a_pipeline_is_asked_by_its_last_step_before_it_is_fitted():
    IncrementalUpdate(sgd.pipeline(("x",), (), {})).check()
    IncrementalUpdate(SGDRegressor()).check()
