"""Rows that come after the watermark has passed them are counted."""

from dataclasses import fields, replace

import pytest

from retraining.records.batch import Batch
from retraining.rules.ingest.next_slice import count_older


def batches(*first_read: int | None, epoch: int = 1) -> list[Batch]:
    """Closed batches, each with the rows that it was the first to read."""
    nothing = Batch(**dict.fromkeys((each.name for each in fields(Batch)), None))
    return [
        replace(nothing, epoch=epoch, batch_seq=seq, rows_first_read=rows) for seq, rows in enumerate(first_read, 1)
    ]


def test_before_the_first_batch_no_row_can_be_too_old():
    assert count_older(0, 0, []) is None


@pytest.mark.parametrize(("rows_below", "older"), [(30, 0), (31, 1), (45, 15)])
def test_rows_beyond_those_that_were_read_are_older(rows_below, older):
    assert count_older(rows_below, 0, batches(20, 0, 10)) == older


def test_rows_that_the_slice_reads_again_do_not_lie_below_it():
    assert count_older(26, 5, batches(20, 10)) == 1


def test_rows_deleted_from_the_source_never_make_the_count_negative():
    assert count_older(12, 0, batches(20)) == 0


def test_a_batch_that_read_nothing_covers_nothing():
    assert count_older(25, 0, batches(20, None)) == 5


def test_a_new_epoch_counts_from_the_beginning():
    assert count_older(30, 0, [*batches(20), *batches(25, epoch=2)]) == 5
