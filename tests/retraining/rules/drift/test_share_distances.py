"""Distances of shares: by hand, by their laws, and against scipy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

from retraining.rules.drift.share_distances import (
    js_distance,
    kl_divergence,
    population_stability_index,
    shares,
    stability_of_rows,
)

HALF, QUARTER = np.array([0.5, 0.5]), np.array([0.25, 0.75])
DISTANCES = [population_stability_index, kl_divergence, js_distance]


@st.composite
def pairs(draw, smallest=0):
    bins = draw(st.integers(1, 12))
    counts = st.lists(st.integers(smallest, 1000), min_size=bins, max_size=bins).filter(any)
    return shares(np.array(draw(counts))), shares(np.array(draw(counts)))


def test_the_index_by_hand():
    assert population_stability_index(HALF, QUARTER) == pytest.approx(0.25 * math.log(3))


def test_the_divergence_by_hand():
    assert kl_divergence(HALF, QUARTER) == pytest.approx(0.25 * math.log(0.5) + 0.75 * math.log(1.5))


def test_the_index_of_an_empty_bin_takes_the_floor_for_its_share():
    half_left = population_stability_index(np.array([0.5, 0.5, 0.0]), np.array([0.5, 0.0, 0.5]))

    assert half_left == pytest.approx(2 * (0.5 - 1e-4) * math.log(0.5 / 1e-4))


@given(pairs(smallest=5))
def test_without_empty_bins_the_divergence_is_the_relative_entropy(pair):
    assert kl_divergence(*pair) == pytest.approx(entropy(pair[1], pair[0]), abs=1e-9)


@given(pairs())
def test_the_js_distance_agrees_with_scipy_in_base_two(pair):
    assert js_distance(*pair) == pytest.approx(np.nan_to_num(jensenshannon(*pair, base=2)), abs=1e-7)


@pytest.mark.parametrize("distance", DISTANCES)
@given(pair=pairs())
def test_a_distance_is_finite_not_negative_and_nothing_between_the_same(distance, pair):
    assert 0 <= distance(*pair) < math.inf
    assert distance(pair[0], pair[0]) == 0


@pytest.mark.parametrize("distance", [population_stability_index, js_distance])
@given(pair=pairs())
def test_index_and_js_distance_are_symmetric(distance, pair):
    assert distance(*pair) == pytest.approx(distance(*reversed(pair)), abs=1e-12)


@given(pairs())
def test_the_js_distance_is_at_most_one(pair):
    assert js_distance(*pair) <= 1


def test_the_js_distance_without_a_common_bin_is_one():
    assert js_distance(np.array([1.0, 0.0]), np.array([0.0, 1.0])) == 1


def test_many_pairs_at_once_give_what_each_gives_alone():
    both = stability_of_rows(np.array([HALF, QUARTER]), np.array([QUARTER, QUARTER]))

    assert list(both) == [population_stability_index(HALF, QUARTER), 0]


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
