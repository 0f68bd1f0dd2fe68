"""Distances of counts and shares: by hand, by their laws, and against scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.spatial.distance import jensenshannon

from retraining.rules.drift.bin_finder import bin_finder
from retraining.rules.drift.bins import numeric_edges
from retraining.rules.drift.distances import (
    chi_squared,
    jensen_shannon_distance,
    kl_divergence,
    kolmogorov_smirnov,
    l_infinity,
    population_stability_index,
    shares,
    total_variation,
    wasserstein,
)
from retraining.rules.drift.profile import numeric_profile, profile_doubles

HALF, QUARTER = np.array([0.5, 0.5]), np.array([0.25, 0.75])
SYMMETRIC = [population_stability_index, jensen_shannon_distance, total_variation, l_infinity, kolmogorov_smirnov]
DISTANCES = [*SYMMETRIC, kl_divergence]
CODES = st.lists(st.integers(0, 5), min_size=1, max_size=40)


@st.composite
def counts(draw, smallest=0):
    bins = draw(st.integers(2, 12))
    each = st.lists(st.integers(smallest, 1000), min_size=bins, max_size=bins).filter(any)
    return np.array(draw(each)), np.array(draw(each))


def pairs(smallest=0):
    return counts(smallest).map(lambda pair: (shares(pair[0]), shares(pair[1])))


def test_the_index_by_hand():
    assert population_stability_index(HALF, QUARTER) == pytest.approx(0.25 * math.log(3))


def test_the_index_of_an_empty_bin_takes_the_floor_for_its_share():
    half_left = population_stability_index(np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.0, 0.5]))

    assert half_left == pytest.approx(2 * (0.5 - 1e-4) * math.log(0.5 / 1e-4))


def test_total_variation_greatest_difference_and_kolmogorov_smirnov_by_hand():
    p, q = np.array([0.1, 0.2, 0.7]), np.array([0.3, 0.3, 0.4])

    assert total_variation(p, q) == pytest.approx(0.3)
    assert l_infinity(p, q) == pytest.approx(0.3)
    assert kolmogorov_smirnov(p, q) == pytest.approx(0.3)


@pytest.mark.parametrize("base", [math.e, 2, 10])
@given(pair=pairs(smallest=5))
def test_without_empty_bins_the_divergence_is_the_relative_entropy(base, pair):
    assert kl_divergence(*pair, base=base) == pytest.approx(stats.entropy(*pair, base=base), abs=1e-9)


@pytest.mark.parametrize("base", [math.e, 2])
@given(pair=pairs())
def test_the_jensen_shannon_distance_is_scipys(base, pair):
    expected = np.nan_to_num(jensenshannon(*pair, base=base))

    assert jensen_shannon_distance(*pair, base=base) ** 2 == pytest.approx(expected**2, abs=1e-9)


@given(counts())
def test_chi_squared_is_scipys(pair):
    table = np.array(pair)[:, np.sum(pair, axis=0) > 0]
    expected = stats.chi2_contingency(table, correction=False).statistic

    assert chi_squared(*pair) == pytest.approx(expected, abs=1e-9, rel=1e-9)


@pytest.mark.parametrize("distance", DISTANCES)
@given(pair=pairs())
def test_a_distance_is_finite_not_negative_and_nothing_between_the_same(distance, pair):
    assert 0 <= distance(*pair) < math.inf
    assert distance(pair[0], pair[0]) == 0


@pytest.mark.parametrize("distance", SYMMETRIC)
@given(pair=pairs())
def test_all_but_the_divergence_are_symmetric(distance, pair):
    assert distance(*pair) == pytest.approx(distance(*reversed(pair)), abs=1e-12)


@pytest.mark.parametrize("distance", [jensen_shannon_distance, total_variation, l_infinity, kolmogorov_smirnov])
@given(pair=pairs())
def test_four_distances_are_at_most_one(distance, pair):
    assert distance(*pair) <= 1


@pytest.mark.parametrize("distance", [jensen_shannon_distance, total_variation, l_infinity, kolmogorov_smirnov])
def test_and_one_without_a_common_bin(distance):
    assert distance(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 1


@pytest.mark.parametrize("distance", DISTANCES)
def test_many_pairs_at_once_give_what_each_gives_alone(distance):
    both = distance(np.array([HALF, QUARTER]), np.array([QUARTER, QUARTER]))

    assert list(both) == [distance(HALF, QUARTER), 0]


@pytest.mark.parametrize("distance", DISTANCES)
@pytest.mark.parametrize(
    "wrong", [np.array([0.5, 0.4]), np.array([1.5, -0.5]), np.array([1.0]), np.array([math.nan, 1.0])]
)
def test_what_is_no_share_vector_of_the_same_bins_is_refused(distance, wrong):
    with pytest.raises(ValueError, match="share"):
        distance(HALF, wrong)


@pytest.mark.parametrize("counts", [[0, 0], [3, -1], []])
def test_nothing_has_no_shares(counts):
    with pytest.raises(ValueError, match="positive total"):
        shares(np.array(counts, dtype=np.int64))


def ordered(reference, current, edges=None):
    reference, current = np.asarray(reference, dtype=float), np.asarray(current, dtype=float)
    edges = np.array(numeric_edges(reference) if edges is None else edges)
    one, other = (numeric_profile(*profile_doubles(each, bin_finder(edges), 0.0)) for each in (reference, current))
    before, now = np.array(one.counts), np.array(other.counts)
    area = wasserstein(edges, before, np.array(one.sums), now, np.array(other.sums))
    return float(kolmogorov_smirnov(shares(before), shares(now))), float(area)


def exact_ks(reference, current):
    with np.errstate(divide="ignore"):  # its p-value, which nobody asks for, divides by zero for two single values
        return stats.ks_2samp(reference, current, method="asymp").statistic


def drawn(shape, seed=1, rows=20_000):
    random = np.random.default_rng(seed)
    return {
        "normal": lambda: random.normal(size=rows),
        "shifted": lambda: random.normal(0.3, 1.0, rows),
        "far": lambda: random.normal(2.0, 1.0, rows),
        "wider": lambda: random.normal(0.0, 1.5, rows),
        "lognormal": lambda: np.exp(random.normal(size=rows)),
        "Pareto": lambda: random.pareto(3.0, rows),
        "bimodal": lambda: random.normal(size=rows) + 6 * (random.random(rows) < 0.4),
        "zero-inflated": lambda: random.exponential(size=rows) * (random.random(rows) < 0.6),
    }[shape]()


@pytest.mark.parametrize(
    ("reference", "current"),
    [
        ("normal", "shifted"),
        ("normal", "far"),
        ("normal", "wider"),
        ("normal", "lognormal"),
        ("lognormal", "Pareto"),
        ("Pareto", "lognormal"),
        ("bimodal", "normal"),
        ("zero-inflated", "Pareto"),
    ],
)
def test_a_hundred_bins_are_enough_for_both(reference, current):
    reference, current = drawn(reference), drawn(current, seed=2)
    ks, area = ordered(reference, current)

    assert ks <= exact_ks(reference, current) <= ks + 0.01
    assert area == pytest.approx(stats.wasserstein_distance(reference, current), abs=0.01 * reference.std())


@given(CODES, CODES)
def test_with_an_edge_around_every_value_both_are_exact(reference, current):
    edges = [edge for code in range(6) for edge in (code - 0.5, code)]
    ks, area = ordered(reference, current, edges)

    assert ks == pytest.approx(exact_ks(reference, current), abs=1e-12)
    assert area == pytest.approx(stats.wasserstein_distance(reference, current), abs=1e-9)


@given(st.lists(st.floats(-1e3, 1e3), min_size=1), st.lists(st.floats(-1e3, 1e3), min_size=1))
def test_bins_never_say_more_than_the_values(reference, current):
    ks, area = ordered(reference, current)

    assert 0 <= ks <= exact_ks(reference, current) + 1e-12
    assert 0 <= area <= stats.wasserstein_distance(reference, current) + 1e-6


def test_a_shift_moves_every_value_by_itself():
    values = np.linspace(0, 1, 1001)

    assert ordered(values, values + 3) == (pytest.approx(0.99, abs=0.01), pytest.approx(3))


@pytest.mark.parametrize("values", [[1.0, math.inf], [-math.inf, 1.0]])
def test_an_infinity_has_a_share_but_no_area(values):
    ks, area = ordered([1.0, 2.0, 3.0], values)

    assert (ks > 0, math.isnan(area)) == (True, True)
