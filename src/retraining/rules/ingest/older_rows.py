"""How many rows of the source came too late to be read."""

from collections.abc import Sequence

from retraining.records.batch import Batch
from retraining.rules.ingest.void_batches import void_batches


def count_older(rows_below: int, read_again: int, batches: Sequence[Batch]) -> int | None:
    """Rows of the source below a slice that no batch has read; None before the first batch.

    rows_below counts the valid rows of the source below the slice, read_again those of the slice that an earlier batch
    has read, batches are the closed ones. What was ever read is either in the slice again or below it. A row said again
    below the slice counts too. Rows deleted from the source hide as many; the result is never negative.
    """
    if not batches:
        return None
    void = void_batches(batches)
    counted = [row for row in batches if row.epoch == batches[-1].epoch and row.batch_seq not in void]
    first_read = sum(row.rows_first_read or 0 for row in counted)
    return max(0, rows_below - (first_read - read_again))
