"""Was a refit spoiled by what it learned and the candidate did not?"""

import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from retraining.kinds.metric import Predictions
from retraining.rules.gate.evaluation import paired_sums
from retraining.rules.gate.jackknife import PairedSums
from retraining.rules.gate.metrics import find_metric
from retraining.rules.gate.refit import AddedRows


def added(refit: list[float], candidate: list[float], metric: str = "error_rate") -> AddedRows:
    """Losses of days of 100 rows."""
    rows = np.full(len(refit), 100.0)
    sums = (np.column_stack([rows, each]) for each in (refit, candidate))
    return AddedRows(find_metric(metric, "classification"), PairedSums(rows, *sums))


@pytest.mark.parametrize(
    ("refit", "passes"),
    [([20.0, 20.0], True), ([20.2, 20.2], True), ([20.3, 20.3], False), ([10.0, 20.0], True), ([math.nan, 1.0], False)],
)
def test_a_refit_may_lose_one_per_cent_on_the_days_before_the_rows_that_it_added(refit, passes):
    assert added(refit, [20.0, 20.0]).passes == passes


@pytest.mark.parametrize(("right", "passes"), [(79.9, True), (79.7, False)])
def test_of_a_metric_that_is_best_at_one_it_is_a_share_of_the_distance_from_one(right, passes):
    assert added([right, right], [80.0, 80.0], "accuracy").passes == passes


def test_the_sentence_says_what_the_added_rows_did():
    assert added([22.0, 22.0], [20.0, 20.0]).sentence == (
        "With the newest days, the refit gains -10.0% over the candidate in error rate on the 200 rows of 2 days "
        "before them, at least -1.0% is needed; the candidate itself goes live."
    )


def test_a_refit_with_broken_predictions_does_not_go_live():
    broken = replace(added([10.0, 10.0], [20.0, 20.0]), broken=3)

    assert not broken.passes
    assert broken.sentence == (
        "The refit has 3 predictions that are missing or not finite; the candidate itself goes live."
    )


def week_after(kind: str, seed: int) -> AddedRows:
    """Four weeks of a straight line, then a week as kind says: what it did to a refit, on the week before."""
    random = np.random.default_rng(seed)
    features = random.standard_normal((5, 700, 3))
    label = 2 * features[..., 0] + features[..., 1] + random.standard_normal((5, 700))
    if kind == "labels in another order":
        label[4] = random.permutation(label[4])
    if kind == "another sign":
        features[4, :, 0] *= -1
    if kind == "another unit":
        features[4, :, 0] *= 1_000
    if kind == "a sudden change":
        label[4] -= 4 * features[4, :, 0]

    days = np.repeat(np.arange(7), 100)
    answers = [
        Predictions(label[3], LinearRegression().fit(features[:weeks].reshape(-1, 3), label[:weeks].ravel()).predict(x))
        for weeks, x in ((5, features[3]), (4, features[3]))
    ]
    metric = find_metric("rmse", "regression")
    return AddedRows(metric, paired_sums(metric, *answers, days))


@pytest.mark.parametrize(
    ("kind", "passes"),
    [
        ("as before", 20),
        ("labels in another order", 0),
        ("another sign", 0),
        ("another unit", 0),
        ("a sudden change", 0),
    ],
)
def test_a_refit_with_a_spoiled_week_does_not_go_live_and_an_ordinary_one_does(kind, passes):
    assert sum(week_after(kind, seed).passes for seed in range(20)) == passes
