"""How much a model's answers tell about the labels, whatever their unit and level."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.metric import NO_SIGNAL, Predictions, Signal, mean_signal
from retraining.kinds.regression import REGRESSION

LABEL = np.array([3.0, 1.0, 4.0, 1.0, 5.0, 9.0])
ANSWER = np.array([2.0, 1.5, 4.0, 1.0, 3.0, 8.0])


def test_of_numbers_it_is_the_correlation_of_ranks():
    found = REGRESSION.signal(Predictions(LABEL, ANSWER))

    assert (found.value, found.rows) == (pytest.approx(spearmanr(LABEL, ANSWER).statistic), 6)


def test_it_is_the_same_in_every_unit_and_no_single_row_decides_it():
    other = Predictions(1_000 * LABEL + 7, np.where(ANSWER == 8.0, 1e9, ANSWER))

    assert REGRESSION.signal(other) == REGRESSION.signal(Predictions(LABEL, ANSWER))


@pytest.mark.parametrize(
    ("label", "answer", "found"),
    [
        (LABEL, -LABEL, Signal(-1.0, 6.0)),
        (LABEL, np.full(6, 2.0), Signal(0.0, 6.0)),
        (np.full(6, 2.0), ANSWER, NO_SIGNAL),
        (LABEL[:3], ANSWER[:3], NO_SIGNAL),
        (LABEL, np.where(ANSWER > 3, np.nan, LABEL), Signal(1.0, 4.0)),
    ],
    ids=["the opposite order", "one answer for all", "one label for all", "too few rows", "answers missing"],
)
def test_numbers_without_an_order(label, answer, found):
    got = REGRESSION.signal(Predictions(label, answer))

    assert (got.value, got.rows) == (pytest.approx(found.value), found.rows)


def classes(label: str, sure: list[float], names: tuple[str, ...] = ("no", "yes")) -> Predictions:
    """Two classes by a letter each, with the probability of the second."""
    labels = np.array([names[letter == "y"] for letter in label], dtype=object)
    answers = np.array([names[each > 0.5] for each in sure], dtype=object)
    return Predictions(labels, answers, np.column_stack([1 - np.array(sure), sure]), names)


def test_of_classes_it_is_twice_the_area_less_one_and_the_rare_class_says_how_much_it_tells():
    of = classes("yynnnnnnnn", [0.9, 0.3, 0.4, 0.1, 0.1, 0.2, 0.1, 0.1, 0.2, 0.1])
    found = CLASSIFICATION.signal(of)

    area = roc_auc_score([1, 1, *[0] * 8], of.probabilities[:, 1])
    assert (found.value, found.rows) == (pytest.approx(2 * area - 1), pytest.approx(3 * 2 * 8 / 10))


def test_a_model_without_probabilities_is_taken_as_sure():
    of = classes("yynn", [0.9, 0.1, 0.1, 0.1])
    found = CLASSIFICATION.signal(Predictions(of.label, of.prediction, None, of.classes))

    assert found.value == pytest.approx(0.5)


def test_rows_of_one_class_tell_nothing():
    assert CLASSIFICATION.signal(classes("yyyy", [0.9, 0.9, 0.1, 0.9])) == NO_SIGNAL


def test_a_mean_weighs_each_signal_by_its_rows():
    assert mean_signal([Signal(1.0, 30.0), Signal(0.0, 10.0), NO_SIGNAL]) == Signal(0.75, 40.0)
    assert mean_signal([NO_SIGNAL]) == NO_SIGNAL


def test_the_loss_that_tells_most_is_that_of_the_probabilities():
    of = classes("yn", [0.9, 0.2])

    assert CLASSIFICATION.telling_losses(of) == pytest.approx([-np.log(0.9), -np.log(0.8)])
    assert CLASSIFICATION.telling_losses(Predictions(of.label, of.prediction[::-1])).tolist() == [1.0, 1.0]
    assert REGRESSION.telling_losses(Predictions(LABEL, LABEL + 2)).tolist() == [4.0] * 6
