"""A committed batch is withdrawn by a batch without rows that supersedes it. Nothing before that changes."""

from dataclasses import fields, replace

import pytest

from retraining.adapters.tables.batches import committed_batches
from retraining.errors import ParameterError
from retraining.records.batch import Batch
from retraining.requests.repair import RepairRequest
from retraining.rules.ingest.batch_history import labels_stored_through, void_batches, withdrawn_batches
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.next_slice import SourceState, last_closed, next_slice
from retraining.rules.ingest.repair_slice import abandoned, repair_slice, withdrawal
from retraining.rules.ingest.same_repair import same_repair

NOTHING = Batch(**{**dict.fromkeys(each.name for each in fields(Batch)), "withdraws": False})
LEDGER = Ledger("t", "integer")


def committed(batch_seq: int, lo: str, hi: str, **more: object) -> Batch:
    facts = dict(source="toy", epoch=1, state="COMMITTED", ledger_type="integer", source_version=batch_seq)
    row = replace(NOTHING, batch_seq=batch_seq, lo=lo, hi=hi, watermark_after=hi, **facts)
    return replace(row, rows_accepted=9, rows_first_read=9, labels_through=batch_seq, **more)


ONE, TWO, THREE = committed(1, "0", "10"), committed(2, "10", "20"), committed(3, "20", "30")
ASKED = RepairRequest("abandon", "Distances x 0.001.", batch_seq=2)
OUT = withdrawal(TWO, [ONE, TWO, THREE], ASKED.reason)
WITH_IT = [ONE, TWO, THREE, OUT]


def test_it_takes_the_next_number_has_no_rows_and_leaves_the_watermark():
    assert (OUT.batch_seq, OUT.state, OUT.supersedes, OUT.withdraws) == (4, "COMMITTED", 2, True)
    assert (OUT.rows_read, OUT.rows_accepted, OUT.rows_first_read, OUT.watermark_after) == (0, 0, 0, "30")
    assert OUT.reason == "Distances x 0.001."


def test_the_rows_are_out_of_use_from_it_on_and_training_data_before_it_stay_what_they_were():
    assert committed_batches(WITH_IT).without == (2,)
    assert committed_batches(WITH_IT, through=3) == committed_batches([ONE, TWO, THREE])


def test_the_withdrawn_rows_do_not_come_in_again_as_they_were():
    """The next slice begins at the watermark, or below it by the lookback: it may hold them."""
    assert (void_batches(WITH_IT), withdrawn_batches(WITH_IT)) == ((), {2})


def test_nothing_is_read_while_the_source_is_the_same():
    closed = last_closed([ONE, TWO, THREE, replace(OUT, labels_through=None)], LEDGER)

    assert next_slice(closed, SourceState(3, 30), None) is None
    found = next_slice(closed, SourceState(4, 40), None)
    assert found is not None
    assert (found.batch_seq, found.lo, found.hi) == (5, 30, 40)


def test_once_the_source_is_corrected_a_replay_of_it_reads_the_withdrawn_slice():
    request = RepairRequest("replay", "Corrected.", batch_seq=4)
    part = repair_slice(request, WITH_IT, LEDGER, None, 30)
    replayed = replace(committed(5, "10", "20"), supersedes=4, watermark_after="30")

    assert (part.batch_seq, part.lo, part.hi, part.supersedes) == (5, 10, 20, 4)
    assert void_batches([*WITH_IT, replayed]) == (2, 4)
    assert withdrawn_batches([*WITH_IT, replayed]) == set()
    assert committed_batches([*WITH_IT, replayed]).without == (2, 4)


def test_a_replay_that_was_given_up_leaves_it_withdrawn():
    given_up = replace(committed(5, "10", "20"), supersedes=4, state="ABANDONED")

    assert (void_batches([*WITH_IT, given_up]), withdrawn_batches([*WITH_IT, given_up])) == ((5,), {2})


def test_labels_that_the_batch_brought_are_looked_at_again():
    assert OUT.labels_through is None
    assert labels_stored_through(WITH_IT) == 1


@pytest.mark.parametrize(
    ("request_", "batches", "found"),
    [
        (ASKED, [ONE, TWO, THREE], 2),
        (replace(ASKED, batch_seq=None), [ONE, replace(TWO, state="HELD"), THREE], 2),
        (replace(ASKED, batch_seq=None), [ONE, TWO, replace(THREE, state="PLANNED")], 3),
    ],
)
def test_a_committed_batch_is_given_up_only_by_its_number(request_, batches, found):
    assert abandoned(request_, batches).batch_seq == found


@pytest.mark.parametrize(
    ("request_", "batches", "said"),
    [
        (replace(ASKED, batch_seq=None), [ONE, TWO], "no batch is open or held. Name the batch_seq"),
        (replace(ASKED, batch_seq=7), [ONE, TWO], "there is no batch 7 in use"),
        (ASKED, [ONE, replace(TWO, state="ABANDONED")], "there is no batch 2 in use"),
        (ASKED, WITH_IT, "batch 2 was superseded by batch 4. Name that one."),
    ],
)
def test_what_is_not_in_use_is_not_given_up(request_, batches, said):
    with pytest.raises(ParameterError, match=said):
        abandoned(request_, batches)


def test_an_open_batch_is_finished_first():
    with pytest.raises(ParameterError, match=r"batch 3 of toy is still open\. Run 01_ingest to finish it first"):
        withdrawal(TWO, [ONE, TWO, replace(THREE, state="PLANNED")], "Wrong.")


@pytest.mark.parametrize(
    ("request_", "found"),
    [
        (ASKED, 4),
        (replace(ASKED, batch_seq=3), None),
        (replace(ASKED, reason="Another."), None),
        (RepairRequest("replay", ASKED.reason, batch_seq=2), None),
    ],
)
def test_the_same_command_again_finds_it(request_, found):
    row = same_repair(request_, WITH_IT)

    assert (row.batch_seq if row else None) == found
