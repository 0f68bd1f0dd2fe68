"""Metrics from sums equal scikit-learn's from rows."""

import numpy as np
import pytest
from sklearn import metrics as of_sklearn
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from tests.loop import toy_spec

from retraining.errors import SpecError
from retraining.kinds.find_kind import KINDS, find_kind
from retraining.kinds.metric import Predictions
from retraining.rules.gate.metrics import check_probabilities, find_metric

LABELS = np.random.default_rng(1).normal(10, 4, 500)
ANSWERS = LABELS + np.random.default_rng(2).normal(0, 2, 500)
NUMBERS = Predictions(LABELS, ANSWERS)


def classified(classes: tuple[str, ...]) -> Predictions:
    random = np.random.default_rng(3)
    label = random.choice(np.array(classes), 2_000)
    towards = (label[:, None] == np.array(classes)) * random.uniform(0, 1.5, 2_000)[:, None]
    probabilities = random.dirichlet(np.ones(len(classes)), 2_000) + towards
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    return Predictions(label, np.array(classes)[probabilities.argmax(axis=1)], probabilities, classes)


TWO, THREE = classified(("no", "yes")), classified(("a", "b", "c"))


def measured(name: str, of: Predictions) -> float:
    metric = find_metric(name, "classification" if of.classes else "regression")
    groups = np.arange(len(of.label)) % 3
    return float(metric.value(metric.totals(of, groups, 3).sum(axis=0)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rmse", of_sklearn.root_mean_squared_error(LABELS, ANSWERS)),
        ("mse", of_sklearn.mean_squared_error(LABELS, ANSWERS)),
        ("mae", of_sklearn.mean_absolute_error(LABELS, ANSWERS)),
        ("mape", of_sklearn.mean_absolute_percentage_error(LABELS, ANSWERS)),
        ("r2", of_sklearn.r2_score(LABELS, ANSWERS)),
        ("pinball_0.9", of_sklearn.mean_pinball_loss(LABELS, ANSWERS, alpha=0.9)),
    ],
)
def test_a_regression(name, expected):
    assert measured(name, NUMBERS) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("of", [TWO, THREE], ids=["two classes", "three classes"])
def test_a_classification(of):
    average = "binary" if len(of.classes) == 2 else "macro"
    positive = of.classes[1] if len(of.classes) == 2 else 1

    assert measured("accuracy", of) == pytest.approx(of_sklearn.accuracy_score(of.label, of.prediction))
    assert measured("error_rate", of) == pytest.approx(of_sklearn.zero_one_loss(of.label, of.prediction))
    assert measured("log_loss", of) == pytest.approx(of_sklearn.log_loss(of.label, of.probabilities))
    assert measured("f1", of) == pytest.approx(
        of_sklearn.f1_score(of.label, of.prediction, average=average, pos_label=positive)
    )


def test_the_area_under_the_curve_is_exact_to_a_thousandth():
    expected = of_sklearn.roc_auc_score(TWO.label == "yes", TWO.probabilities[:, 1])

    assert 0.7 < expected < 0.99
    assert measured("auc", TWO) == pytest.approx(expected, abs=1e-3)


def test_calibration_by_hand():
    sure, unsure = [0.1, 0.9], [0.35, 0.65]
    said = Predictions(
        np.array(["yes", "yes", "no", "yes"]),
        np.array(["yes"] * 4),
        np.array([sure, sure, unsure, unsure]),
        TWO.classes,
    )

    # 0.9 said and 2 of 2 right; 0.65 said and 1 of 2 right: (|1.8 - 2| + |1.3 - 1|) / 4.
    assert measured("calibration", said) == pytest.approx(1 - 0.125)


def test_a_label_of_zero_has_no_percentage_error():
    with_zero = Predictions(np.append(LABELS, 0.0), np.append(ANSWERS, 9.0))

    assert measured("mape", with_zero) == measured("mape", NUMBERS)


def test_a_class_that_the_model_does_not_know_had_no_probability():
    unknown = Predictions(np.array(["new"]), np.array(["no"]), np.array([[0.5, 0.5]]), ("no", "yes"))

    assert measured("log_loss", unknown) == pytest.approx(-np.log(np.finfo(float).eps))
    assert measured("accuracy", unknown) == 0.0


@pytest.mark.parametrize(
    ("name", "kind"), [("auc", "regression"), ("rmse", "classification"), ("pinball_1", "regression")]
)
def test_another_kind_has_other_metrics(name, kind):
    with pytest.raises(SpecError, match=rf"'{name}' is not a metric of a {kind}; expected one of"):
        find_metric(name, kind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_name_that_a_spec_may_use_has_a_metric(kind):
    names = list(find_kind(kind).metrics)

    assert len(names) >= 2
    assert [find_metric(name, kind).name for name in names] == names


def test_groups_are_added_up_apart():
    metric = find_metric("mae", "regression")
    totals = metric.totals(Predictions(np.array([1.0, 2.0, 3.0]), np.zeros(3)), np.array([2, 0, 2]), 4)

    assert totals.tolist() == [[1, 2], [0, 0], [2, 4], [0, 0]]


def test_the_area_of_three_classes_is_the_mean_of_each_one_against_the_rest():
    expected = of_sklearn.roc_auc_score(THREE.label, THREE.probabilities, multi_class="ovr")

    assert 0.6 < expected < 0.99
    assert measured("auc", THREE) == pytest.approx(expected, abs=1e-3)


def test_the_area_of_few_rows_is_exact():
    probabilities = np.array([[7, 2, 1], [3, 5, 2], [5, 2, 3], [2, 6, 2], [1, 1, 8], [3, 1, 6]]) / 10
    label = np.array(list("aabbcc"))
    few = Predictions(label, label, probabilities, ("a", "b", "c"))

    assert measured("auc", few) == pytest.approx(of_sklearn.roc_auc_score(label, probabilities, multi_class="ovr"))


def test_a_class_that_does_not_occur_has_no_part_in_the_area():
    label = np.array(list("aabb"))
    scores = np.array([[0.6, 0.3, 0.1], [0.2, 0.5, 0.3], [0.3, 0.6, 0.1], [0.1, 0.8, 0.1]])
    areas = [of_sklearn.roc_auc_score(label == name, scores[:, at]) for at, name in enumerate("ab")]

    assert measured("auc", Predictions(label, label, scores, ("a", "b", "c"))) == pytest.approx(np.mean(areas))


def test_the_probabilities_of_a_rare_class_are_told_apart():
    random = np.random.default_rng(5)
    label = np.where(random.uniform(size=20_000) < 0.002, "yes", "no")
    chance = 0.002 / (1 + np.exp(random.normal(np.where(label == "yes", -1.0, 1.0), 1.0)))
    rare = Predictions(label, label, np.column_stack([1 - chance, chance]), ("no", "yes"))

    assert measured("auc", rare) == pytest.approx(of_sklearn.roc_auc_score(label == "yes", chance), abs=1e-3)


@pytest.mark.parametrize("name", KINDS["classification"].metrics)
@pytest.mark.parametrize("classes", [("a",), ("a", "b"), ("a", "b", "c")], ids=["one", "two", "three"])
def test_one_row_of_few_classes_has_a_value_or_none_but_no_error(name, classes):
    one = Predictions(np.array(["a"]), np.array(["a"]), np.full((1, len(classes)), 1 / len(classes)), classes)
    metric = find_metric(name, "classification")
    value = metric.value(metric.totals(one, np.array([0]), 1))

    assert value.shape == (1,)
    assert np.isnan(value[0]) == (name == "auc" or (name == "f1" and len(classes) == 2))


@pytest.mark.parametrize("name", [*KINDS["regression"].metrics, "pinball_0.9"])
@pytest.mark.parametrize("far", [1e308, -1e308, np.inf], ids=["1e308", "-1e308", "infinite"])
def test_a_prediction_beyond_all_bounds_has_a_value_that_loses(name, far):
    metric = find_metric(name, "regression")
    label = np.array([1.0, 2.0, 3.0])
    far_away, near = (
        metric.value(metric.totals(Predictions(label, np.array([1.0, at, 3.0])), np.zeros(3, np.int64), 1))[0]
        for at in (far, 2.5)
    )

    assert (far_away > near) if metric.relative else (far_away < near)


def test_labels_that_are_all_the_same_have_no_share_of_their_variance():
    same = Predictions(np.full(7, 0.1), np.linspace(0, 1, 7))

    assert np.isnan(measured("r2", same))


def test_equal_scores_say_nothing_about_the_order():
    same = Predictions(np.array(["no", "yes", "yes"]), np.array(["no"] * 3), np.full((3, 2), 0.5), ("no", "yes"))

    assert measured("auc", same) == 0.5


def test_a_metric_of_ones_own_is_the_mean_of_what_its_function_says():
    error = LABELS - ANSWERS

    assert measured("recipes.costs.double_underestimate", NUMBERS) == pytest.approx(
        np.where(error > 0, 2 * error, -error).mean()
    )


def test_a_function_that_is_not_there_or_says_one_number_is_refused_by_name(monkeypatch):
    with pytest.raises(SpecError, match=r"gate: metric `recipes\.costs\.missing` not found"):
        find_metric("recipes.costs.missing", "regression")
    monkeypatch.setattr("recipes.costs.double_underestimate", lambda label, prediction: 1.0)
    with pytest.raises(SpecError, match=r"returned an array of shape \(\), expected a loss for each of 500 rows"):
        measured("recipes.costs.double_underestimate", NUMBERS)


def test_losses_below_zero_are_refused_because_no_share_can_be_made_of_them(monkeypatch):
    monkeypatch.setattr("recipes.costs.double_underestimate", lambda label, prediction: prediction - label)
    with pytest.raises(SpecError, match=r"double_underestimate returned a loss below 0\. .* add a constant"):
        measured("recipes.costs.double_underestimate", NUMBERS)


CLASSIFIER = toy_spec(kind="classification", gate={"metric": "auc", "guards": ["f1"], "floors": {"auc": 0.7}})


@pytest.mark.parametrize(
    ("estimator", "named"),
    [
        (RidgeClassifier(), "RidgeClassifier"),
        (make_pipeline(StandardScaler(), SGDClassifier()), "SGDClassifier"),
        (SVC(), "SVC"),
    ],
    ids=["bare", "pipeline", "without its option"],
)
def test_a_classifier_without_probabilities_is_refused_by_name_before_it_is_fitted(estimator, named):
    with pytest.raises(SpecError) as caught:
        check_probabilities(CLASSIFIER, estimator)

    assert str(caught.value) == (
        f"toy: gate: auc needs probabilities, and {named} of `recipes.ridge.pipeline` has no predict_proba. Choose an "
        "estimator that has it (CalibratedClassifierCV adds it to a classifier), or metrics that need none: "
        "error_rate, accuracy, f1."
    )


def test_probabilities_are_needed_only_where_a_metric_is_made_from_them():
    check_probabilities(CLASSIFIER, make_pipeline(StandardScaler(), LogisticRegression()))
    check_probabilities(CLASSIFIER, SVC(probability=True))
    check_probabilities(toy_spec(kind="classification", gate={"guards": ["f1", "accuracy"]}), SVC())
    check_probabilities(toy_spec(gate={"metric": "recipes.costs.double_underestimate"}), SVC())
