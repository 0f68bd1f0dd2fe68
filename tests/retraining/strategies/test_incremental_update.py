"""The champion learns the new rows, and nothing else changes."""

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import Birch, MiniBatchKMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import IncrementalPCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, SGDClassifier, SGDRegressor
from sklearn.naive_bayes import GaussianNB, MultinomialNB
from sklearn.neighbors import KNeighborsRegressor
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MinMaxScaler, OneHotEncoder, StandardScaler

from recipes import incremental, sgd
from retraining.errors import SpecError
from retraining.strategies.incremental_update import IncrementalUpdate
from retraining.strategies.learner import not_finite
from retraining.strategies.rows import OldRows


def rows(slope: float, around: float = 0.0):
    x = np.random.default_rng(3).normal(around, 1, 400)
    return pd.DataFrame({"x": x, "c": np.where(x > around, "a", "b")}), pd.Series(slope * x)


def updated(champion, features, label, **options):
    return IncrementalUpdate(champion, **options).start_from(champion).update(features, label).model_


@pytest.fixture
def champion():
    return sgd.pipeline(("x",), ("c",), {}).fit(*rows(2.0))


def test_an_update_changes_a_copy_and_not_the_original(champion):
    old, (features, label) = rows(2.0)[0], rows(-2.0)
    before = champion.predict(old)

    newer = updated(champion, features, label)

    assert np.array_equal(champion.predict(old), before)
    assert not np.allclose(newer.predict(old), before, atol=0.1)


def test_an_update_moves_towards_the_new_rows(champion):
    features, label = rows(-2.0)

    def error(model):
        return float(np.mean((model.predict(features) - label) ** 2))

    once = updated(champion, features, label)

    assert error(once) < error(champion) / 2
    assert error(updated(once, features, label)) < error(once)
    assert error(updated(champion, features, label, passes=5)) < error(once)


def test_the_transformers_of_a_pipeline_keep_what_they_learned(champion):
    sample = rows(2.0)[0].head()
    far_away = rows(2.0, around=50.0)

    newer = updated(champion, *far_away)

    assert np.array_equal(newer[:-1].transform(sample), champion[:-1].transform(sample))


def test_the_learner_of_a_pipeline_sees_what_the_transformers_make_of_the_rows(champion):
    features, label = rows(-2.0)
    learner = updated(champion, features, label)[-1]

    by_hand = champion[-1].partial_fit(champion[:-1].transform(features), label)

    assert np.array_equal(learner.coef_, by_hand.coef_)


def test_an_estimator_outside_a_pipeline_is_updated_too():
    features, label = rows(2.0)
    bare = SGDRegressor(random_state=0).fit(features[["x"]], label)
    before = bare.coef_.copy()

    newer = updated(bare, features[["x"]], -label)

    assert bare.coef_.tolist() == before.tolist()
    assert newer.coef_[0] < before[0]


# Equal to one fit, and equal after an interruption.

GROUPS = np.random.default_rng(8)
COUNTS = GROUPS.poisson(3, (900, 4)).astype(float)
KINDS = np.array(["a", "b", "c"])[np.argmax(COUNTS[:, :3] + GROUPS.random((900, 3)), axis=1)]


def test_bayes_updated_over_blocks_is_one_fit_of_all_rows():
    for learner in (GaussianNB(), MultinomialNB()):
        whole = type(learner)().fit(COUNTS, KINDS)
        strategy = IncrementalUpdate(learner).fit(COUNTS[:300], KINDS[:300])

        for start in (300, 500, 501):
            end = {300: 500, 500: 501, 501: 900}[start]
            strategy.update(COUNTS[start:end], KINDS[start:end])

        assert np.allclose(strategy.predict_proba(COUNTS), whole.predict_proba(COUNTS), rtol=1e-9, atol=1e-12)


def bits(part):
    """All that a model has learned, down to the state of its random numbers. Addresses are left out."""
    if isinstance(part, np.ndarray | np.generic):
        return (part.dtype.str, part.tobytes())
    if isinstance(part, np.random.RandomState):
        return bits(part.get_state())
    if isinstance(part, list | tuple):
        return [bits(each) for each in part]
    inside = part if isinstance(part, dict) else getattr(part, "__dict__", None)
    return {name: bits(each) for name, each in inside.items()} if inside else repr(part).partition(" at 0x")[0]


@pytest.mark.parametrize(
    ("learner", "options"),
    [
        (SGDClassifier(loss="log_loss", random_state=0), {}),
        (SGDClassifier(loss="log_loss", random_state=0), {"passes": 3}),
        (incremental.passive_aggressive(True, {"C": 0.1}), {"passes": 2}),
        (MLPClassifier((5,), random_state=0, max_iter=300), {"passes": 2}),
        (GaussianNB(), {}),
        (make_pipeline(StandardScaler(), SGDClassifier(random_state=0)), {"transformers": "update"}),
    ],
    ids=["sgd", "sgd in passes", "passive aggressive", "mlp", "bayes", "moving scaler"],
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_stored_and_loaded_in_between_it_goes_on_to_the_bit(learner, options):
    through = IncrementalUpdate(learner, **options).fit(COUNTS[:300], KINDS[:300])
    stopped = pickle.loads(pickle.dumps(through))

    for start in range(300, 900, 100):
        through.update(COUNTS[start : start + 100], KINDS[start : start + 100])
        stopped.update(COUNTS[start : start + 100], KINDS[start : start + 100])
        # Only the model is in the registry: the next run makes another strategy around it.
        stopped = IncrementalUpdate(learner, **options).start_from(pickle.loads(pickle.dumps(stopped.model_)))

    assert bits(stopped.model_) == bits(through.model_)
    assert np.array_equal(stopped.predict(COUNTS), through.predict(COUNTS))


@pytest.mark.parametrize("learner", [MiniBatchKMeans(3, random_state=0, n_init=1), Birch(n_clusters=None)])
def test_a_learner_without_labels_is_updated_too(learner):
    strategy = IncrementalUpdate(make_pipeline(StandardScaler(), learner))
    strategy.check()

    strategy.fit(COUNTS[:300]).update(COUNTS[300:600]).update(COUNTS[600:601])

    assert len(strategy.predict(COUNTS)) == 900
    assert strategy.can_update(strategy.model_)


def test_a_projection_goes_on_learning_where_transformers_do():
    moving = make_pipeline(StandardScaler(), IncrementalPCA(2), SGDClassifier(random_state=0))
    strategy = IncrementalUpdate(moving, transformers="update").fit(COUNTS[:300], KINDS[:300])

    strategy.update(COUNTS[300:], KINDS[300:]).update(COUNTS[:1], KINDS[:1])

    assert strategy.model_[0].n_samples_seen_ == 901
    assert strategy.model_[1].n_samples_seen_ == 900  # one row has too few directions to learn from


def test_scalers_inside_a_column_transformer_go_on_learning_too():
    champion = sgd.pipeline(("x",), ("c",), {}).fit(*rows(2.0))
    features, label = rows(2.0, around=50.0)

    newer = updated(champion, features, label, transformers="update")

    assert champion[0].named_transformers_["numeric"][-1].mean_[0] == pytest.approx(0, abs=0.2)
    assert newer[0].named_transformers_["numeric"][-1].mean_[0] == pytest.approx(25, abs=0.2)


# Forgetting.


def concept(around, reverse, seed):
    """In one region the sign of b says up, in the other one down."""
    r = np.random.default_rng(seed)
    features = pd.DataFrame({"a": r.normal(around, 1, 800), "b": r.normal(0, 1, 800)})
    return features, pd.Series(np.where((features["b"] > 0) ^ reverse, "up", "down"))


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_an_update_forgets_the_other_concept_and_with_rehearsal_it_keeps_95_per_cent():
    one, other = concept(-3, False, 1), concept(3, True, 2)
    unseen = concept(-3, False, 3)
    accuracy = {}
    for rehearse in (0.0, 1.0):
        learner = MLPClassifier((4,), random_state=0, max_iter=60, learning_rate_init=0.01)
        strategy = IncrementalUpdate(learner, passes=60, rehearse=rehearse).fit(*one)
        first = strategy.model_.score(*unseen)
        seen = [one]
        for block in (other, one, other):
            strategy.update(*block, old=drawn(seen, strategy.old_rows(800)))
            seen.append(block)
        accuracy[rehearse] = strategy.model_.score(*unseen) / first
        assert strategy.model_.score(*other) > 0.95

    assert accuracy[0.0] < 0.6
    assert accuracy[1.0] >= 0.95


def drawn(blocks, wanted):
    """Old rows, as a run draws them from the history."""
    if not wanted:
        return None
    features = pd.concat([block[0] for block in blocks], ignore_index=True)
    label = pd.concat([block[1] for block in blocks], ignore_index=True)
    places = np.random.default_rng(0).choice(len(features), wanted, replace=False)
    return OldRows(features.iloc[places], label.iloc[places])


def test_rows_shown_again_count_as_used_and_the_order_is_always_the_same():
    one, other = concept(-3, False, 1), concept(3, True, 2)
    strategy = IncrementalUpdate(SGDClassifier(random_state=0), rehearse=0.5)
    coefficients = []
    for _ in range(2):
        strategy.fit(*one).update(*other, old=drawn([one], strategy.old_rows(800)))
        coefficients.append(strategy.model_.coef_.tolist())

    assert strategy.did_.rows_used == 1_200
    assert (strategy.needs_history, IncrementalUpdate(SGDClassifier()).needs_history) == ("sample", "none")
    assert coefficients[0] == coefficients[1]


# Classes.


@pytest.mark.parametrize("behind", [(), (StandardScaler(),)], ids=["bare", "pipeline"])
def test_a_new_class_is_a_reason_to_refit(behind):
    fitted = make_pipeline(*behind, SGDClassifier(random_state=0)).fit(COUNTS, KINDS)
    strategy = IncrementalUpdate(fitted)
    newer = np.where(COUNTS[:, 3] > 5, "d", KINDS)

    assert strategy.can_update(fitted, KINDS)
    assert strategy.can_update(fitted, KINDS[:5])
    assert strategy.can_update(fitted, newer).reason == (
        "1 of the 4 classes of the new rows were not there when the champion was fitted, and partial_fit cannot add a "
        "class."
    )
    with pytest.raises(SpecError, match="partial_fit cannot add a class"):
        strategy.start_from(fitted).update(COUNTS, newer)


@pytest.mark.parametrize("learner", [SGDClassifier(random_state=0), GaussianNB(), MultinomialNB()])
@pytest.mark.filterwarnings("ignore:divide by zero encountered in log")  # the share of a class without a row is 0
def test_a_class_that_is_listed_may_come_later(learner):
    known = KINDS != "c"
    strategy = IncrementalUpdate(make_pipeline("passthrough", learner), classes=["a", "b", "c"])

    strategy.fit(COUNTS[known], KINDS[known])
    assert set(strategy.predict(COUNTS[known])) == {"a", "b"}
    strategy.update(COUNTS, KINDS)

    assert strategy.classes_.tolist() == ["a", "b", "c"]
    assert np.mean(strategy.predict(COUNTS) == KINDS) > 0.6


def test_a_class_that_is_not_listed_is_named_by_the_key():
    with pytest.raises(SpecError) as caught:
        IncrementalUpdate(SGDClassifier(), classes=["a", "b"]).fit(COUNTS, KINDS)
    assert str(caught.value) == (
        "strategy incremental_update: 1 of the 3 classes of the rows are not in strategy.classes. List every class "
        "that may come, or remove the key."
    )


def test_a_number_can_always_be_learned():
    fitted = SGDRegressor(random_state=0).fit(COUNTS, COUNTS[:, 0])

    assert IncrementalUpdate(fitted).can_update(fitted, 100 * COUNTS[:, 0])


def test_a_block_without_some_of_the_classes_is_learned():
    strategy = IncrementalUpdate(SGDClassifier(random_state=0)).fit(COUNTS, KINDS)

    strategy.update(COUNTS[KINDS == "a"], KINDS[KINDS == "a"])

    assert strategy.classes_.tolist() == ["a", "b", "c"]


# What does not fit.


@pytest.mark.parametrize(
    "estimator", [LinearRegression(), make_pipeline(StandardScaler(), LinearRegression())], ids=["bare", "pipeline"]
)
def test_an_estimator_that_cannot_learn_incrementally_is_refused_with_the_cure(estimator):
    features, label = rows(2.0)
    fitted = estimator.fit(features[["x"]], label)

    for refused in (
        lambda: IncrementalUpdate(fitted).check(),
        lambda: updated(fitted, features[["x"]], label),
    ):
        with pytest.raises(SpecError) as caught:
            refused()
        assert str(caught.value) == (
            "strategy incremental_update: LinearRegression has no partial_fit. Choose an estimator that has it, such "
            "as SGDRegressor, or strategy: full_refit."
        )


@pytest.mark.parametrize(
    ("strategy", "sentence"),
    [
        (IncrementalUpdate(KNeighborsRegressor()), "KNeighborsRegressor has no partial_fit. Choose an estimator that"),
        (IncrementalUpdate(MLPClassifier(solver="lbfgs")), "MLPClassifier has no partial_fit"),
        (
            IncrementalUpdate(SGDClassifier(early_stopping=True)),
            "SGDClassifier with early_stopping sets rows aside in every fit, and has no partial_fit then. Remove",
        ),
        (
            IncrementalUpdate(SGDClassifier(class_weight="balanced")),
            "SGDClassifier with class_weight: balanced needs all rows at once. Write the weight of each class",
        ),
        (
            IncrementalUpdate(make_pipeline(OneHotEncoder(), SGDClassifier())),
            "OneHotEncoder refuses categories that it has not seen, and new rows may have some. Say handle_unknown",
        ),
        (
            IncrementalUpdate(GaussianNB(), passes=2),
            "GaussianNB counts rows, so a row that is shown twice counts twice, and none is forgotten. Remove "
            "strategy.passes.",
        ),
        (IncrementalUpdate(MultinomialNB(), rehearse=1.0), "MultinomialNB counts rows.*Remove strategy.rehearse"),
    ],
)
def test_what_does_not_fit_is_refused_before_a_row_is_read(strategy, sentence):
    with pytest.raises(SpecError, match=sentence):
        strategy.check()


def test_a_pipeline_is_asked_by_its_last_step_before_it_is_fitted():
    IncrementalUpdate(sgd.pipeline(("x",), (), {})).check()
    IncrementalUpdate(SGDRegressor()).check()


def test_weights_that_explode_are_found_and_the_champion_is_as_it_was():
    features, label = rows(2.0)
    bare = SGDRegressor(random_state=0, learning_rate="constant", eta0=0.01).fit(features[["x"]], label)
    before = bare.coef_.tolist()

    with pytest.raises(SpecError) as caught:
        updated(bare, features[["x"]] * 1e30, label)
    assert str(caught.value) == (
        "strategy incremental_update: the weights of SGDRegressor grew beyond all bounds, and the champion is as it "
        "was. Scale the columns in the recipe (StandardScaler), or make its step smaller (params: eta0, or "
        "learning_rate_init)."
    )
    assert bare.coef_.tolist() == before


def test_numbers_that_are_not_finite_are_named():
    model = SGDRegressor().fit(COUNTS, COUNTS[:, 0])
    assert not_finite(make_pipeline(StandardScaler(), model)) is None
    model.intercept_ = np.array([np.nan])
    assert not_finite(make_pipeline(StandardScaler(), model)) == "intercept_"


def test_weights_go_to_the_learner_or_are_refused():
    half = np.where(KINDS == "a", 1.0, 0.0)
    strategy = IncrementalUpdate(make_pipeline(StandardScaler(), SGDClassifier(random_state=0))).fit(COUNTS, KINDS)

    by_hand = pickle.loads(pickle.dumps(strategy.model_))
    by_hand[-1].partial_fit(by_hand[0].transform(COUNTS), KINDS, sample_weight=half)
    strategy.update(COUNTS, KINDS, sample_weight=half)
    assert np.array_equal(strategy.model_[-1].coef_, by_hand[-1].coef_)

    aggressive = IncrementalUpdate(incremental.passive_aggressive(True, {})).fit(COUNTS, KINDS)
    with pytest.raises(SpecError, match=r"takes no sample_weight in partial_fit. Leave the weights out"):
        aggressive.update(COUNTS, KINDS, sample_weight=half)


def test_constant_features_are_learned():
    features = pd.DataFrame({"x": np.ones(50), "c": ["a"] * 50})
    strategy = IncrementalUpdate(sgd.pipeline(("x",), ("c",), {})).fit(features, pd.Series(np.arange(50.0)))

    strategy.update(features, pd.Series(np.arange(50.0)))

    assert np.isfinite(strategy.predict(features)).all()


def test_categories_that_the_first_fit_never_saw_count_as_none_of_the_known(champion):
    features, label = rows(2.0)

    newer = updated(champion, features.assign(c="never seen"), label)

    assert newer[0].transform(features.assign(c="never seen"))[:, 1:].sum() == 0
    assert np.isfinite(newer.predict(features)).all()


@pytest.mark.parametrize("columns", [["a"], "a", [0], slice(0, 1), [True, False]], ids=str)
def test_a_scaler_follows_however_its_columns_are_named(columns):
    frame = pd.DataFrame({"a": np.arange(50.0), "b": np.zeros(50)})
    scaler = MinMaxScaler() if columns != "a" else FunctionTransformer(lambda column: column.to_frame() / 100)
    parts = [("scaled", scaler, columns), ("nothing", StandardScaler(), [])]
    model = make_pipeline(ColumnTransformer(parts), SGDRegressor(random_state=0))
    with warnings.catch_warnings(action="ignore", category=ConvergenceWarning):
        model.fit(frame, frame["a"])

    newer = updated(model, frame + 100, frame["a"], transformers="update")

    if columns != "a":
        assert newer[0].transformers_[0][1].data_max_.tolist() == [149.0]
        assert model[0].transformers_[0][1].data_max_.tolist() == [49.0]
