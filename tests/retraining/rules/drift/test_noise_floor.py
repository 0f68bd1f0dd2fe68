"""The floor covers what samples of the same thing show, and days that resemble each other."""

import numpy as np
import pytest

from retraining.rules.drift.distances import population_stability_index
from retraining.rules.drift.measure_column import counted
from retraining.rules.drift.measures import BinCounts, Scale, distance, scale_of
from retraining.rules.drift.noise_floor import distances_of_runs, greatest_of, sampling_floor

from .columns import AIRPORTS, categorical, numeric, profiled

PSI = "population_stability_index"
TWO = Scale(np.zeros(0), np.arange(2), 0.0)


def floor(reference, measure, rows, level=0.95, seed=1):
    random = np.random.default_rng(seed)
    return sampling_floor(measure, scale_of(reference), counted(reference), rows, level, random)


@pytest.mark.parametrize("measure", ["wasserstein", "jensen_shannon", PSI, "total_variation"])
@pytest.mark.parametrize("shape", ["normal", "lognormal"])
def test_one_in_twenty_samples_of_the_same_thing_is_above_the_95_percent_floor(measure, shape):
    random = np.random.default_rng(3)
    draw = random.standard_normal if shape == "normal" else random.lognormal
    above = 0
    for _ in range(50):
        reference = numeric(draw(size=2000))
        limit = floor(reference, measure, 500)
        for _ in range(4):
            batch = counted(profiled(reference, draw(size=500)))
            above += float(distance(measure, scale_of(reference), counted(reference), batch)) > limit

    assert 3 <= above <= 20


def test_categories_have_a_floor_too():
    reference = categorical(AIRPORTS)

    assert 0.02 < floor(reference, "jensen_shannon", 1000) < floor(reference, "jensen_shannon", 200) < 0.15


def test_a_greater_level_is_a_greater_floor_also_beyond_what_the_draws_resolve():
    reference = numeric(np.random.default_rng(3).normal(size=1000))
    levels = [floor(reference, "wasserstein", 500, level) for level in (0.9, 0.98, 0.9995, 0.99999)]

    assert levels == sorted(levels)
    assert levels[-1] < 3 * levels[0]


def test_a_constant_has_no_noise():
    assert floor(numeric([3.0] * 500), "jensen_shannon", 300) == 0


def run(bins, days, run_days, min_rows, size=2):
    known, place = np.unique(np.asarray(days), return_inverse=True)
    counts = np.zeros((known.size, size))
    np.add.at(counts, (place, bins), 1.0)
    counted = BinCounts(counts, np.zeros_like(counts))
    return greatest_of(distances_of_runs(PSI, TWO, known, counted, run_days, min_rows))


def one_odd_week(odd_share: float = 1.0):
    """Four weeks, a value in each bin every day, but some of the third week only in the second bin."""
    days = np.repeat(np.arange(28), 20)
    bins = np.tile([0, 1], 280)
    odd = (days // 7 == 2) & (np.arange(560) % 20 < 20 * odd_share)
    return np.where(odd, 1, bins), days


def test_the_greatest_run_is_the_odd_week_against_the_rest():
    bins, days = one_odd_week()
    week = population_stability_index(np.array([0.5, 0.5]), np.array([0.0, 1.0]))

    assert run(bins, days, 7, 1) == pytest.approx(week)


def test_a_longer_run_smooths_an_odd_week_out():
    bins, days = one_odd_week()

    assert run(bins, days, 14, 1) < run(bins, days, 7, 1) / 2


def test_a_run_spans_at_most_half_of_the_days():
    bins, days = one_odd_week()

    assert run(bins, days, 1000, 1) == run(bins, days, 14, 1)


def test_a_run_at_the_end_is_as_long_as_any_other():
    days = np.repeat(np.arange(28), 20)
    bins = np.where(days == 27, 1, np.arange(560) % 2)
    last_week = population_stability_index(np.array([0.5, 0.5]), np.array([60, 80]) / 140)

    assert run(bins, days, 7, 1) == pytest.approx(last_week)


def test_days_without_rows_count_towards_the_length_of_a_run():
    every_second = np.repeat(np.arange(0, 28, 2), 20)
    bins = np.where((every_second == 0) & (np.arange(280) % 2 == 0), 1, 0)

    assert run(bins, every_second, 2, 20) > run(bins, every_second, 4, 20)
    assert run(bins, every_second, 2, 21) == 0  # two days hold one day's rows


def test_runs_with_too_few_values_are_left_out():
    bins, days = one_odd_week()

    assert run(bins, days, 7, 140) > 0
    assert run(bins, days, 7, 141) == 0


def test_rests_with_too_few_values_are_left_out():
    days = np.repeat([0, 1], [100, 10])

    assert run(np.arange(110) % 3 // 2, days, 1, 10) > 0
    assert run(np.arange(110) % 3 // 2, days, 1, 11) == 0


@pytest.mark.parametrize("days", [[], [5] * 100], ids=["no day", "one day"])
@pytest.mark.parametrize("run_days", [0, 1, 7])
def test_without_two_days_there_is_no_run(days, run_days):
    assert run(np.zeros(len(days), dtype=np.int64), np.array(days, dtype=np.int64), run_days, 1) == 0
