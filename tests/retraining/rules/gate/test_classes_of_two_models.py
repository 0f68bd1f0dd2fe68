"""Two models that know different classes are measured over those of both and of the labels, like scikit-learn."""

import warnings

import numpy as np
import pytest
from sklearn import metrics as of_sklearn

from retraining.kinds.class_metrics import MOST_CLASSES
from retraining.kinds.metric import Predictions, in_order, over_classes
from retraining.rules.gate.correlation import INDEPENDENT
from retraining.rules.gate.evaluation import paired_sums
from retraining.rules.gate.jackknife import gain_with_interval
from retraining.rules.gate.metrics import find_metric

PAIRS = {
    "a subset": ("ab", "abcd", "abcd"),
    "another order": ("ba", "ab", "ab"),
    "none in common": ("ab", "xy", "abxy"),
    "one only": ("a", "ab", "ab"),
    "one only, the same": ("a", "a", "ab"),
    "a label that neither knows": ("abc", "ab", "abcd"),
    "two against three": ("ab", "abc", "abc"),
}


def answers(classes: str, label: np.ndarray, seed: int) -> Predictions:
    """A model that knows some classes, and is often right where it can be."""
    random = np.random.default_rng(seed)
    names = np.array(list(classes))
    chances = random.integers(1, 20, (len(label), len(names))) + 12 * (label[:, None] == names)
    probabilities = chances / chances.sum(axis=1, keepdims=True)
    return Predictions(label, names[probabilities.argmax(axis=1)].astype(object), probabilities, tuple(classes))


def expected(name: str, of: Predictions, classes: tuple[str, ...]) -> float:
    label = of.label.astype(str)
    predicted = of.prediction.astype(str)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if name == "f1":
            average = "binary" if len(classes) == 2 else "macro"
            return of_sklearn.f1_score(label, predicted, average=average, pos_label=classes[-1])
        if name == "log_loss":
            return of_sklearn.log_loss(label, of.probabilities, labels=list(classes))
        if name == "accuracy":
            return of_sklearn.accuracy_score(label, predicted)
        if len(classes) == 2:
            return of_sklearn.roc_auc_score(label == classes[1], of.probabilities[:, 1])
        return of_sklearn.roc_auc_score(label, of.probabilities, multi_class="ovr", labels=list(classes))


@pytest.mark.parametrize("name", ["f1", "auc", "log_loss", "accuracy"])
@pytest.mark.parametrize(("ours", "theirs", "labels"), PAIRS.values(), ids=PAIRS)
def test_both_models_are_measured_over_the_same_classes(name, ours, theirs, labels):
    label = np.random.default_rng(0).choice(np.array(list(labels)), 60).astype(object)
    classes = in_order([*ours, *theirs, *labels])
    candidate, champion = (
        over_classes(answers(known, label, seed), classes) for seed, known in enumerate((ours, theirs))
    )

    metric = find_metric(name, "classification")
    gain = gain_with_interval(metric, paired_sums(metric, candidate, champion, np.arange(60) % 6), INDEPENDENT)

    precision = 2e-3 if name == "auc" else 1e-9
    assert gain.candidate_error == pytest.approx(expected(name, candidate, classes), abs=precision)
    assert gain.baseline_error == pytest.approx(expected(name, champion, classes), abs=precision)


def test_a_model_of_half_the_classes_does_not_win_because_it_is_measured_on_fewer():
    label = np.array(list("abcd") * 30, dtype=object)
    champion = Predictions(label, label.copy(), None, tuple("abcd"))
    candidate = Predictions(label, np.array(list("abab") * 30, dtype=object), None, ("a", "b"))

    metric = find_metric("f1", "classification")
    both = [over_classes(each, tuple("abcd")) for each in (candidate, champion)]
    gain = gain_with_interval(metric, paired_sums(metric, *both, np.arange(120) % 6), INDEPENDENT)

    assert (gain.candidate_error, gain.baseline_error) == pytest.approx((1 / 3, 1.0))


@pytest.mark.parametrize("name", ["calibration", "log_loss"])
def test_the_shares_of_the_training_rows_are_an_answer_with_probabilities(name):
    label = np.array(["no"] * 97 + ["yes"] * 3, dtype=object)
    shares = np.tile([0.97, 0.03], (100, 1))
    metric = find_metric(name, "classification")
    totals = metric.totals(
        Predictions(label, np.full(100, "no", dtype=object), shares, ("no", "yes")), np.zeros(100, np.int64), 1
    )

    value = {"calibration": 1.0, "log_loss": of_sklearn.log_loss(label, shares)}[name]
    assert metric.value(totals)[0] == pytest.approx(value)


def test_a_thousand_classes_are_counted_in_few_bins():
    classes = in_order(str(number) for number in range(MOST_CLASSES))
    label = np.array(classes, dtype=object)
    sure = Predictions(label, label, np.eye(MOST_CLASSES), classes)
    totals = find_metric("auc", "classification").totals(sure, np.zeros(MOST_CLASSES, np.int64), 1)

    assert totals.shape[1] <= 10_000
    assert find_metric("auc", "classification").value(totals)[0] == 1.0


def test_classes_are_in_the_order_of_their_numbers_or_else_of_their_names():
    assert in_order(["10", "9", "9"]) == ("9", "10")
    assert in_order(["1.0", "0.0"]) == ("0.0", "1.0")
    assert in_order(["b", "10", "a"]) == ("10", "a", "b")
    assert in_order(["inf", "0"]) == ("0", "inf")
