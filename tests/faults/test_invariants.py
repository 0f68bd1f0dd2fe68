"""The invariants notice each kind of fault: tables that are wrong on purpose."""

from dataclasses import fields, replace
from datetime import UTC, datetime

import pytest
from tests.faults.invariants import Faults, Seen, Stored, always, at_rest
from tests.faults.toy import FAR_FUTURE, Row

from retraining.records.batch import Batch

TEN, ELEVEN = datetime(2013, 1, 31, 10, tzinfo=UTC), datetime(2013, 1, 31, 11, tzinfo=UTC)
A, B = Row("a", TEN, 1.0, 1.0), Row("b", None, 2.0, 1.0)
BLANK = Batch(**dict.fromkeys((each.name for each in fields(Batch)), None))
PLAN = replace(BLANK, batch_seq=1, state="PLANNED")
CLOSE = replace(
    PLAN,
    state="COMMITTED",
    watermark_after=TEN.isoformat(),
    rows_read=3,
    rows_accepted=1,
    rows_quarantined=1,
    rows_already_present=1,
)
STORED = (Stored(A, 1, ()), Stored(B, 1, ("ledger_missing",)))
RIGHT = Seen((PLAN, CLOSE), STORED)


def faults(seen: Seen, source=(A, B), newest=TEN) -> Faults:
    return always(seen, source, newest) + at_rest(seen, source, newest)


def counted(found: Faults) -> tuple[int, int, int, int]:
    return (found.lost, found.repeated, found.watermark, len(found.other))


def test_tables_that_are_right_have_no_fault():
    assert faults(RIGHT) == Faults()
    assert not faults(RIGHT)


@pytest.mark.parametrize(
    ("wrong", "lost_repeated_watermark_other"),
    [
        (replace(RIGHT, rows=STORED[:1]), (1, 0, 0, 2)),
        (replace(RIGHT, rows=(*STORED, STORED[0])), (0, 1, 0, 4)),
        (replace(RIGHT, batches=(PLAN, replace(CLOSE, watermark_after=ELEVEN.isoformat()))), (0, 0, 2, 0)),
        (replace(RIGHT, batches=(PLAN, replace(CLOSE, watermark_after=None))), (0, 0, 1, 0)),
        (replace(RIGHT, batches=(PLAN, replace(CLOSE, rows_accepted=2))), (0, 0, 0, 1)),
        (replace(RIGHT, batches=(PLAN, replace(CLOSE, rows_read=4))), (0, 0, 0, 1)),
        (replace(RIGHT, rows=(STORED[0], replace(STORED[1], reasons=()))), (0, 0, 0, 2)),
        (replace(RIGHT, rows=(replace(STORED[0], reasons=("label_missing",)), STORED[1])), (0, 0, 0, 2)),
        (replace(RIGHT, batches=(PLAN, CLOSE, replace(PLAN, batch_seq=2))), (0, 0, 0, 1)),
        (replace(RIGHT, batches=(PLAN, CLOSE, replace(PLAN, batch_seq=3))), (0, 0, 0, 2)),
        (replace(RIGHT, batches=(PLAN, CLOSE, CLOSE)), (0, 0, 0, 1)),
        (replace(RIGHT, batches=(PLAN, PLAN, CLOSE)), (0, 0, 0, 1)),
        (Seen((PLAN,), STORED), (0, 0, 1, 2)),
    ],
)
def test_a_fault_is_counted_as_what_it_is(wrong, lost_repeated_watermark_other):
    assert counted(faults(wrong)) == lost_repeated_watermark_other


def test_a_row_that_the_source_never_had_is_a_fault():
    assert counted(faults(RIGHT, source=(B,)))[3] == 1


def test_a_watermark_that_goes_back_is_a_fault():
    second = (replace(PLAN, batch_seq=2), replace(CLOSE, batch_seq=2, watermark_after="2013-01-31T09:00:00+00:00"))
    wrong = replace(RIGHT, batches=(PLAN, CLOSE, *second))

    assert always(wrong, (A, B), TEN).watermark == 1


def test_rows_say_themselves_what_is_wrong_with_them():
    assert [Row("a", at, 1.0, y).reasons for at, y in [(TEN, 1.0), (None, None), (FAR_FUTURE, 1.0)]] == [
        [],
        ["ledger_missing", "label_missing"],
        ["ledger_in_future"],
    ]
