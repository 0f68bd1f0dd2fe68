"""How one day resembles the next: found again in series made to resemble."""

import math

import numpy as np
import pytest

from retraining.rules.gate.correlation import ASSUMED, Correlation, correlation_of_days


def series(seed: int, runs: int, days: int, decay: float, noise: float = 0.0) -> np.ndarray:
    """Days of variance 1 that decay into each other, plus noise of their own."""
    random = np.random.default_rng(seed)
    drawn = random.standard_normal((runs, days))
    made = drawn.copy()
    for day in range(1, days):
        made[:, day] = decay * made[:, day - 1] + math.sqrt(1 - decay**2) * drawn[:, day]
    return made + noise * random.standard_normal((runs, days))


@pytest.mark.parametrize(("decay", "noise"), [(0.0, 1.0), (0.65, 0.0), (0.65, 1.0), (0.9, 0.5)])
def test_the_sum_over_the_lags_is_found_again_whatever_the_noise(decay, noise):
    found = [correlation_of_days([run]) for run in series(7, 300, 180, decay, noise)]
    sums = [each.share * each.decay / (1 - each.decay) for each in found]
    expected = decay / (1 - decay) / (1 + noise**2)

    assert np.median(sums) == pytest.approx(expected, rel=0.2, abs=0.12)
    assert {each.days for each in found} == {180}


def test_runs_of_several_pairs_count_together():
    pieces = series(3, 6, 30, 0.65)

    assert correlation_of_days(pieces).days == 180
    shifted = correlation_of_days(pieces + np.arange(6)[:, None] * 100)
    assert shifted.next_day == pytest.approx(correlation_of_days(pieces).next_day)


@pytest.mark.parametrize("runs", [[], [[1.0, 2.0] * 29], [[1.0, 2.0, 3.0]] * 40])
def test_little_history_is_no_history(runs):
    assert correlation_of_days(runs) == ASSUMED


def test_sixty_days_are_enough():
    assert correlation_of_days(series(1, 1, 60, 0.5)).days == 60


def test_days_that_do_not_differ_have_no_correlation():
    assert correlation_of_days([[1.0] * 80]).next_day == 0.0


def test_the_sentence_says_where_the_number_comes_from():
    assert ASSUMED.sentence == "correlation of a day with the next 0.65 (assumed: fewer than 60 days of history)"
    assert Correlation(0.5, 0.8, 90).sentence == "correlation of a day with the next 0.40 (from 90 days)"


def test_short_runs_are_not_taken_for_less_correlated_than_they_are():
    found = [correlation_of_days([run]).next_day for run in series(7, 400, 60, 0.65)]

    # Uncorrected it would be smaller by (1 + 4 * 0.65) / 60 = 0.06.
    assert np.mean(found) == pytest.approx(0.65, abs=0.03)
