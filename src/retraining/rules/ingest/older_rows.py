"""How many rows of the source came too late to be read."""

from collections.abc import Sequence

from retraining.records.batch import Batch


def count_older(rows_below: int, batches: Sequence[Batch]) -> int | None:
    """Rows of the source below the watermark that no batch has read; None before the first batch.

    rows_below counts the valid rows below the watermark, batches are the closed ones, oldest first. Slices meet at
    their ends, so the rows that each read below its own end add up to what was there. A row said again below the
    watermark counts too. Rows deleted from the source hide as many; the result is never negative.
    """
    if not batches:
        return None
    read = sum(row.rows_below_hi or 0 for row in batches if row.epoch == batches[-1].epoch)
    return max(0, rows_below - read)
