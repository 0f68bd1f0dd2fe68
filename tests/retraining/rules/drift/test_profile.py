"""A profile says of a column what its values would say, and profiles add up."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retraining.rules.drift.bin_finder import bin_finder
from retraining.rules.drift.profile import Profile, merge_profiles, numeric_profile, profile_doubles

EDGES = np.array([-1.0, 0.0, 2.5])
VALUES = st.lists(st.floats(-1e6, 1e6) | st.just(math.nan) | st.just(0.0), max_size=40)


def profiled(values, centre=1.0) -> Profile:
    return numeric_profile(*profile_doubles(np.array(values, dtype=float), bin_finder(EDGES), centre))


def test_counts_sums_zeros_and_range():
    found = profiled([0, 2, 2.5, -3, 9, 7, math.nan])

    assert (found.counts, found.sums, found.zeros) == ((1, 1, 2, 2), (-3, 0, 4.5, 16), 1)
    assert (found.minimum, found.maximum, found.nans, found.rows) == (-3, 9, 1, 7)


def test_infinities_lie_in_the_outermost_bins_and_spoil_their_sums_alone():
    found = profiled([-math.inf, 1.0, 2.0, math.inf, math.inf])

    assert (found.counts, found.sums) == ((1, 0, 2, 2), (-math.inf, 0, 3, math.inf))
    assert (found.minimum, found.maximum) == (1, 2)


def test_nulls_are_told_apart_from_nan():
    found = numeric_profile(*profile_doubles(np.array([1.0, math.nan, math.nan]), bin_finder(EDGES), 0.0), nulls=1)

    assert (found.nulls, found.nans, found.missing, found.null_share) == (1, 1, 2, pytest.approx(2 / 3))


@given(VALUES)
def test_mean_and_deviation_are_those_of_the_values(values):
    known = [value for value in values if not math.isnan(value)]
    found = profiled(values)

    assert found.rows == len(values)
    if known:
        assert found.mean() == pytest.approx(np.mean(known), abs=1e-6)
        assert found.deviation(1.0) == pytest.approx(np.std(known), abs=1e-2, rel=1e-4)
    else:
        assert (found.mean(), found.deviation(1.0), found.minimum) == (None, None, None)


@given(VALUES, VALUES)
def test_two_profiles_together_are_the_profile_of_all_rows(one, other):
    merged, whole = merge_profiles([profiled(one), profiled(other)]), profiled([*one, *other])

    assert (merged.counts, merged.zeros, merged.nans) == (whole.counts, whole.zeros, whole.nans)
    assert (merged.minimum, merged.maximum) == (whole.minimum, whole.maximum)
    assert merged.sums == pytest.approx(whole.sums, abs=1e-6)
    assert merged.squares == pytest.approx(whole.squares, rel=1e-9)


def test_the_most_frequent_new_categories_are_kept():
    one = Profile((1, 0), unseen=(("a", 3), ("b", 1)))
    other = Profile((0, 2), unseen=(("c", 2), ("b", 4), ("d", 1), ("e", 1), ("f", 1)))

    assert merge_profiles([one, other]).unseen == (("b", 5), ("a", 3), ("c", 2), ("d", 1), ("e", 1))


@pytest.mark.parametrize("parts", [[], [Profile((1, 2)), Profile((1, 2, 3))]])
def test_what_has_no_common_bins_is_not_merged(parts):
    with pytest.raises(ValueError, match="same bins"):
        merge_profiles(parts)
