"""From when on a first champion is possible, counted as the loop counts: whole days, the newest one excluded."""

from datetime import date, timedelta

import pytest
from tests.loop import toy_spec

from retraining.records.validation import KeySample, SourceFacts
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.validation.first_champion import expect_first_champion

TIME = Ledger("at", "timestamp")
NUMBER = Ledger("at", "integer")
MONTHS = [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]
MONTHS += [date(2026, 6, 30), date(2026, 7, 31), date(2026, 8, 31)]


def every(gap: int, count: int) -> list[date]:
    return [date(2026, 1, 5) + timedelta(days=gap * each) for each in range(count)]


def said(days=(), learnable=1000, newest=None, labelled=None, ledger=TIME, **gate) -> list[tuple[str, str]]:
    """Level and sentence. days: those with labelled rows; newest: the day of the newest row, labelled or not."""
    facts = SourceFacts(
        rows=learnable,
        ledger_from=None,
        ledger_to=f"{newest or days[-1]}T10:00:00Z" if days else str(learnable),
        ledger_missing=0,
        ledger_in_future=0,
        newer_rows=learnable,
        labelled=labelled or learnable,
        label_is_constant=False,
        learnable=learnable,
        days=tuple(days),
        classes=None,
        empty_features=(),
        constant_features=(),
        sample=KeySample(learnable, learnable, learnable),
    )
    found = expect_first_champion(toy_spec(gate={"deploy": "candidate", **gate}), ledger, facts)
    return [(each.level, each.text) for each in found]


@pytest.mark.parametrize(
    ("days", "whole", "expected"),
    [
        (every(1, 4), 3, "after 4 more such days: about 2026-01-12, if they come daily as so far."),
        (every(7, 4), 3, "after 4 more such days: about 2026-02-23, if they come weekly as so far."),
        (MONTHS[:4], 3, "after 4 more such days: about 2026-08-30, if they come monthly as so far."),
        (every(91, 7), 6, "after 1 more such day: about 2027-10-04, if they come every 91 days as so far."),
        (every(1, 1), 0, "after 7 more such days: on 2026-01-12 at the earliest."),
    ],
)
def test_the_wait_is_counted_in_days_that_have_rows(days, whole, expected):
    level, text = said(days)[0]

    assert (level, text) == (
        "warning",
        f"A first champion needs 7 whole days with labelled rows; there are {whole}, because the newest day counts "
        f"only when a later one has rows. Expect it {expected}",
    )


def test_the_date_is_that_of_the_day_on_which_the_loop_counts_seven_whole_days():
    days = every(7, 4)
    at = date(2026, 2, 23)

    assert said([*days, *every(7, 8)[4:]])[0][0] == "ok"
    assert every(7, 8)[-1] == at


def test_labels_that_come_late_leave_no_newest_day_out():
    assert said(every(1, 4), newest=date(2026, 1, 20))[0][1] == (
        "A first champion needs 7 whole days with labelled rows; there are 4. Expect it after 3 more such days: about "
        "2026-01-23, if they come daily as so far."
    )


def test_eight_snapshots_a_month_apart_are_enough_and_the_next_candidate_waits_three_more():
    assert said(MONTHS) == [
        (
            "ok",
            "A first champion needs 7 whole days with labelled rows; there are 7. The first run can train a "
            "candidate and have it judged on the newest 6 of them; it goes live if it passes.",
        ),
        (
            "ok",
            "Days with labelled rows come monthly. After each champion, the next candidate waits for 3 more of them: "
            "3 months. docs/explanation/how-the-gate-decides.md says what so few days can show.",
        ),
    ]


@pytest.mark.parametrize(("gap", "span"), [(7, "3 weeks"), (14, "about 42 days")])
def test_days_that_are_far_apart_say_how_long_a_champion_stays_alone(gap, span):
    assert f": {span}. " in said(every(gap, 8))[-1][1]


def test_a_refit_has_learned_the_days_that_judged_its_candidate_so_the_next_one_waits_longer():
    assert "waits for 10 more of them: 10 weeks. " in said(every(7, 8), deploy="refit")[-1][1]


def test_daily_rows_say_nothing_of_a_wait():
    assert [level for level, _ in said(every(1, 30))] == ["ok"]


def test_one_row_a_day_leaves_too_few_rows_to_learn_from():
    assert said(every(1, 10), learnable=10)[-1] == (
        "warning",
        "Only about 3 rows are left to learn from, so the gate will probably refuse the first candidates. Each run "
        "tries again with the rows that have come.",
    )


def test_snapshots_of_the_same_keys_replace_each_other_and_name_the_cure():
    assert said(MONTHS[-2:], learnable=100, labelled=800)[0][1].endswith(
        ". New rows replace older ones of their key, so the number may never be reached: name in source.keys what "
        "tells the rows of one day from those of another."
    )


def test_many_rows_of_one_day_are_one_day():
    assert "there are 0, because" in said(every(1, 1), learnable=1_000_000)[0][1]


@pytest.mark.parametrize(
    ("learnable", "expected"),
    [
        (
            442,
            (
                "ok",
                "A quarter of the keys judges, about 110 labelled rows; the gate needs 30. The first run can train a "
                "candidate and have it judged; it goes live if it passes.",
            ),
        ),
        (
            80,
            (
                "warning",
                "A quarter of the keys judges, about 20 labelled rows; the gate needs 30. Expect a first champion from "
                "120 keys on.",
            ),
        ),
    ],
)
def test_a_reserved_hold_out_judges_on_a_quarter_of_the_keys(learnable, expected):
    assert said(learnable=learnable, holdout="reserved", ledger=NUMBER) == [expected]
