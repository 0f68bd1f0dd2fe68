"""What another model knows: tuned further, or as eyes for a new head."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, Ridge, SGDClassifier, SGDRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from recipes import logistic
from retraining.errors import SpecError
from retraining.strategies.fine_tune import FineTune
from retraining.strategies.transfer_head import TransferHead
from served_model.frozen_encoder import FrozenEncoder

R = np.random.default_rng(3)
X = pd.DataFrame(R.normal(size=(1_000, 5)), columns=[f"f {place}" for place in range(5)])
WEIGHTS = np.array([3.0, -2.0, 1.0, 0.0, 0.5])
SOURCE = pd.Series(X.to_numpy() @ WEIGHTS)
TARGET = SOURCE + 0.5 * X["f 3"]
REST = slice(40, None)

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def error(model, label=TARGET):
    return float(np.mean((model.predict(X[REST]) - label[REST]) ** 2))


@pytest.mark.parametrize(
    ("learner", "few"),
    [(SGDRegressor(random_state=0), 6), (MLPRegressor((8,), random_state=0, max_iter=300), 40)],
    ids=["sgd", "mlp"],
)
def test_a_tuned_model_is_better_on_few_rows_than_source_and_fresh_start(learner, few):
    recipe = make_pipeline(StandardScaler(), learner)
    source = clone(recipe).fit(X, SOURCE)
    before = source.predict(X)

    tuned = FineTune(recipe, start=FrozenEstimator(source), step=0.5, passes=100)
    tuned.check()
    tuned.fit(X[:few], TARGET[:few], time=np.arange(float(few)))

    assert error(tuned.model_) < error(source)
    assert error(tuned.model_) < error(clone(recipe).fit(X[:few], TARGET[:few]))
    assert np.array_equal(source.predict(X), before)


def test_steps_that_the_newest_days_do_not_like_are_not_made():
    recipe = make_pipeline(StandardScaler(), SGDRegressor(random_state=0))
    source = clone(recipe).fit(X, SOURCE)
    noise = pd.Series(R.normal(size=1_000) * 50)
    noise[800:] = SOURCE[800:]

    tuned = FineTune(recipe, start=FrozenEstimator(source), step=1.0).fit(X, noise, time=np.arange(1_000.0)).model_

    assert np.array_equal(tuned[-1].coef_, source[-1].coef_)


def test_the_step_is_a_share_of_the_recipes_own_at_every_update():
    recipe = SGDRegressor(random_state=0, eta0=0.02)
    source = clone(recipe).fit(X, SOURCE)
    strategy = FineTune(recipe, start=FrozenEstimator(source), step=0.1).fit(X, TARGET)

    strategy.update(X, TARGET).update(X[:1], TARGET[:1])

    assert (strategy.model_.eta0, strategy.model_.learning_rate) == (pytest.approx(0.002), "constant")
    assert (source.eta0, source.learning_rate) == (0.02, "invscaling")


def test_a_classifier_is_tuned_by_its_log_loss():
    label = pd.Series(np.where(SOURCE > 0, "up", "down"))
    reversed_ = pd.Series(np.where(SOURCE > 0, "down", "up"))
    recipe = make_pipeline(StandardScaler(), SGDClassifier(loss="log_loss", random_state=0))
    source = clone(recipe).fit(X, label)

    tuned = FineTune(recipe, start=FrozenEstimator(source), step=1.0, passes=50).fit(X, reversed_).model_

    assert tuned.score(X, reversed_) > 0.9
    hinge = make_pipeline(StandardScaler(), SGDClassifier(random_state=0))
    assert FineTune(hinge, start=FrozenEstimator(clone(hinge).fit(X, label))).fit(X, label).model_.score(X, label) > 0.9


def test_what_cannot_be_tuned_is_refused_with_the_cure():
    source = FrozenEstimator(SGDRegressor().fit(X, SOURCE))
    for strategy, sentence in (
        (FineTune(GaussianNB()), "GaussianNB has no step that could be smaller. Choose a learner of the families SGD"),
        (FineTune(Ridge()), "Ridge has no partial_fit"),
        (
            FineTune(MLPRegressor(), start=source),
            "strategy.start is a SGDRegressor, and the recipe builds a MLPRegressor",
        ),
    ):
        with pytest.raises(SpecError, match=sentence):
            strategy.check()
    for strategy in (FineTune(SGDRegressor()), TransferHead(Ridge())):
        with pytest.raises(SpecError, match=r"there is no model to start from. Name one in strategy.start, by model"):
            strategy.fit(X, SOURCE)


def test_a_model_that_does_not_know_a_class_cannot_be_tuned():
    source = SGDClassifier(random_state=0).fit(X, np.where(SOURCE > 0, "up", "down"))
    label = np.select([SOURCE > 2, SOURCE < -2], ["up", "down"], "level")

    with pytest.raises(SpecError, match=r"the model of strategy.start cannot learn these rows: 1 of the 3 classes"):
        FineTune(SGDClassifier(random_state=0), start=FrozenEstimator(source)).fit(X, label)


def test_numbers_that_explode_are_found():
    source = SGDRegressor(random_state=0).fit(X, SOURCE)

    with pytest.raises(SpecError, match=r"the weights of SGDRegressor grew beyond all bounds, .* Make strategy.step s"):
        FineTune(SGDRegressor(random_state=0), start=FrozenEstimator(source)).fit(X[:5] * 1e35, SOURCE[:5])


# A new head.


def test_a_head_on_what_a_network_sees_needs_fewer_labels():
    """A network that can read digits tells even ones from odd ones after 40 examples; pixels alone do not."""
    images, digits = load_digits(return_X_y=True)
    source = make_pipeline(MinMaxScaler(), MLPClassifier((64, 32), random_state=0, max_iter=60))
    source.fit(images[:900], digits[:900])
    new, names = images[900:], np.where(digits[900:] % 2, "odd", "even")
    head = logistic.pipeline([], [], {})

    strategy = TransferHead(head, start=FrozenEstimator(source)).fit(new[:40], names[:40])
    alone = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1_000)).fit(new[:40], names[:40])

    assert strategy.model_.score(new[40:], names[40:]) > alone.score(new[40:], names[40:])
    assert list(strategy.classes_) == ["even", "odd"]
    assert strategy.model_["encoder"].transform(new).shape == (len(new), 32)


@pytest.mark.parametrize(
    ("source", "columns"),
    [
        (StandardScaler(), 5),
        (make_pipeline(StandardScaler(), RandomForestClassifier(5, random_state=0)), 5 + 2),
        (make_pipeline(StandardScaler(), SGDClassifier(random_state=0)), 5 + 1),
        (RandomForestClassifier(5, random_state=0), 2),
        (make_pipeline("passthrough", MLPClassifier((3,), activation="tanh", random_state=0)), 3),
    ],
)
def test_any_model_or_transformer_can_be_the_encoder(source, columns):
    fitted = source.fit(X.to_numpy(), np.where(SOURCE > 0, "up", "down"))
    encoder = FrozenEncoder(fitted)

    model = TransferHead(Ridge(), start=FrozenEstimator(fitted)).fit(X.to_numpy(), TARGET).model_

    assert encoder.transform(X.to_numpy()).shape == (1_000, columns)
    assert clone(encoder) is encoder
    assert np.isfinite(model.predict(X.to_numpy())).all()


def test_a_network_gives_its_hidden_layer():
    network = MLPRegressor((4, 3), activation="logistic", random_state=0, max_iter=20).fit(X, SOURCE)

    layer = FrozenEncoder(network).transform(X)

    assert np.allclose(layer @ network.coefs_[-1] + network.intercepts_[-1], network.predict(X).reshape(-1, 1))


def test_the_encoder_needs_the_columns_it_was_trained_on():
    source = FrozenEstimator(StandardScaler().fit(X))

    with pytest.raises(SpecError, match=r"was trained on f 4, which the rows do not have. Add them to columns, or"):
        TransferHead(Ridge(), start=source).fit(X.drop(columns="f 4"), TARGET)


def test_weights_reach_the_head():
    source = FrozenEstimator(StandardScaler().fit(X))
    newest = np.where(X.index < 500, 0.0, 1.0)
    label = np.where(X.index < 500, -SOURCE, SOURCE)

    model = TransferHead(LogisticRegression(), start=source).fit(X, label > 0, sample_weight=newest).model_

    assert np.mean(model.predict(X[500:]) == (label[500:] > 0)) > 0.95
