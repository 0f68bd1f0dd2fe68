"""Which data faults are certain, which are still open, and what ends them."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from retraining.records.change import DataFault
from retraining.records.decision import Decision
from retraining.records.drift import LABEL, PREDICTION
from retraining.records.promotion import Promotion
from retraining.rules.drift.data_faults import (
    Answers,
    Compared,
    answer_of,
    certain_faults,
    faults_in_words,
    frozen_columns,
    open_faults,
    ways_out,
)

from .column_states import column, numeric

MAY = Compared(5, "2", date(2013, 5, 1), date(2013, 5, 31))
METRES = numeric(1.04, 0.7, 1040.0, 700.0, name="distance")
"""Distances x 0.001."""
SAID = (
    "`distance` has values about 1/1,000 of the reference's, as if its unit had changed: mean 1.04 against 1,040, "
    "standard deviation 0.7 against 700."
)
(FAULT,) = certain_faults([METRES], MAY)


def decision(*faults: DataFault) -> Decision:
    return Decision(**{**dict.fromkeys(Decision.__dataclass_fields__), "open_faults": faults})


def release(*faults: DataFault, reason: str = "The feed is in kilometres now.") -> Promotion:
    row = Promotion(**dict.fromkeys(Promotion.__dataclass_fields__))
    return replace(row, outcome="RELEASED", reasons=(reason,), answers=faults, at=datetime(2013, 6, 1, tzinfo=UTC))


def names(faults):
    return [(each.column_name, each.fault) for each in faults]


def test_a_fault_names_batch_column_unit_and_days():
    days = FAULT.first_day, FAULT.last_day

    assert (FAULT.batch_seq, FAULT.champion_version, days) == (5, "2", (date(2013, 5, 1), date(2013, 5, 31)))
    assert (FAULT.column_name, FAULT.fault, FAULT.detail) == ("distance", "changed_unit", "1/1,000 of")
    assert FAULT.sentence == SAID


@pytest.mark.parametrize(
    ("state", "fault"),
    [
        (METRES, "changed_unit"),
        (column(null_share=1.0), "null_surge"),
        (numeric(7.0, 0.0, 6.0, 1.5), "frozen"),
        (column(only_category="UA", known_categories=("UA", "AA", "DL")), "frozen"),
        (column(unseen_share=1.0, unseen=("1", "2"), known_categories=("UA", "AA")), "other_type"),
        (column(unseen_share=1.0, unseen=("UA", "AA"), known_categories=("1", "-2.5")), "other_type"),
        (column(unseen_share=1.0, unseen=("0", "1"), known_categories=("true", "false")), "other_type"),
        (replace(METRES, name=LABEL), "changed_unit"),
        (column("früh am Tag", null_share=0.9), "null_surge"),
    ],
)
def test_another_unit_no_values_one_value_and_another_type_are_certain(state, fault):
    assert names(certain_faults([state], MAY)) == [(state.name, fault)]


@pytest.mark.parametrize(
    "state",
    [
        numeric(5.0, 0.0, 3.0, 1.2, name="month", varies_within_days=False),
        column("weekday", only_category="Mon", known_categories=("Mon", "Tue"), varies_within_days=False),
        column(only_category="UA", known_categories=("UA",)),
        column(unseen_share=1.0, unseen=("2013-05",), known_categories=("2013-04",)),
        column(unseen_share=0.2, unseen=("7", "8"), known_categories=("UA", "AA")),
        column(unseen_share=1.0, unseen=("7", "B6"), known_categories=("UA", "AA")),
        column(unseen_share=1.0, unseen=("7",), known_categories=("UA", "3")),
        column(unseen_share=1.0, unseen=(), known_categories=("UA", "AA")),
        replace(METRES, name=PREDICTION),
        replace(METRES, verdict="stable"),
        numeric(8.0, 1.6, 6.0, 1.5),
    ],
)
def test_what_the_world_or_the_calendar_does_is_not_certain(state):
    assert certain_faults([state], MAY) == ()


def test_a_fault_stays_open_in_later_decisions_until_something_ends_it():
    assert open_faults([FAULT], [], Answers()) == (FAULT,)
    assert open_faults([], [decision(FAULT), decision()], Answers()) == (FAULT,)


@pytest.mark.parametrize(
    ("ended_by", "is_open"),
    [
        (Answers([release(FAULT)]), False),
        (Answers([release()]), True),
        (Answers([release(replace(FAULT, column_name="hour"))]), True),
        (Answers([release(replace(FAULT, detail="1,000 times"))]), True),
        (Answers(unused=(5,)), False),
        (Answers(unused=(4, 6)), True),
        (Answers(excluded=[(date(2013, 5, 1), date(2013, 6, 1))]), False),
        (Answers(excluded=[(date(2013, 5, 1), date(2013, 5, 31))]), True),
        (Answers(excluded=[(date(2013, 5, 2), date(2013, 6, 1))]), True),
        (Answers(trained_on=("hour", LABEL)), False),
        (Answers(trained_on=("distance",)), True),
    ],
    ids=str,
)
def test_a_release_of_it_a_batch_out_of_use_and_excluded_days_end_a_fault(ended_by, is_open):
    assert bool(open_faults([FAULT], [], ended_by)) is is_open
    assert bool(open_faults([], [decision(FAULT)], ended_by)) is is_open


def test_rows_without_time_are_not_excluded_by_days():
    timeless = replace(FAULT, first_day=None, last_day=None)

    assert open_faults([timeless], [], Answers(excluded=[(date(2000, 1, 1), date(2100, 1, 1))])) == (timeless,)


@pytest.mark.parametrize(
    ("later", "is_open"),
    [
        (dict(batch_seq=6), False),
        (dict(batch_seq=6, champion_version="3"), True),
        (dict(batch_seq=6, detail="1/10 of"), True),
        (dict(batch_seq=4), True),
    ],
    ids=str,
)
def test_an_answer_holds_for_the_same_fault_of_later_batches_until_a_champion_has_learned_it(later, is_open):
    assert bool(open_faults([replace(FAULT, **later)], [], Answers([release(FAULT)]))) is is_open


def test_the_reason_of_an_answer_is_known_only_when_all_faults_have_one():
    other = replace(FAULT, column_name="hour")

    assert answer_of([FAULT], Answers([release(FAULT)])) == "The feed is in kilometres now."
    assert answer_of([FAULT, other], Answers([release(FAULT)])) is None
    assert answer_of([], Answers([release(FAULT)])) is None
    assert answer_of([FAULT, other], Answers([release(FAULT)], trained_on=("distance",))) is not None


def test_a_column_that_froze_stays_frozen_beside_the_same_champion():
    (frozen,) = certain_faults([numeric(7.0, 0.0, 6.0, 1.5)], MAY)

    assert frozen_columns([decision(frozen)], "2") == {"x"}
    assert frozen_columns([decision(frozen)], "3") == set()
    assert frozen_columns([decision(FAULT)], "2") == set()


def test_the_words_name_batch_fault_and_ways_out():
    assert faults_in_words([FAULT]) == f"Batch 5 (2013-05-01 to 2013-05-31) has a data fault: {SAID}"
    assert ways_out([FAULT]) == (
        "Correct the source and read the batch again (job repair, action=replay, batch_seq=5), or withdraw it "
        "(action=abandon, batch_seq=5). If the data are right, run the job release_retraining. Each needs "
        "a reason."
    )


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (None, None, "Batch 5 has"),
        (date(2013, 3, 4), date(2013, 3, 10), "Batch 5 (2013-03-04 to 2013-03-10) has"),
        (date(2013, 3, 4), date(2013, 3, 4), "Batch 5 (2013-03-04) has"),
    ],
)
def test_the_days_of_the_batch_are_said_where_rows_have_a_time(first, last, said):
    assert faults_in_words([replace(FAULT, first_day=first, last_day=last)]).startswith(said)


def test_many_faults_of_several_batches_stay_short():
    faults = [replace(FAULT, batch_seq=5 + place, sentence=f"`{place}` is frozen.") for place in range(5)]

    assert faults_in_words(faults) == (
        "Batches 5, 6, 7, 8 and 9 have a data fault: `0` is frozen. `1` is frozen. `2` is frozen. And 2 more."
    )
