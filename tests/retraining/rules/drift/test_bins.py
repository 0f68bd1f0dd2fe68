"""Bins: where the edges lie, and that every value falls into exactly one bin."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retraining.rules.drift.bin_counts import count_numeric
from retraining.rules.drift.categorical_bins import category_bins, known_categories
from retraining.rules.drift.numeric_bins import numeric_bins, numeric_edges

DOUBLES = st.lists(st.floats(allow_nan=False), min_size=1, max_size=60)


def bins_of(values, reference):
    return list(numeric_bins(np.array(values, dtype=float), np.array(numeric_edges(np.array(reference, dtype=float)))))


def test_the_edges_of_many_values_are_their_deciles():
    assert numeric_edges(np.arange(1.0, 101.0)) == (10, 20, 30, 40, 50, 60, 70, 80, 90)


def test_a_bin_is_open_below_and_closed_above():
    assert bins_of([9.99, 10, 10.01, 90, 90.01], range(1, 101)) == [0, 0, 1, 8, 9]


def test_values_beyond_the_reference_lie_in_the_outermost_bins():
    assert bins_of([-math.inf, -1e300, 1e300, math.inf], range(1, 101)) == [0, 0, 9, 9]


def test_a_heavy_value_has_a_bin_of_its_own():
    zeros_and_more = [0.0] * 500 + list(np.linspace(1, 100, 500))
    below, zero, above = bins_of([-1e-9, 0, 1e-9], zeros_and_more)

    assert below < zero < above


def test_the_bins_of_a_constant_are_below_at_and_above():
    assert bins_of([2.9, 3, 3.1], [3.0] * 50) == [0, 1, 2]


def test_a_value_of_a_tenth_of_the_rows_is_heavy_and_a_rarer_one_is_not():
    spread = list(np.linspace(1, 2, 1000))
    tenth, less = ([5.0] * times + spread[: 1000 - times] for times in (100, 99))

    assert bins_of([4.9], tenth) != bins_of([5.0], tenth)
    assert bins_of([4.9], less) == bins_of([5.0], less)


@pytest.mark.parametrize("values", [[], [math.inf, -math.inf]])
def test_without_a_finite_value_the_bins_tell_signs_apart(values):
    assert bins_of([-math.inf, math.inf], values) == [0, 1]


@given(DOUBLES)
def test_edges_are_finite_and_increasing_and_few(values):
    edges = numeric_edges(np.array(values))

    assert list(edges) == sorted(set(edges))
    assert all(math.isfinite(edge) for edge in edges)
    assert len(edges) <= 29


@given(DOUBLES, st.lists(st.floats(), max_size=60))
def test_every_value_is_counted_once_or_is_missing(reference, values):
    counts, _, nulls = count_numeric(np.array(values, dtype=float), np.array(numeric_edges(np.array(reference))))

    assert counts.sum() + nulls == len(values)
    assert nulls == sum(math.isnan(value) for value in values)


def test_sums_are_those_of_the_values_in_each_bin():
    counts, sums, nulls = count_numeric(np.array([1, 2, 5, math.nan, 9, 7]), np.array([2.0, 6.0]))

    assert (list(counts), list(sums), nulls) == ([2, 1, 2], [3, 5, 16], 1)


def test_categories_are_known_most_frequent_first_and_by_name_when_tied():
    assert known_categories(pd.Series(["b", "a", "c", "c", "d", "a", "c", "b"])) == ("c", "a", "b", "d")


def test_a_category_is_its_rank_or_other_or_unseen():
    known = [f"k{rank:02d}" for rank in range(25)]

    assert list(category_bins(["k00", "k19", "k20", "k24", "new", ""], known)) == [0, 19, 20, 20, 21, 21]


def test_few_categories_have_a_bin_each_and_new_ones_are_unseen():
    assert list(category_bins(["a", "b", "new"], ("a", "b"))) == [0, 1, 3]


def test_a_reference_remembers_a_thousand_categories_and_then_calls_nothing_unseen():
    values = pd.Series([f"k{rank}" for rank in range(1200)])
    known = known_categories(values)

    assert len(known) == 1000
    assert list(category_bins(["k1199", "new"], known)) == [20, 20]
    assert list(category_bins(["new"], known[:999])) == [21]
