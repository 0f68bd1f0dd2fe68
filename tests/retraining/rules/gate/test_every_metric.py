"""Every metric decides: on numbers, two classes, a rare class and three classes; on one row and on many."""

import numpy as np
import pandas as pd
import pytest

from retraining.kinds.find_kind import KINDS
from retraining.kinds.metric import Predictions, in_order, over_classes
from retraining.rules.gate.correlation import INDEPENDENT
from retraining.rules.gate.evaluation import Evaluation, GateTerms, paired_sums
from retraining.rules.gate.judge import judge
from retraining.rules.gate.metrics import find_metric

ROWS = 2_800
DAYS = np.arange(ROWS) % 14
LABELS = {
    "numbers": np.random.default_rng(0).normal(10, 4, ROWS),
    "two classes": np.random.default_rng(1).choice(["no", "yes"], ROWS).astype(object),
    "a rare class": np.where(np.arange(ROWS) % 45 == 0, "yes", "no").astype(object),
    "three classes": np.random.default_rng(2).choice(["a", "b", "c"], ROWS, p=[0.5, 0.3, 0.2]).astype(object),
}
CASES = [
    (name, metric)
    for name in LABELS
    for metric in (
        [*KINDS["regression"].metrics, "pinball_0.9"] if name == "numbers" else KINDS["classification"].metrics
    )
]


def answers(label: np.ndarray, noise: float, seed: int) -> Predictions:
    """A model that knows the truth more or less: of classes, well calibrated where the noise is small."""
    random = np.random.default_rng(seed)
    if label.dtype == float:
        return Predictions(label, label + random.normal(0, noise, len(label)))

    names = np.array(in_order(LABELS[next(key for key in LABELS if label[0] in LABELS[key])]))
    is_right = random.random(len(label)) < 1 - noise / 5
    believed = np.where(is_right, label, random.choice(names, len(label)))
    chances = np.where(believed[:, None] == names, 0.94, 0.06 / (len(names) - 1))
    return Predictions(label, believed.astype(object), chances, tuple(names))


def verdict(question: str, metric: str, kind: str, candidate: Predictions, baseline: Predictions, days) -> str:
    chosen = find_metric(metric, kind)
    found = Evaluation((chosen,), (paired_sums(chosen, candidate, baseline, days),), True, INDEPENDENT)
    return next(check.verdict for check in judge(GateTerms(question), found) if check.name == "gain")


@pytest.mark.parametrize(("name", "metric"), CASES)
def test_a_candidate_that_knows_more_passes_and_one_that_knows_less_fails(name, metric):
    label = LABELS[name]
    kind = "regression" if name == "numbers" else "classification"
    good, bad = answers(label, 0.5, 3), answers(label, 3.0, 4)

    assert verdict("change", metric, kind, good, bad, DAYS) == "passed"
    assert verdict("refresh", metric, kind, good, bad, DAYS) == "passed"
    assert verdict("refresh", metric, kind, bad, good, DAYS) == "failed"


@pytest.mark.parametrize(("name", "metric"), CASES)
def test_a_first_model_beats_the_trivial_predictor_except_in_calibration(name, metric):
    label = LABELS[name]
    kind = KINDS["regression" if name == "numbers" else "classification"]
    good = answers(label, 0.5 if name == "numbers" else 0.02, 3)
    trivial = kind.trivial_answers(kind.trivial_prediction(pd.Series(label)), label)
    if good.classes:
        trivial = over_classes(trivial, good.classes)

    expected = "failed" if metric == "calibration" else "passed"
    assert verdict("first", metric, kind.name, good, trivial, DAYS) == expected


@pytest.mark.parametrize("question", ["first", "refresh", "change"])
@pytest.mark.parametrize(("name", "metric"), CASES)
def test_one_row_is_not_enough(name, metric, question):
    label = LABELS[name][:1]
    kind = "regression" if name == "numbers" else "classification"
    one = answers(label, 0.5, 3)

    assert verdict(question, metric, kind, one, one, DAYS[:1]) == "not_enough_evidence"
