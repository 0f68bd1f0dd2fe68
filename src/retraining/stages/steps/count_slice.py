"""How many rows of a slice are new, known, late, or read again: counted before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.records.batch import Batch
from retraining.rules.ingest.forgotten_keys import FORGOTTEN
from retraining.rules.ingest.mark_rows import HASHES, KNOWN, recognise
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY


@dataclass(frozen=True)
class SliceCounts:
    """Rows of a slice. present: already stored, or said again in the slice. forgotten: rows of forgotten keys, none of
    them present. first_read and read_again split the rows with a valid ledger value, forgotten ones included; late: of
    the former, those older than the watermark was, and forgotten_late those of them that are forgotten instead;
    from_next_lo: of both, those the next slice will read again."""

    read: int
    present: int
    first_read: int
    read_again: int
    late: int
    from_next_lo: int
    forgotten: int
    forgotten_late: int


def count_slice(rows: DataFrame, earlier: DataFrame, valid: Column, below: Column, below_next: Column) -> SliceCounts:
    """One pass over the slice, in which identical rows count as often as they are said."""
    facts = {"_valid": valid, "_late": valid & below, "_next": valid & ~below_next, FORGOTTEN: F.col(FORGOTTEN)}
    pairs = (
        rows.withColumns(facts)
        .groupBy(ROW_KEY, ROW_HASH, HASHES)
        .agg(F.count(F.lit(1)).alias("times"), *(F.max(name).alias(name) for name in facts))
    )
    known, forgotten, times = F.col(KNOWN), F.col(FORGOTTEN), F.col("times")
    parts = {
        "read": times,
        "present": F.when(forgotten, 0).when(known, times).otherwise(times - 1),
        "first_read": F.when(~known & F.col("_valid"), times),
        "read_again": F.when(known & F.col("_valid"), times),
        "late": F.when(~known & ~forgotten & F.col("_late"), times),
        "from_next_lo": F.when(F.col("_next"), times),
        "forgotten": F.when(forgotten, times),
        "forgotten_late": F.when(~known & forgotten & F.col("_late"), times),
    }
    sums = [F.coalesce(F.sum(part), F.lit(0)).alias(name) for name, part in parts.items()]
    return SliceCounts(
        **{name: int(value) for name, value in recognise(pairs, earlier).agg(*sums).collect()[0].asDict().items()}
    )


def as_foreseen(plan: Batch, closed: Sequence[Batch], counted: SliceCounts) -> SliceCounts:
    """Where the slice begins as the batch before foresaw, that batch knows how many of the rows have been read: copies
    of a stored row that were added since are then told from those that were there.

    Elsewhere forgotten rows below the watermark count as read before: nothing is stored that would tell. A replay is
    the first to read them, because the batch it supersedes no longer counts.
    """
    if plan.reason or not closed or plan.lo is None or plan.lo != closed[-1].next_lo:
        gone = 0 if plan.supersedes else counted.forgotten_late
        return replace(counted, first_read=counted.first_read - gone, read_again=counted.read_again + gone)
    read_again = closed[-1].rows_from_next_lo or 0
    first_read = max(0, counted.first_read + counted.read_again - read_again)
    return replace(counted, first_read=first_read, read_again=read_again)
