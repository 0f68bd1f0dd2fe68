"""An error without labels: near the real one where features moved, blind where the label's rules did."""

import numpy as np
import pandas as pd
import pytest

from retraining.kinds.classification import CLASSIFICATION
from retraining.kinds.regression import REGRESSION
from retraining.rules.performance.estimate_error import FEWEST_KNOWN, PredictedRows, estimate_error


def noisy_rows(rng, rows, centre):
    """A model predicts 2 x; the label's noise grows with |x|; `c` says nothing."""
    x = rng.normal(centre, 1.0, rows)
    label = 2 * x + rng.normal(0, 0.5 + np.abs(x))
    frame = pd.DataFrame({"x": x, "c": rng.choice(["a", "b"], rows), "_prediction": 2 * x})
    return frame, (frame["_prediction"].to_numpy() - label) ** 2


def classified_rows(rng, rows, centre):
    """A logistic model that knows the truth: its prediction, its loss, and its confidence."""
    x = rng.normal(centre, 1.5, rows)
    chance = 1 / (1 + np.exp(-x))
    wrong = (rng.random(rows) < chance) != (chance > 0.5)
    frame = pd.DataFrame({"x": x, "_prediction": np.where(chance > 0.5, "yes", "no")})
    return frame, wrong.astype(float), np.maximum(chance, 1 - chance)


def days_of(frame, count=10):
    return (np.arange(len(frame)) * count // len(frame)).tolist()


@pytest.mark.parametrize("centre", [0.0, 2.0])
def test_a_regression_error_is_near_the_real_one_wherever_the_rows_have_moved(centre):
    rng = np.random.default_rng(3)
    (known, losses), (waiting, real) = noisy_rows(rng, 8000, 1.0), noisy_rows(rng, 3000, centre)

    found = estimate_error(
        REGRESSION, PredictedRows(known, days_of(known)), losses, PredictedRows(waiting, days_of(waiting))
    )

    assert found.error == pytest.approx(np.sqrt(real.mean()), rel=0.08)
    assert abs(np.sqrt(losses.mean()) / np.sqrt(real.mean()) - 1) > 0.1  # what was known before is further away


def test_a_confidence_is_calibrated_before_it_is_believed():
    rng = np.random.default_rng(4)
    known, losses, sure = classified_rows(rng, 8000, 3.0)
    waiting, real, unsure = classified_rows(rng, 3000, 0.0)
    boast = [1 - (1 - each) / 2 for each in (sure, unsure)]  # half as often wrong as it is

    found = estimate_error(
        CLASSIFICATION,
        PredictedRows(known, days_of(known), boast[0]),
        losses,
        PredictedRows(waiting, days_of(waiting), boast[1]),
    )

    assert found.error == pytest.approx(real.mean(), rel=0.1)
    assert losses.mean() < 0.6 * real.mean()
    assert "the champion's own confidence, calibrated on 8,000 labelled rows" in found.reason


def test_a_classifier_without_a_confidence_is_judged_by_its_losses():
    rng = np.random.default_rng(5)
    known, losses, _ = classified_rows(rng, 8000, 1.5)
    waiting, real, _ = classified_rows(rng, 3000, 0.0)

    found = estimate_error(
        CLASSIFICATION, PredictedRows(known, days_of(known)), losses, PredictedRows(waiting, days_of(waiting))
    )

    assert found.error == pytest.approx(real.mean(), rel=0.15)
    assert "direct loss estimation" in found.reason


def test_the_sentence_says_how_far_off_it_was_and_what_it_cannot_see():
    rng = np.random.default_rng(6)
    known, losses = noisy_rows(rng, 4000, 0.0)

    found = estimate_error(
        REGRESSION, PredictedRows(known, days_of(known)), losses, PredictedRows(known, days_of(known))
    )

    assert "on days left out such an estimate was off by " in found.reason
    assert found.reason.endswith("It cannot see a label that follows new rules.")


def test_whole_days_are_left_out():
    """Each day has a loss of its own that a feature gives away: only days left out show that it does not carry over."""
    rng = np.random.default_rng(7)
    day = np.repeat(np.arange(10), 200)
    level = rng.uniform(1, 9, 10)[day]
    known = pd.DataFrame({"x": day + rng.normal(0, 0.01, len(day)), "_prediction": 0.0})

    by_day = estimate_error(REGRESSION, PredictedRows(known, day.tolist()), level, PredictedRows(known, day.tolist()))
    by_row = estimate_error(REGRESSION, PredictedRows(known), level, PredictedRows(known))

    assert "off by 0%" in by_row.reason
    assert "off by 0%" not in by_day.reason


@pytest.mark.parametrize(("rows", "days"), [(FEWEST_KNOWN - 1, 10), (2000, 4)])
def test_too_little_says_what_is_needed(rows, days):
    known, losses = noisy_rows(np.random.default_rng(1), rows, 0.0)

    found = estimate_error(
        REGRESSION, PredictedRows(known, days_of(known, days)), losses, PredictedRows(known, days_of(known, days))
    )

    assert found.error is None
    assert f"{rows:,} rows of {days} days have one" in found.reason


def test_a_champion_that_never_errs_has_an_error_of_nothing():
    known, losses = noisy_rows(np.random.default_rng(2), 1000, 0.0)

    assert estimate_error(REGRESSION, PredictedRows(known), 0 * losses, PredictedRows(known)).error == 0.0


@pytest.mark.parametrize("loss", [np.inf, np.nan, 1e300])
def test_a_prediction_beyond_all_bounds_leaves_the_error_without_an_estimate(loss):
    rng = np.random.default_rng(3)
    (known, losses), (waiting, _) = noisy_rows(rng, FEWEST_KNOWN, 1.0), noisy_rows(rng, 100, 1.0)
    losses[7] = loss

    found = estimate_error(REGRESSION, PredictedRows(known), losses, PredictedRows(waiting))

    assert found.error is None
    assert found.reason.endswith("for 1 of 500 labelled rows.")
