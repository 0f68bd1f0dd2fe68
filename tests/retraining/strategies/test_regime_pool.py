"""One model a regime, and the choice between them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

from recipes import logistic, ridge
from retraining.errors import SpecError
from retraining.strategies.profiles import distance_of_profiles, profile_of
from retraining.strategies.regime_pool import RegimePool
from served_model.pooled import ANY

R = np.random.default_rng(6)


def block(slope, around=0.0, seed=0, rows=200):
    r = np.random.default_rng(seed)
    features = pd.DataFrame({"x": r.normal(around, 1, rows), "Saison": r.choice(["sommer", "winter"], rows)})
    return features, slope * features["x"]


def as_classes(label):
    return pd.Series(np.where(label > 0, "up", "down"))


def score(model, features, label):
    return float(np.mean(abs(np.asarray(model.predict(features)) - label)))


def test_each_row_is_answered_by_the_model_of_its_regime():
    features, _ = block(1.0, rows=600)
    label = np.where(features["Saison"] == "sommer", 3.0, -3.0) * features["x"]

    model = RegimePool(ridge.pipeline(["x"], [], {}), choose="column", column="Saison").fit(features, label).model_

    assert set(model.members) == {ANY, "Saison sommer", "Saison winter"}
    assert score(model, features, label) < 0.1
    shuffled = features.sample(frac=1, random_state=1)
    assert np.allclose(model.predict(shuffled), pd.Series(model.predict(features))[shuffled.index])
    assert [float(model.predict(features[i : i + 1])[0]) for i in range(5)] == pytest.approx(
        model.predict(features)[:5]
    )


def test_a_number_is_cut_into_regimes_by_edges():
    features, _ = block(1.0, rows=600)
    label = np.where(features["x"] > 0, 10 + features["x"], -10 - features["x"])

    pool = RegimePool(ridge.pipeline(["x"], [], {}), choose="column", column="x", edges=[0]).fit(features, label)

    assert score(pool.model_, features, label) < 0.3


def test_rows_of_an_unknown_or_small_regime_are_answered_by_the_model_of_all_rows():
    features, label = block(2.0)
    features.loc[:9, "Saison"] = "monsun"
    strategy = RegimePool(ridge.pipeline(["x"], ["Saison"], {}), choose="column", column="Saison").fit(features, label)

    everything = strategy.model_.members[ANY].model
    for season in ("monsun", "frühling", None):
        asked = features.assign(Saison=season)
        assert np.array_equal(strategy.predict(asked), everything.predict(asked))


def test_members_with_other_classes_answer_with_probabilities_of_all():
    features, label = block(1.0, rows=400)
    classes = pd.Series(np.where(features["Saison"] == "sommer", as_classes(label), "frozen"))
    classes[features["Saison"] == "winter"] = np.where(label[features["Saison"] == "winter"] > 0, "frozen", "down")

    model = RegimePool(logistic.pipeline(["x"], [], {}), choose="column", column="Saison").fit(features, classes).model_

    assert list(model.classes_) == ["down", "frozen", "up"]
    assert np.allclose(model.predict_proba(features).sum(axis=1), 1)
    assert np.mean(model.predict(features) == classes) > 0.95


@pytest.mark.parametrize("choose", ["profile", "loss"])
@pytest.mark.parametrize("kind", ["numbers", "classes"])
def test_a_regime_that_comes_back_finds_the_model_that_knows_it(choose, kind):
    winter, summer = block(2.0, around=-4, seed=1), block(-2.0, around=4, seed=2)
    again = block(2.0, around=-4, seed=3)
    labelled = (lambda label: label) if kind == "numbers" else as_classes
    if kind == "classes":  # the boundary is in the middle of each regime, so that both classes are there
        winter, summer, again = ((features, label + 8) for features, label in (winter, summer, again))
    learner = ridge.pipeline(["x"], [], {}) if kind == "numbers" else logistic.pipeline(["x"], [], {})
    strategy = RegimePool(learner, choose=choose).fit(winter[0], labelled(winter[1]), time=np.arange(200))
    first = strategy.predict(again[0])

    strategy.update(summer[0], labelled(summer[1]), time=np.arange(200))
    assert list(strategy.model_.members) == [ANY, "regime 1"]
    assert not np.array_equal(strategy.predict(again[0]), first)

    strategy.update(again[0], labelled(again[1]), time=np.arange(200))
    assert list(strategy.model_.members) == ["regime 1", ANY]
    assert np.array_equal(strategy.predict(again[0]), first)


def test_a_champion_of_another_strategy_is_the_first_member():
    features, label = block(2.0)
    champion = Ridge().fit(features[["x"]], label)

    strategy = RegimePool(Ridge(), choose="loss").start_from(champion).update(features[["x"]], -label)

    assert np.allclose(strategy.model_.members[ANY].model.coef_, champion.coef_)
    assert score(strategy, features[["x"]], -label) < 0.1


def test_the_member_that_was_chosen_longest_ago_leaves():
    strategy = RegimePool(Ridge(), choose="loss", most_members=2)
    strategy.fit(*[part[["x"]] if isinstance(part, pd.DataFrame) else part for part in block(1.0)])
    for slope in (-5.0, 20.0):
        features, label = block(slope)
        strategy.update(features[["x"]], label)

    assert list(strategy.model_.members) == ["regime 1", "regime 2"]


def test_few_rows_or_rows_of_one_class_make_no_member():
    features, label = block(1.0)
    strategy = RegimePool(LogisticRegression(), choose="loss").fit(features[["x"]], as_classes(label))

    strategy.update(features[["x"]][:10], as_classes(-label)[:10])
    strategy.update(features[["x"]], pd.Series(["up"] * 200))

    assert list(strategy.model_.members) == [ANY]


def test_regimes_of_a_column_are_fitted_again_and_a_missing_column_is_named():
    strategy = RegimePool(Ridge(), choose="column", column="Wetter")

    assert (strategy.updates, strategy.needs_history) == (False, "all")
    assert "the regimes of a column are fitted again" in strategy.can_update(None).reason
    with pytest.raises(SpecError, match=r"choose: column reads 'Wetter', and the rows have no such column. Name a fea"):
        strategy.fit(*block(1.0))


def test_profiles_are_as_far_apart_as_their_columns():
    low, high = block(1.0, around=0, seed=1, rows=5_000)[0], block(1.0, around=1, seed=2, rows=5_000)[0]
    seasons = low.assign(Saison="sommer"), low.assign(Saison="winter")

    assert distance_of_profiles(profile_of(low), profile_of(low)) == 0
    assert distance_of_profiles(profile_of(low[["x"]]), profile_of(high[["x"]])) == pytest.approx(1, abs=0.1)
    assert distance_of_profiles(profile_of(seasons[0]), profile_of(seasons[1])) == 0.5
    assert distance_of_profiles(profile_of(low[["x"]]), {}) == float("inf")
    assert distance_of_profiles({"x": np.array([1.0, 0.0])}, {"x": np.array([9.0, 0.0])}) == 3
