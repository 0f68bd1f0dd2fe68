"""How often rows may judge a change, and how sure each verdict must be."""

import pytest

from retraining.rules.gate.holdout import Look, Looks, level_of_look, level_of_refresh, looks_a_year, looks_before

TEN_DAYS = dict.fromkeys(range(100, 110), 1)


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


@pytest.mark.parametrize(
    ("period", "holdout", "wrong"),
    [(1, 6, 0.25 * 3 / 28), (1, 28, 0.125), (7, 6, 0.0625), (31, 8, 0.15), (7, 0, 0.0625)],
)
def test_a_month_of_looks_shares_a_quarter_and_one_look_has_no_more_than_15_per_cent(period, holdout, wrong):
    assert level_of_refresh(period, holdout) == pytest.approx(1 - wrong)


@pytest.mark.parametrize(
    ("earlier", "fresh", "most"),
    [
        ([], 1.0, 0),
        ([Look(range(90, 103), True)], 0.7, 1),
        ([Look(range(100, 102), True), Look(range(101, 105), True)], 0.5, 2),
        ([Look(range(100, 110), False)], 1.0, 1),
        ([Look(range(90, 100), True)], 1.0, 0),
    ],
    ids=["nobody", "some days", "days twice", "a refresh", "days before"],
)
def test_days_that_judged_a_change_are_not_fresh_and_every_look_counts(earlier, fresh, most):
    assert looks_before(TEN_DAYS, earlier) == Looks(fresh, most)


def test_reserved_rows_weigh_as_many_as_a_batch_brought():
    rows_of_batches = {2: 300, 3: 100}

    assert looks_before(rows_of_batches, [Look(range(1, 3), True)]) == Looks(0.25, 1)


def test_no_row_is_fresh_where_there_is_none():
    assert looks_before({}, []) == Looks(0.0, 0)
