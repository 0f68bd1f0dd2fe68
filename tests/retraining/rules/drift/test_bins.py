"""Bins: where the edges lie, and that every value falls into exactly one bin."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retraining.rules.drift.bin_finder import bin_finder
from retraining.rules.drift.bins import category_bins, decile_groups, known_categories, merge_bins, numeric_edges
from retraining.rules.drift.profile import profile_doubles

DOUBLES = st.lists(st.floats(allow_nan=False), min_size=1, max_size=60)


def bins_of(values, reference):
    edges = np.array(numeric_edges(np.array(reference, dtype=float)))
    finder = bin_finder(edges)
    counts = [profile_doubles(np.array([float(value)]), finder, 0.0)[0][: finder.bins] for value in values]
    return [int(np.flatnonzero(each)[0]) for each in counts]


@pytest.mark.parametrize("each", [1, 2, 7])
def test_the_edges_of_many_values_are_their_percentiles_to_the_row(each):
    """In doubles 0.07 of 100 rows is more than 7 of them."""
    assert numeric_edges(np.arange(100.0 * each, 0.0, -1.0)) == tuple(range(each, 100 * each, each))


def test_a_bin_is_open_below_and_closed_above():
    assert bins_of([1.99, 2, 2.01, 198, 198.01], range(1, 201)) == [0, 0, 1, 98, 99]


def test_values_beyond_the_reference_lie_in_the_outermost_bins():
    assert bins_of([-math.inf, -1e300, 1e300, math.inf], range(1, 201)) == [0, 0, 99, 99]


def test_a_heavy_value_has_a_bin_of_its_own():
    zeros_and_more = [0.0] * 500 + list(np.linspace(1, 100, 500))
    below, zero, above = bins_of([-1e-9, 0, 1e-9], zeros_and_more)

    assert below < zero < above


def test_the_bins_of_a_constant_are_below_at_and_above():
    assert bins_of([2.9, 3, 3.1], [3.0] * 50) == [0, 1, 2]


def test_a_value_of_a_fiftieth_of_the_rows_is_heavy_and_a_rarer_one_is_not():
    spread = list(np.linspace(1, 2, 1000))
    heavy, less = ([1.5] * times + spread[: 1000 - times] for times in (20, 19))

    assert bins_of([np.nextafter(1.5, 0)], heavy) != bins_of([1.5], heavy)
    assert bins_of([np.nextafter(1.5, 0)], less) == bins_of([1.5], less)


def test_groups_are_deciles():
    assert list(decile_groups(np.full(100, 7))) == [bin_ // 10 for bin_ in range(100)]


def test_a_bin_with_a_tenth_is_a_group_of_its_own():
    assert list(decile_groups(np.array([5, 5, 20, 5, 5, 60]))) == [0, 0, 1, 2, 2, 3]


def test_the_groups_of_a_constant_are_below_at_and_above():
    assert list(decile_groups(np.array([0, 50, 0]))) == [0, 1, 2]


@given(st.lists(st.integers(0, 100), min_size=1, max_size=60))
def test_groups_are_numbered_in_order_and_lose_no_row(counts):
    groups = decile_groups(np.array(counts))
    merged = merge_bins(np.array(counts, dtype=float), groups)

    assert (groups[0], set(np.diff(groups)) <= {0, 1}, len(merged)) == (0, True, groups[-1] + 1)
    assert merged.sum() == sum(counts)


@pytest.mark.parametrize("values", [[], [math.inf, -math.inf]])
def test_without_a_finite_value_the_bins_tell_signs_apart(values):
    assert bins_of([-math.inf, math.inf], values) == [0, 1]


@given(DOUBLES)
def test_edges_are_finite_and_increasing_and_few(values):
    edges = numeric_edges(np.array(values))

    assert list(edges) == sorted(set(edges))
    assert all(math.isfinite(edge) for edge in edges)
    assert len(edges) <= 199


def test_categories_are_known_most_frequent_first_and_by_name_when_tied():
    assert known_categories(pd.Series(["b", "a", "c", "c", "d", "a", "c", "b"])) == (
        ("c", "a", "b", "d"),
        (3, 2, 2, 1),
    )


def test_a_category_is_its_rank_or_other_or_unseen():
    known = [f"k{rank:02d}" for rank in range(25)]

    assert list(category_bins(["k00", "k19", "k20", "k24", "new", ""], known)) == [0, 19, 20, 20, 21, 21]


def test_few_categories_have_a_bin_each_and_new_ones_are_unseen():
    assert list(category_bins(["a", "b", "new"], ("a", "b"))) == [0, 1, 3]


def test_a_reference_remembers_a_thousand_categories_and_then_calls_nothing_unseen():
    values = pd.Series([f"k{rank}" for rank in range(1200)])
    known, rows = known_categories(values)

    assert (len(known), rows) == (1000, (1,) * 1000)
    assert list(category_bins(["k1199", "new"], known)) == [20, 20]
    assert list(category_bins(["new"], known[:999])) == [21]
