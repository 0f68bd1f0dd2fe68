"""Which days judge a candidate."""

from datetime import date, timedelta

import pytest

from retraining.rules.gate.holdout import fewest_whole_days, holdout_days, new_days, whole_days


def january(*days: int) -> tuple[date, ...]:
    return tuple(date(2013, 1, day) for day in days)


def days_in_a_row(count: int) -> list[date]:
    return [date(2013, 1, 1) + timedelta(days=day) for day in range(count)]


def test_a_day_that_is_still_arriving_does_not_judge():
    assert whole_days(january(3, 1, 2), None, date(2013, 1, 3)) == january(1, 2)


def test_the_last_day_the_champion_was_trained_on_does_not_judge():
    assert whole_days(january(1, 2, 3, 4), date(2013, 1, 2), date(2013, 1, 4)) == january(3)


def test_a_champion_trained_up_to_the_watermark_leaves_no_day_to_judge():
    assert whole_days(january(1, 2, 3), date(2013, 1, 3), date(2013, 1, 3)) == ()


@pytest.mark.parametrize(
    ("whole", "chosen"),
    [(0, 0), (5, 5), (6, 6), (7, 6), (24, 6), (25, 7), (31, 8), (112, 28), (113, 28), (365, 28)],
)
def test_a_quarter_of_the_days_judges_at_least_six_and_at_most_28(whole, chosen):
    assert len(holdout_days(days_in_a_row(whole))) == chosen


@pytest.mark.parametrize(("whole", "chosen"), [(9, 6), (12, 6), (13, 7), (20, 10), (27, 14), (34, 17), (90, 28)])
def test_after_a_verdict_that_left_its_question_open_half_of_the_days_judge(whole, chosen):
    assert len(holdout_days(days_in_a_row(whole), after_open=True)) == chosen


def test_the_newest_days_judge():
    assert holdout_days([*reversed(january(*range(1, 11)))]) == january(5, 6, 7, 8, 9, 10)


@pytest.mark.parametrize("whole", [9, 13, 20, 30, 365])
def test_a_candidate_learns_days_that_its_champion_has_not_and_is_judged_by_those_after_them(whole):
    days = days_in_a_row(whole)

    assert whole >= fewest_whole_days(has_champion=True)
    for after_open in (False, True):
        judging = holdout_days(days, after_open)
        assert len(new_days(days, judging)) >= 3
        assert (*new_days(days, judging), *judging) == tuple(days)


def test_fewer_days_leave_too_few_to_learn():
    days = days_in_a_row(fewest_whole_days(has_champion=True) - 1)

    assert len(new_days(days, holdout_days(days))) < 3


def test_a_first_model_learns_a_day_at_least():
    days = days_in_a_row(7)

    assert (fewest_whole_days(has_champion=False), new_days(days, holdout_days(days))) == (7, january(1))
