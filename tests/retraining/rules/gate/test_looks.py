"""How often days may judge a change, and how sure each verdict must be."""

from datetime import date

import pytest

from retraining.rules.gate.looks import fresh_share, level_of_look, looks_a_year


@pytest.mark.parametrize(
    ("period", "holdout", "looks"), [(1, 28, 365 / 14), (31, 28, 365 / 31), (1, 1, 365), (7, 6, 365 / 7)]
)
def test_a_verdict_needs_a_run_and_half_of_its_days_new(period, holdout, looks):
    assert looks_a_year(period, holdout) == pytest.approx(looks)


@pytest.mark.parametrize(
    ("promotions", "looks", "level"), [(0.5, 26, 1 - 0.5 / 26), (0.5, 5, 0.95), (2.0, 365, 1 - 2 / 365)]
)
def test_the_false_promotions_of_a_year_are_shared_among_its_looks(promotions, looks, level):
    assert level_of_look(promotions, looks) == pytest.approx(level)


def test_days_that_judged_before_are_not_fresh():
    first, end = date(2026, 1, 1), date(2026, 1, 11)

    assert fresh_share(first, end, []) == 1.0
    assert fresh_share(first, end, [(date(2025, 12, 1), date(2026, 1, 4))]) == 0.7
    assert fresh_share(first, end, [(first, date(2026, 1, 3)), (date(2026, 1, 2), date(2026, 1, 6))]) == 0.5
    assert fresh_share(first, first, []) == 0.0
