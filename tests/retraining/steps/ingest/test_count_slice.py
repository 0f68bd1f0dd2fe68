"""What the batch before knows about the rows of a slice, and what is assumed where it knows nothing."""

from dataclasses import fields, replace

import pytest

from retraining.records.batch import Batch
from retraining.steps.ingest.count_slice import SliceCounts, as_foreseen

NOTHING = Batch(**{**dict.fromkeys(each.name for each in fields(Batch)), "batch_seq": 1})
BEFORE = replace(NOTHING, next_lo="5", rows_from_next_lo=3)
# Ten valid rows, of which the two that are forgotten lie below the watermark.
COUNTED = SliceCounts(10, 1, 9, 1, 0, 4, forgotten=2, forgotten_late=2)


def test_in_the_foreseen_slice_forgotten_rows_are_among_those_read_before():
    counted = as_foreseen(replace(NOTHING, lo="5"), [BEFORE], COUNTED)

    assert (counted.first_read, counted.read_again) == (7, 3)


@pytest.mark.parametrize("plan", [replace(NOTHING, lo="4"), replace(NOTHING, lo="5", reason="A backfill.")])
def test_elsewhere_forgotten_rows_below_the_watermark_were_read_before(plan):
    counted = as_foreseen(plan, [BEFORE], COUNTED)

    assert (counted.first_read, counted.read_again, counted.forgotten) == (7, 3, 2)


def test_a_replay_reads_forgotten_rows_in_place_of_the_batch_it_supersedes():
    plan = replace(NOTHING, lo="5", reason="A replay.", supersedes=1)

    assert as_foreseen(plan, [BEFORE], COUNTED) == COUNTED
