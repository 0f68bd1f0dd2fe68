"""How one day resembles the next: never taken for less than it is, and found again where there is history."""

import math

import numpy as np
import pytest

from retraining.rules.gate.correlation import (
    ASSUMED,
    CORRELATIONS,
    SLOW,
    Correlation,
    correlation_of_days,
    spread_of_mean,
)


def series(seed: int, runs: int, days: int, decay: float, noise: float = 0.0) -> np.ndarray:
    """Days of variance 1 that decay into each other, plus noise of their own."""
    random = np.random.default_rng(seed)
    drawn = random.standard_normal((runs, days))
    made = drawn.copy()
    for day in range(1, days):
        made[:, day] = decay * made[:, day - 1] + math.sqrt(1 - decay**2) * drawn[:, day]
    return made + noise * random.standard_normal((runs, days))


def inflation(correlation: Correlation, blocks: int = 14) -> float:
    return spread_of_mean(np.ones(blocks), correlation)[0]


@pytest.mark.parametrize(("decay", "noise"), [(0.0, 1.0), (0.65, 0.0), (0.65, 1.0), (0.85, 0.0)])
def test_half_a_year_of_days_is_seldom_taken_for_less_correlated_than_it_is(decay, noise):
    found = [inflation(correlation_of_days([run], 14)) for run in series(7, 60, 180, decay, noise)]
    true = inflation(Correlation(1 / (1 + noise**2), decay))

    assert np.mean([each >= 0.95 * true for each in found]) > 0.8
    assert np.median(found) <= 2.2 * true


@pytest.mark.parametrize("size", [10.0, 1e160, math.inf])
def test_a_day_of_a_storm_does_not_hide_how_much_the_others_resemble_each_other(size):
    days = series(7, 30, 60, 0.85)
    with_storm = days.copy()
    with_storm[:, 30] = size
    found = [[correlation_of_days([run], 14).next_day for run in each] for each in (days, with_storm)]

    assert np.median(found[1]) >= 0.9 * np.median(found[0])


@pytest.mark.parametrize("unit", [1e-300, 1e-160, 1e160, 1e300])
def test_the_unit_of_a_loss_changes_nothing(unit):
    run = series(7, 1, 60, 0.65)[0]

    assert correlation_of_days([run * unit], 14) == correlation_of_days([run], 14)


def test_numbers_that_say_nothing_are_assumed_to_be_correlated():
    assert correlation_of_days([[1e308, -1e308, 1e308, -1e308]], 14) == ASSUMED


def test_independent_days_are_known_as_such_after_half_a_year_only():
    days = series(7, 30, 180, 0.0)
    found = [float(np.median([inflation(correlation_of_days([run[:some]], 14)) for run in days])) for some in (7, 180)]

    assert found[1] < 2 < inflation(SLOW) <= found[0]


def test_short_runs_count_together():
    pieces = series(3, 26, 7, 0.65)

    found = correlation_of_days(pieces, 7)

    assert found.days == 182
    assert 0.65 <= found.next_day < ASSUMED.next_day


def test_what_short_runs_differ_by_counts_as_a_slow_trend():
    pieces = series(3, 26, 7, 0.0)
    trend = np.random.default_rng(3).standard_normal((26, 1))

    apart = [inflation(correlation_of_days(each, 28), 28) for each in (pieces, pieces + trend)]

    assert apart == pytest.approx([1.49, inflation(SLOW, 28)], rel=0.1)


def test_a_pair_with_a_large_true_gain_says_as_much_as_one_without():
    run = series(5, 1, 180, 0.0)

    assert max(inflation(correlation_of_days(run + gain, 14)) for gain in (0, 5, 20)) < inflation(SLOW) / 2


@pytest.mark.parametrize("runs", [[], [[1.0, 2.0]] * 90, [[1.0] * 80]], ids=["none", "two days", "no difference"])
@pytest.mark.parametrize("blocks", [1, 6, 28])
def test_days_that_say_nothing_are_assumed_to_resemble_each_other(runs, blocks):
    assert correlation_of_days(runs, blocks) == ASSUMED


def test_only_the_newest_half_year_of_a_pair_counts():
    assert correlation_of_days(series(1, 1, 400, 0.5), 7).days == 180


def test_nothing_widens_an_interval_by_more_than_what_is_assumed():
    for blocks in (6, 28):
        assert max(inflation(each, blocks) for each in CORRELATIONS) == pytest.approx(
            max(inflation(ASSUMED, blocks), inflation(SLOW, blocks))
        )


def test_the_sentence_says_where_the_number_comes_from():
    assert ASSUMED.sentence == (
        "the correlation of a day with the next is at most 0.85, which is assumed, because the history is too short"
    )
    assert (
        Correlation(0.5, 0.8, 90).sentence == "the correlation of a day with the next is at most 0.40, as 90 days show"
    )


@pytest.mark.parametrize("blocks", [2, 6, 28])
def test_independent_days_of_equal_weight_are_those_of_a_t_test(blocks):
    assert spread_of_mean(np.ones(blocks), Correlation(0.0, 0.0)) == pytest.approx((1, blocks - 1))


def test_three_days_by_hand():
    # Eigenvalues of the centred correlations are 0.75 and 5/12; v = 11/18, inflation = 2 v / (1 - v) = 22/7.
    freedom = (0.75 + 5 / 12) ** 2 / (0.75**2 + (5 / 12) ** 2)

    assert spread_of_mean(np.ones(3), Correlation(1.0, 0.5)) == pytest.approx((22 / 7, freedom))


def test_two_small_days_of_a_week_leave_the_freedom_of_about_five():
    _, freedom = spread_of_mean(np.array([10.0] * 5 + [1.0] * 2), Correlation(0.0, 0.0))

    assert 4 < freedom < 5


def test_days_without_rows_do_not_count():
    both = [spread_of_mean(np.array(weights), ASSUMED) for weights in ([1.0, 0.0, 1.0, 1.0], [1.0, 1.0, 1.0])]

    assert both[0] == both[1]
