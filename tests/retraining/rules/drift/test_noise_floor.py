"""The floor covers what samples of the same thing show, and days that resemble each other."""

import numpy as np
import pytest

from retraining.rules.drift.noise_floor import greatest_run, independent_floor
from retraining.rules.drift.share_distances import population_stability_index, shares

TEN = np.full(10, 100)


def test_independent_samples_stay_below_the_floor_but_for_one_in_a_thousand():
    draws = np.random.default_rng(3).multinomial(1000, np.full(10, 0.1), size=(4000, 2))
    above = [
        population_stability_index(shares(one), shares(other)) > independent_floor(one, other) for one, other in draws
    ]

    assert 0 < sum(above) <= 12


def test_the_floor_by_hand():
    # chi2.ppf(0.999, 9) = 27.877; 1/1000 + 1/200.
    assert independent_floor(TEN, np.full(10, 20)) == pytest.approx(27.877 * 0.006, rel=1e-4)


def test_a_bin_that_holds_no_reference_value_does_not_raise_the_floor():
    assert independent_floor(np.append(TEN, 0), np.append(TEN, 0)) == independent_floor(TEN, TEN)


def test_a_constant_has_no_noise():
    assert independent_floor(np.array([0, 500, 0]), np.array([0, 300, 0])) == 0


def one_odd_week(odd_share: float = 1.0):
    """Four weeks, a value in each bin every day, but some of the third week only in the second bin."""
    days = np.repeat(np.arange(28), 20)
    bins = np.tile([0, 1], 280)
    odd = (days // 7 == 2) & (np.arange(560) % 20 < 20 * odd_share)
    return np.where(odd, 1, bins), days


def test_the_greatest_run_is_the_odd_week_against_the_rest():
    bins, days = one_odd_week()
    week = population_stability_index(np.array([0.5, 0.5]), np.array([0.0, 1.0]))

    assert greatest_run(bins, 2, days, 7, 1) == pytest.approx(week)


def test_a_longer_run_smooths_an_odd_week_out():
    bins, days = one_odd_week()

    assert greatest_run(bins, 2, days, 14, 1) < greatest_run(bins, 2, days, 7, 1) / 2


def test_a_run_spans_at_most_half_of_the_days():
    bins, days = one_odd_week()

    assert greatest_run(bins, 2, days, 1000, 1) == greatest_run(bins, 2, days, 14, 1)


def test_a_run_at_the_end_is_as_long_as_any_other():
    days = np.repeat(np.arange(28), 20)
    bins = np.where(days == 27, 1, np.arange(560) % 2)
    last_week = population_stability_index(shares(np.array([210, 210])), shares(np.array([60, 80])))

    assert greatest_run(bins, 2, days, 7, 1) == pytest.approx(last_week)


def test_days_without_rows_count_towards_the_length_of_a_run():
    every_second = np.repeat(np.arange(0, 28, 2), 20)
    bins = np.where((every_second == 0) & (np.arange(280) % 2 == 0), 1, 0)

    assert greatest_run(bins, 2, every_second, 2, 20) > greatest_run(bins, 2, every_second, 4, 20)
    assert greatest_run(bins, 2, every_second, 2, 21) == 0  # two days hold one day's rows


def test_runs_with_too_few_values_are_left_out():
    bins, days = one_odd_week()

    assert greatest_run(bins, 2, days, 7, 140) > 0
    assert greatest_run(bins, 2, days, 7, 141) == 0


def test_rests_with_too_few_values_are_left_out():
    days = np.repeat([0, 1], [100, 10])

    assert greatest_run(np.arange(110) % 3 // 2, 2, days, 1, 10) > 0
    assert greatest_run(np.arange(110) % 3 // 2, 2, days, 1, 11) == 0


@pytest.mark.parametrize("days", [[], [5] * 100], ids=["no day", "one day"])
@pytest.mark.parametrize("run_days", [0, 1, 7])
def test_without_two_days_there_is_no_run(days, run_days):
    assert greatest_run(np.zeros(len(days), dtype=np.int64), 2, np.array(days, dtype=np.int64), run_days, 1) == 0


def test_the_order_of_the_rows_does_not_matter():
    bins, days = one_odd_week(0.5)
    shuffled = np.random.default_rng(1).permutation(bins.size)

    assert greatest_run(bins[shuffled], 2, days[shuffled], 7, 1) == greatest_run(bins, 2, days, 7, 1) > 0
