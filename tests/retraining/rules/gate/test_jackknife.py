"""The gain and its interval: by hand, at the edges, and against simulation."""

import math

import numpy as np
import pytest

from retraining.rules.gate import jackknife
from retraining.rules.gate.correlation import ASSUMED, INDEPENDENT, OF_LOSSES, Correlation
from retraining.rules.gate.jackknife import Gain, PairedSums, blocks_needed, effective_blocks
from retraining.rules.gate.metrics import find_metric

THREE = [(10, 1.0, 4.0), (10, 2.0, 4.0), (10, 3.0, 4.0)]
"""Rows, and the summed losses of candidate and baseline, of each block."""


def gain_with_interval(metric: str, blocks: list[tuple[float, float, float]], correlation: Correlation) -> Gain:
    rows, ours, theirs = np.array(blocks, dtype=float).reshape(-1, 3).T
    sums = PairedSums(rows, np.column_stack([rows, ours]), np.column_stack([rows, theirs]))
    return jackknife.gain_with_interval(find_metric(metric, KINDS[metric]), sums, correlation)


KINDS = {"rmse": "regression", "error_rate": "classification"}


def variance_inflation(blocks: int, decay: float, share: float = 1.0) -> float:
    return jackknife.variance_inflation(blocks, Correlation(share, decay))


def autoregressive(seed: int, runs: int, days: int, correlation: float) -> np.ndarray:
    """Runs of days with variance 1, each day correlated with the day before."""
    noise = np.random.default_rng(seed).standard_normal((runs, days))
    series = noise.copy()
    for day in range(1, days):
        series[:, day] = correlation * series[:, day - 1] + math.sqrt(1 - correlation**2) * noise[:, day]
    return series


def width(blocks: list[tuple[float, float, float]]) -> float:
    gain = gain_with_interval("error_rate", blocks, INDEPENDENT)
    return gain.upper - gain.lower


def test_three_blocks_by_hand():
    gain = gain_with_interval("error_rate", THREE, INDEPENDENT)

    # 6 of 12 wrong. Without one block: 5/8, 4/8, 3/8; variance 2/3 * 2 * 0.125^2; t(0.95; 2) = 2.919986.
    # So the ratio of the losses, 0.5, may be away by 2.919986 * 0.1443376 = 0.4214637. It is as far as that from the
    # true ratios r with (r - 0.5) sqrt(0.5 / r) = 0.4214637 and -0.4214637: 1.134999 and 0.220265.
    assert (gain.value, gain.lower, gain.upper) == pytest.approx((0.5, -0.134999, 0.779735), abs=1e-5)


def test_three_correlated_blocks_by_hand():
    gain = gain_with_interval("error_rate", THREE, Correlation(1.0, 0.5))

    # The error is sqrt(2/3 * 2 * 0.125^2); v = (1 + 2 (2/3 * 0.5 + 1/3 * 0.25)) / 3 = 0.6111, and the inflation is
    # 2 v / (1 - v) = 22/7. The degrees of freedom are 1.849: t(0.95) = 3.0892.
    reach = 3.0892 * 0.1443376 * math.sqrt(22 / 7)
    assert gain.lower == pytest.approx(1 - 0.5 * math.exp(2 * math.asinh(reach)), abs=1e-3)


def test_a_model_that_is_almost_without_error_is_shown_to_be_better():
    """One wrong row of 120, on one of six days, against 48: whatever such days share, the bound stays above 0."""
    wrong = [1.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    gain = gain_with_interval("error_rate", [(20, each, 8.0) for each in wrong], OF_LOSSES)

    assert (round(gain.value, 3), round(gain.lower, 2), round(gain.upper, 4)) == (0.979, 0.4, 0.9993)


def test_of_two_models_each_is_as_far_from_the_other_as_the_other_from_it():
    days = [(10, 3.0, 5.0), (10, 4.0, 4.5), (10, 2.5, 6.0), (10, 4.0, 5.5)]
    ours = gain_with_interval("error_rate", days, INDEPENDENT)
    theirs = gain_with_interval("error_rate", [(rows, b, a) for rows, a, b in days], INDEPENDENT)

    assert (ours.lower > 0) == (theirs.upper < 0)
    assert (1 - ours.lower) * (1 - theirs.upper) == pytest.approx(1, rel=0.05)


def test_the_gain_of_a_regression_compares_root_mean_squares():
    gain = gain_with_interval("rmse", [(1, 9.0, 32.0), (3, 27.0, 32.0)], INDEPENDENT)

    assert (gain.candidate_error, gain.baseline_error, gain.value) == (3.0, 4.0, 0.25)


@pytest.mark.parametrize("metric", ["rmse", "error_rate"])
def test_identical_models_gain_exactly_nothing(metric):
    blocks = [(7, 0.1, 0.1), (11, 0.7, 0.7), (13, 1.3, 1.3)]
    gain = gain_with_interval(metric, blocks, ASSUMED)

    assert (gain.value, gain.lower, gain.upper) == (0.0, 0.0, 0.0)


def test_the_interval_shrinks_with_blocks():
    assert [round(width(THREE * times), 3) for times in (1, 2, 4)] == [0.915, 0.374, 0.222]


def test_the_interval_lies_around_the_gain():
    gain = gain_with_interval("error_rate", THREE, ASSUMED)

    assert (1 - gain.lower) / (1 - gain.value) == pytest.approx((1 - gain.value) / (1 - gain.upper))


def test_two_models_that_change_places_have_bounds_that_do():
    one, other = (
        gain_with_interval("error_rate", [(10, each[first], each[3 - first]) for each in THREE], INDEPENDENT)
        for first in (1, 2)
    )

    assert 1 / (1 - one.value) == pytest.approx(1 - other.value)
    assert bool(one.lower > 0) == bool(other.upper < 0)


@pytest.mark.parametrize("blocks", [[], THREE[:1]])
def test_fewer_than_two_blocks_have_no_interval(blocks):
    gain = gain_with_interval("rmse", blocks, INDEPENDENT)

    assert (gain.lower, gain.upper) == (None, None)


@pytest.mark.parametrize(("loss", "value"), [(0.0, 0.0), (1.0, -math.inf)])
def test_a_perfect_baseline_can_only_be_equalled(loss, value):
    assert gain_with_interval("rmse", [(10, loss, 0.0), (10, 0.0, 0.0)], INDEPENDENT).value == value


def test_a_baseline_that_errs_in_one_block_only_has_bounds_or_none_but_never_nan():
    gain = gain_with_interval("error_rate", [(10, 1.0, 5.0), (10, 1.0, 0.0), (10, 0.0, 0.0)], INDEPENDENT)

    assert [bound for bound in (gain.lower, gain.upper) if bound is not None and math.isnan(bound)] == []


def test_a_missing_loss_gives_no_gain():
    gain = gain_with_interval("rmse", [(10, math.nan, 1.0), (10, 1.0, 1.0)], INDEPENDENT)

    assert (math.isnan(gain.value), gain.lower, gain.upper) == (True, None, None)


@pytest.mark.parametrize("blocks", [2, 6, 28])
def test_independent_blocks_need_no_wider_interval(blocks):
    assert variance_inflation(blocks, 0.0) == pytest.approx(1.0, abs=1e-12)


@pytest.mark.parametrize("blocks", [2, 6, 28])
def test_the_interval_widens_with_correlation(blocks):
    inflations = [variance_inflation(blocks, step / 20) for step in range(20)]

    assert inflations == sorted(set(inflations))


@pytest.mark.parametrize(("days", "correlation"), [(6, 0.3), (7, 0.65), (28, 0.65), (28, 0.9)])
def test_the_inflation_is_what_a_simulation_finds(days, correlation):
    series = autoregressive(2013, 20_000, days, correlation)
    found = series.mean(axis=1).var() / (series.var(axis=1, ddof=1).mean() / days)

    assert variance_inflation(days, correlation) == pytest.approx(found, rel=0.1)


@pytest.mark.parametrize(("days", "runs"), [(7, 1_000), (28, 600)])
def test_a_candidate_without_a_true_gain_is_shown_to_be_better_about_once_in_twenty(days, runs):
    # With the independent formula (correlation 0) it would be more than once in five.
    differences = autoregressive(2013, runs, days, ASSUMED.decay)
    gains = [
        gain_with_interval("rmse", [(100, 100 - 5 * each, 100.0) for each in series], ASSUMED) for series in differences
    ]

    assert 0.02 < np.mean([gain.lower > 0 for gain in gains]) < 0.06


def test_correlated_days_say_as_much_as_fewer_independent_ones():
    # 1 + 2 (2/3 * 0.5 + 1/3 * 0.25) = 1.8333.
    assert effective_blocks(3, Correlation(1.0, 0.5)) == pytest.approx(3 / (11 / 6))
    assert effective_blocks(28, INDEPENDENT) == pytest.approx(28)


def test_the_days_that_would_show_a_margin_do():
    gain = Gain(0.0, -0.1, 0.1, 1.0, 1.0, standard_error=0.05)
    needed = blocks_needed(gain, 10, INDEPENDENT, 0.05, 0.95)

    # One day's error is 0.05 * sqrt(10); (t(0.95; G-1) + t(0.8; G-1)) * that / sqrt(G) <= 0.05 first at G = 64.
    assert needed == 64
    assert blocks_needed(gain, 10, ASSUMED, 0.0001, 0.95) is None
    assert blocks_needed(Gain(0.0, None, None, 1.0, 1.0), 10, INDEPENDENT, 0.05, 0.95) is None


def test_a_gain_in_a_metric_that_is_best_at_one_is_the_difference():
    right = [(10, 9.0, 8.0), (10, 8.0, 8.0)]
    rows, ours, theirs = np.array(right).T
    sums = PairedSums(rows, np.column_stack([rows, ours]), np.column_stack([rows, theirs]))
    gain = jackknife.gain_with_interval(find_metric("accuracy", "classification"), sums, INDEPENDENT)

    assert (gain.candidate_error, gain.baseline_error, gain.value) == pytest.approx((0.85, 0.8, 0.05))
