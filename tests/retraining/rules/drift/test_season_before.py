"""The days a year before a batch: the same weekdays, without what only strayed into it."""

from datetime import date, timedelta

import pytest

from retraining.rules.drift.season_before import season_before

FIRST = date(2013, 7, 1)


def batch(*rows):
    """So many rows on each day from the first of July on."""
    return {FIRST + timedelta(days=day): each for day, each in enumerate(rows)}


def test_the_same_weekdays_52_weeks_before():
    first, last = season_before(batch(*[10] * 7))

    assert (first, last) == (date(2012, 7, 2), date(2012, 7, 8))
    assert (first.weekday(), last.weekday()) == (FIRST.weekday(), 6)


def test_a_late_row_and_one_of_a_fast_clock_stretch_nothing():
    rows = {FIRST - timedelta(days=300): 1, **batch(*[100] * 7), FIRST + timedelta(days=200): 1}

    assert season_before(rows) == season_before(batch(*[100] * 7))


def test_more_than_one_row_in_a_hundred_belongs_to_the_batch():
    assert season_before({FIRST - timedelta(days=10): 20, **batch(*[100] * 7)})[0] == date(2012, 6, 22)


@pytest.mark.parametrize(("days", "found"), [(92, True), (93, False)])
def test_more_than_a_quarter_is_from_no_part_of_the_calendar(days, found):
    assert (season_before(batch(*[10] * days)) is not None) == found


@pytest.mark.parametrize("rows", [{}, batch(0, 0)])
def test_without_rows_there_are_no_days(rows):
    assert season_before(rows) is None
