"""Labels are looked at until they certainly stand in the rows."""

from dataclasses import fields, replace

import pytest

from retraining.records.batch import Batch
from retraining.rules.ingest.batch_history import labels_stored_through

NOTHING = Batch(**dict.fromkeys((each.name for each in fields(Batch)), None))


def batch(batch_seq: int, labels_through: int | None, state: str = "COMMITTED", **more: object) -> Batch:
    return replace(NOTHING, batch_seq=batch_seq, state=state, labels_through=labels_through, **more)


def test_before_the_first_batch_no_label_stands_in_a_row():
    assert labels_stored_through([]) == 0


def test_the_newest_batch_has_brought_what_it_knew():
    assert labels_stored_through([batch(1, 1), batch(2, 4)]) == 4


def test_labels_are_looked_at_again_after_a_batch_that_did_not_know_them():
    assert labels_stored_through([batch(1, 2), batch(2, None)]) == 0


def test_batches_before_the_table_of_labels_do_not_matter_once_one_has_looked_at_all():
    assert labels_stored_through([batch(1, None), batch(2, None), batch(3, 5)]) == 5


@pytest.mark.parametrize(
    "second",
    [
        batch(2, 3, "HELD"),
        batch(2, 3, "ABANDONED"),
        batch(2, 3, usable_from=4),
        batch(2, 3, usable_from=2),
    ],
    ids=["held", "abandoned", "released late", "released at once"],
)
def test_behind_rows_that_missed_labels_nothing_is_certain(second):
    assert labels_stored_through([batch(1, 1), second]) == 1
    assert labels_stored_through([batch(1, 1), second, batch(3, 5)]) == 1


def test_what_a_replayed_batch_brought_is_looked_at_by_the_replay_and_after_it():
    batches = [batch(1, 1), batch(2, 3), batch(3, 4)]

    assert labels_stored_through(batches, supersedes=2) == 1
    assert labels_stored_through([*batches, batch(4, 5, supersedes=2)]) == 1
    assert labels_stored_through([*batches, batch(4, 5, "ABANDONED", supersedes=2)]) == 4
