"""The error of the newest days beside the one at promotion."""

from datetime import date, timedelta

import pytest

from retraining.records.change import DayLoss
from retraining.rules.drift.error_level import error_level

FIRST = date(2013, 1, 1)


def losses(values, rows=100):
    return [DayLoss(FIRST + timedelta(days=day), rows, value) for day, value in enumerate(values)]


def test_the_bounds_by_hand():
    # variance of the days 1.2, of their mean 0.2; correlated days 5.2704 times that; t(5) = 2.0150.
    found = error_level(losses([1, 3, 1, 3, 1, 3]), 2.0, None, 0.2)

    assert found.mean == 2.0
    assert (found.lower, found.upper) == pytest.approx((2 - 2.0688, 2 + 2.0688), abs=1e-4)
    assert (found.limit, found.days, found.rows) == (2.4, 6, 600)


def test_days_count_by_their_rows():
    days = [*losses([1.0] * 5), DayLoss(date(2013, 1, 6), 500, 3.0)]

    assert error_level(days, 1.0, None, 0.2).mean == 2.0


def test_the_level_is_that_of_the_days_of_the_batch():
    found = error_level(losses([1.0] * 10 + [3.0] * 8), 1.0, date(2013, 1, 11), 0.2)

    assert (found.mean, found.days) == (3.0, 8)


def test_a_batch_of_one_day_is_judged_with_the_days_before():
    found = error_level(losses([1.0] * 10 + [4.0]), 1.0, date(2013, 1, 11), 0.2)

    assert (found.mean, found.days) == (1.5, 6)


@pytest.mark.parametrize(
    ("values", "has_risen", "is_within"),
    [
        ([1.0] * 6, False, True),
        ([1.2] * 6, False, True),
        ([1.3] * 6, True, False),
        ([0.5] * 6, False, True),
        ([0.9, 1.1] * 3, False, False),
        ([1.0, 2.0] * 3, False, False),
    ],
    ids=["as expected", "at the limit", "above it", "better", "not shown to be within", "not shown to be above"],
)
def test_risen_and_within_are_both_to_be_shown(values, has_risen, is_within):
    found = error_level(losses(values), 1.0, None, 0.2 + 1e-9)

    assert (found.has_risen, found.is_within) == (has_risen, is_within)


def test_above_what_was_expected_is_not_risen_while_it_is_below_the_limit():
    assert error_level(losses([1.1] * 6), 1.0, None, 0.2).has_risen is False


@pytest.mark.parametrize(("days", "expected"), [(5, 1.0), (6, None)])
def test_without_six_days_or_an_expected_loss_there_is_no_level(days, expected):
    assert error_level(losses([1.0] * days), expected, None, 0.2) is None


def test_the_sentence_has_the_numbers():
    assert error_level(losses([1.5] * 6, rows=1000), 1.0, None, 0.2).sentence == (
        "The mean loss of 6,000 rows of 6 days is 1.5 (95 % bounds 1.5 to 1.5), 1 when promoted; up to 1.2 is as "
        "expected"
    )
