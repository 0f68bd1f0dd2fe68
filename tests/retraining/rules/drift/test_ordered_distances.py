"""KS and Wasserstein from counts and sums, against scipy on the values themselves."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from retraining.rules.drift.bin_counts import count_numeric
from retraining.rules.drift.numeric_bins import numeric_edges
from retraining.rules.drift.ordered_distances import ks_statistic, wasserstein_distance

CODES = st.lists(st.integers(0, 5), min_size=1, max_size=40)


def distances(reference, current, edges=None):
    edges = np.array(numeric_edges(np.asarray(reference, dtype=float)) if edges is None else edges)
    before, before_sums, _ = count_numeric(np.asarray(reference, dtype=float), edges)
    now, now_sums, _ = count_numeric(np.asarray(current, dtype=float), edges)
    return ks_statistic(before, now), wasserstein_distance(edges, before, before_sums, now, now_sums)


def exact_ks(reference, current):
    with np.errstate(divide="ignore"):  # its p-value, which nobody asks for, divides by zero for two single values
        return stats.ks_2samp(reference, current, method="asymp").statistic


def normal(mean=0.0, deviation=1.0, seed=1):
    return np.random.default_rng(seed).normal(mean, deviation, 20_000)


@pytest.mark.parametrize(
    "current",
    [normal(0.3, seed=2), normal(2.0, seed=3), normal(0.0, 1.5, seed=4), np.exp(normal(seed=5))],
    ids=["little shift", "large shift", "wider", "other shape"],
)
def test_ten_bins_are_enough_for_both(current):
    reference = normal()
    ks, area = distances(reference, current)

    assert ks <= exact_ks(reference, current) <= ks + 0.02
    assert area == pytest.approx(stats.wasserstein_distance(reference, current), abs=0.001)


@given(CODES, CODES)
def test_with_an_edge_around_every_value_both_are_exact(reference, current):
    edges = [edge for code in range(6) for edge in (code - 0.5, code)]
    ks, area = distances(reference, current, edges)

    assert ks == pytest.approx(exact_ks(reference, current), abs=1e-12)
    assert area == pytest.approx(stats.wasserstein_distance(reference, current), abs=1e-9)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1), st.lists(st.floats(-1e3, 1e3), min_size=1))
def test_bins_never_say_more_than_the_values(reference, current):
    ks, area = distances(reference, current)

    assert 0 <= ks <= exact_ks(reference, current) + 1e-12
    assert 0 <= area <= stats.wasserstein_distance(reference, current) + 1e-6


def test_a_shift_moves_every_value_by_itself():
    values = np.linspace(0, 1, 1001)

    assert distances(values, values + 3) == (pytest.approx(0.9, abs=0.01), pytest.approx(3))


@pytest.mark.parametrize("values", [[1.0, math.inf], [-math.inf, 1.0]])
def test_an_infinity_has_a_share_but_no_area(values):
    ks, area = distances([1.0, 2.0, 3.0], values)

    assert (ks > 0, area) == (True, None)
