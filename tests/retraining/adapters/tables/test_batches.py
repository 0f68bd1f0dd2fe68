"""Which batches may be used, as of which."""

from dataclasses import fields, replace

from retraining.adapters.tables.batches import UsableBatches, committed_batches
from retraining.records.batch import Batch

NOTHING = Batch(**dict.fromkeys((each.name for each in fields(Batch)), None))


def batch(batch_seq: int, state: str = "COMMITTED", usable_from: int | None = None) -> Batch:
    return replace(NOTHING, batch_seq=batch_seq, state=state, usable_from=usable_from)


def test_held_abandoned_and_open_batches_are_left_out():
    rows = [batch(1), batch(2, "HELD"), batch(3, "ABANDONED"), batch(4), batch(5, "PLANNED")]

    assert committed_batches(rows) == UsableBatches(4, (2, 3))
    assert committed_batches(rows, through=3) == UsableBatches(1, ())


def test_before_the_first_committed_batch_there_is_none():
    assert committed_batches([batch(1, "HELD")]) == UsableBatches(0, ())


def test_the_newest_batch_is_usable_as_soon_as_it_is_released():
    assert committed_batches([batch(1), batch(2, usable_from=2)]) == UsableBatches(2, ())


def test_a_batch_released_late_counts_from_the_next_batch_on_and_changes_nothing_before():
    rows = [batch(1), batch(2, usable_from=4), batch(3)]

    assert committed_batches(rows) == UsableBatches(3, (2,))
    assert committed_batches(rows, through=2) == UsableBatches(1, ())
    assert committed_batches([*rows, batch(4)]) == UsableBatches(4, (), {2: 4})
    assert committed_batches([*rows, batch(4)], through=3) == UsableBatches(3, (2,))


def test_a_batch_released_late_waits_for_a_committed_one():
    rows = [batch(1), batch(2, usable_from=4), batch(3), batch(4, "HELD")]

    assert committed_batches(rows) == committed_batches(rows, through=4) == UsableBatches(3, (2,))
    assert committed_batches([*rows, batch(5)]) == UsableBatches(5, (4,), {2: 4})
