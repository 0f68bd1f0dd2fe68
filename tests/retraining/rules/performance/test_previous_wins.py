"""Does the champion before do better than the live one?"""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest

from retraining.records.decision import DailyLoss
from retraining.rules.gate.metrics import find_metric
from retraining.rules.performance.previous_wins import PreviousVerdict, Rivals, previous_wins

RMSE = find_metric("rmse", "regression")
RIVALS = Rivals(champion="3", previous="2", after_batch=0)
BETTER, WORSE = (50.0, 55.0, 45.0), (150.0, 155.0, 145.0)
"""Losses of the version before on the days of a batch; the champion's is 100 on each."""


def batch(number: int, *previous: float, rows: int = 10) -> list[DailyLoss]:
    """Both versions on some days of one batch, three days after the batch before."""
    days = [date(2013, 1, 1) + timedelta(3 * number + each) for each in range(len(previous))]
    return [
        DailyLoss(version, number, number, day, rows, loss)
        for day, its in zip(days, previous, strict=True)
        for version, loss in (("2", its), ("3", 100.0))
    ]


def asked(losses: list[DailyLoss], blocks: int = 3) -> PreviousVerdict:
    return previous_wins(losses, RIVALS, RMSE, blocks)


WINS = [*batch(11, *BETTER), *batch(12, *BETTER), *batch(13, *BETTER)]


def test_previous_wins_when_it_is_better_in_every_batch_and_shown_to_be_better_overall():
    found = asked(WINS)

    assert found.wins is True
    assert found.sentence == (
        "Version 2, the previous champion, beats champion version 3: RMSE 2.236 against 3.162 on 90 rows of 9 days, "
        "better in 3 of the newest 3 blocks, gain +29.3%, 95 % lower bound +23.5%; the correlation of a day with the "
        "next is at most 0.48, as 9 days show."
    )


@pytest.mark.parametrize(("loss", "lower"), [(101.0, "+5.9%"), (100.0, "+6.3%")], ids=["worse", "equal"])
def test_a_batch_in_which_it_is_not_better_stands_against_it(loss, lower):
    losses = [each for number in range(1, 9) for each in batch(number, *((loss,) * 3 if number == 2 else BETTER))]

    found = asked(losses, blocks=8)

    assert found.wins is False
    assert found.sentence.startswith("Version 2, the previous champion, is not shown to beat champion version 3: RMSE ")
    assert "better in 7 of the newest 8 blocks, gain +" in found.sentence
    assert f"95 % lower bound {lower}" in found.sentence


def test_better_in_every_batch_is_not_enough_when_the_days_differ_too_much():
    losses = [each for number in (11, 12, 13) for each in batch(number, 10.0, 140.0, 140.0)]

    found = asked(losses)

    assert found.wins is False
    assert "better in 3 of the newest 3 blocks, gain +1.7%, 95 % lower bound -" in found.sentence


def test_older_batches_do_not_count():
    assert asked([*batch(11, *WORSE), *batch(12, *BETTER), *batch(13, *BETTER), *batch(14, *BETTER)]).wins is True


def test_two_batches_can_be_enough_where_the_policy_says_so():
    assert asked(WINS[6:], blocks=2).wins is True


@pytest.mark.parametrize(
    ("losses", "found"),
    [
        ([], "0 of 3 blocks of at least 3 days (policy.previous_wins_blocks) and 0 of 6 days."),
        (WINS[6:], "2 of 3 blocks of at least 3 days (policy.previous_wins_blocks) and 6 of 6 days."),
        ([each for number in (11, 12, 13) for each in batch(number, 50.0)], "1 of 3 blocks of at least 3 days ("),
        ([each for each in WINS if each.version == "3"], "0 of 3 blocks of at least 3 days (policy.previous_wins_bl"),
    ],
)
def test_few_batches_or_days_are_not_enough_evidence(losses, found):
    verdict = asked(losses)

    assert verdict.wins is None
    assert f"since it went live both predicted the same rows of {found}" in verdict.sentence


def test_rows_that_arrived_before_the_champion_went_live_do_not_count():
    early = [each for number in (-2, -1, 0) for each in batch(number, *BETTER)]

    assert asked(early).sentence.endswith(
        "0 of 3 blocks of at least 3 days (policy.previous_wins_blocks) and 0 of 6 days."
    )


def test_other_rows_do_not_count():
    losses = [replace(each, rows=9) if each.version == "2" and each.batch_seq == 12 else each for each in WINS]

    assert "2 of 3 blocks" in asked(losses).sentence


def test_rows_without_a_day_do_not_count():
    assert "0 of 3 blocks" in asked([replace(each, day=None) for each in WINS]).sentence


def test_a_row_belongs_to_the_batch_it_was_predicted_in_however_late_its_label_comes():
    losses = [replace(each, batch_seq=15) for each in WINS]

    assert asked(losses) == asked(WINS)


def test_a_first_version_that_predicts_beside_them_changes_nothing():
    first = [replace(each, version="1", loss=each.loss + 40) for each in WINS if each.version == "2"]

    assert asked([*WINS, *first]).wins is asked(WINS).wins is True


def test_a_champion_without_error_is_not_beaten():
    assert asked([replace(each, loss=0.0) if each.version == "3" else each for each in WINS]).wins is False


def one_by_one(days: int, previous: float, first: date = date(2013, 1, 1), a_day: int = 1) -> list[DailyLoss]:
    """Both versions on days that come one by one, or in several batches a day."""
    return [
        DailyLoss(version, number, number, first + timedelta((number - 1) // a_day), 10, loss * (1 + number % 3 / 10))
        for number in range(1, days * a_day + 1)
        for version, loss in (("2", previous), ("3", 100.0))
    ]


@pytest.mark.parametrize("a_day", [1, 4], ids=["daily", "every six hours"])
def test_it_can_win_where_every_day_or_every_few_hours_bring_a_batch(a_day):
    assert asked(one_by_one(5, 50.0, a_day=a_day)).wins is None
    found = asked(one_by_one(9, 50.0, a_day=a_day))

    assert found.wins is True
    assert "better in 3 of the newest 3 blocks" in found.sentence


SIX_WORSE = one_by_one(6, 101.0, date(2013, 1, 4))


def test_one_bad_stretch_of_days_is_one_block():
    losses = [*one_by_one(3, 30.0), *(replace(each, scored_batch=each.scored_batch + 3) for each in SIX_WORSE)]

    assert asked(losses).wins is False
    assert "better in 1 of the newest 3 blocks" in asked(losses).sentence


def test_two_versions_that_are_equally_good_seldom_win_over_each_other_at_daily_looks():
    """Days of which half of the difference is there the next day, looked at every tenth day for 40 days."""
    wins = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        shocks = draw.normal(size=40)
        differences = np.convolve(shocks, 0.5 ** np.arange(6))[:40] * 15
        losses = [
            DailyLoss(version, number + 1, number + 1, date(2013, 1, 1) + timedelta(number), 10, loss)
            for number, difference in enumerate(differences.tolist())
            for version, loss in (("2", 100.0 + difference), ("3", 100.0))
        ]
        wins += any(asked(losses[: 2 * days]).wins for days in range(10, 41, 10))

    assert wins <= 6
