"""Errors are counted in blocks, and a single one is never more than a few."""

import numpy as np
import pytest

from retraining.records.panel import ErrorBlock
from retraining.rules.panel.error_blocks import Usual, block_length, usual, with_new_errors


def test_the_newest_block_is_filled_before_the_next_begins():
    found = with_new_errors((ErrorBlock(1, 2.0, 0.0),), np.array([1.0, -3.0, 1.0]), np.zeros(3), 1.0, 2)

    assert found == (ErrorBlock(2, 3.0, 0.0), ErrorBlock(2, 4.0, 0.0))


def test_a_spike_counts_as_a_few_errors():
    found = with_new_errors((), np.array([1e12]), np.array([1e12]), 2.0, 6)

    assert found == (ErrorBlock(1, 4.0, 4.0),)


def test_points_that_nothing_was_expected_of_are_left_out():
    found = with_new_errors((), np.array([np.nan, 1.0]), np.array([1.0, np.nan]), 1.0, 6)

    assert found == ()


def test_old_blocks_are_left_behind():
    found = with_new_errors((), np.ones(100), np.ones(100), 1.0, 6)

    assert len(found) == 6
    assert found[-1].points == 100 % 6


def test_a_model_that_was_never_wrong_makes_any_error_large():
    assert with_new_errors((), np.array([0.0, 0.1]), np.zeros(2), 0.0, 6) == (ErrorBlock(2, 4.0, 0.0),)


def test_what_to_expect_is_measured_in_its_own_units():
    found = usual(np.array([1.0, -3.0, np.nan]))

    assert found == Usual(2.0, 1.0, 0.5, 2)
    assert usual(np.array([np.nan])) == Usual()


@pytest.mark.parametrize(("season", "length"), [(1, 6), (7, 7), (12, 12), (52, 28)])
def test_a_block_holds_a_season(season, length):
    assert block_length(season) == length
