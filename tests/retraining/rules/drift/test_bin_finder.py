"""A value's bin is the one that a search of the edges would find, wherever the edges lie."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retraining.rules.drift.bin_finder import bin_finder

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def searched(edges, values):
    return np.searchsorted(edges, values, side="left").tolist()


@given(st.lists(FINITE, min_size=1, max_size=40, unique=True), st.lists(st.floats(allow_nan=False), max_size=40))
def test_any_value_among_any_edges(edges, values):
    edges = np.sort(edges)
    with np.errstate(over="ignore"):
        beside = [*edges, *np.nextafter(edges, math.inf), *np.nextafter(edges, -math.inf)]
    all_values = np.array([*values, *beside])

    assert bin_finder(edges).find(all_values).tolist() == searched(edges, all_values)


@pytest.mark.parametrize("draw", ["normal", "lognormal", "exponential"])
def test_percentiles_are_found_by_their_cell(draw):
    random = np.random.default_rng(1)
    values = getattr(random, draw)(size=50_000)
    edges = np.quantile(values, np.arange(1, 100) / 100)
    finder = bin_finder(edges)

    assert finder.first is not None
    assert finder.find(values).tolist() == searched(edges, values)


@pytest.mark.parametrize("edges", [[0.0], [-1.7e308, 1.7e308], [0.0, 5e-324], [0.0, *np.linspace(1e-9, 1e-8, 20), 1.0]])
def test_edges_without_a_scale_or_too_crowded_are_searched(edges):
    finder = bin_finder(np.array(edges))

    assert finder.first is None
    assert finder.find(np.array([-math.inf, 0.0, 5e-9, math.inf])).tolist() == searched(
        edges, [-math.inf, 0.0, 5e-9, math.inf]
    )
