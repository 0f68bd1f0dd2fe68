"""How many rows of a slice are new, known, late, or read again: counted before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F

from retraining.records.batch import Batch
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.ledger_column import ledger_number
from retraining.rules.ingest.mark_rows import HASHES, KEY_NUMBER, KNOWN, Doubtful, recognise
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY


@dataclass(frozen=True)
class SliceCounts:
    """Rows of a slice. present: already stored, or said again in the slice. first_read and read_again split the rows
    with a valid ledger value; late: of the former, those older than the watermark was; from_next_lo: of both, those the
    next slice will read again. forgotten: rows of forgotten keys, which are neither present nor late, and
    forgotten_late those with a valid value older than the watermark was."""

    read: int
    present: int
    first_read: int
    read_again: int
    late: int
    from_next_lo: int
    forgotten: int = 0
    forgotten_late: int = 0


def count_slice(
    rows: DataFrame, earlier: DataFrame, ledger: Ledger, valid: Column, below: Column, below_next: Column
) -> tuple[SliceCounts, Doubtful | None]:
    """The counts, and the doubtful rows: those of keys that the slice says more than once, or of which an earlier batch
    holds a row. None where the keys are too many to be named; all rows are compared then.

    A first pass counts rows by key. A row that is alone with its key can neither repeat nor contradict another; only of
    the other keys are whole rows compared. Identical rows count as often as they occur.
    """
    marked = rows.withColumns({"_valid": valid, "_late": valid & below, "_next": valid & ~below_next})
    alone, doubtful = _count_keys(marked, earlier, ledger)
    if doubtful is None:
        return _compare_rows(marked, earlier), None
    if not doubtful.keys:
        return alone, doubtful
    compared = _compare_rows(marked.where(doubtful.rows(ledger)), earlier)
    return _sum(alone, compared), replace(doubtful, any_new=compared.read > compared.present)


_MOST_NAMED = 5_000
"""How many keys a query names at most."""


def _count_keys(marked: DataFrame, earlier: DataFrame, ledger: Ledger) -> tuple[SliceCounts, Doubtful | None]:
    """Counts of the rows that are alone with their key, and the other keys: a row for all of the former, and one for
    each of the latter, as far as they can be named. Stored keys are counted with the slice's, in one shuffle."""
    facts = {name: F.count_if(name).alias(name) for name in ("_valid", "_late", "_next")}
    own = marked.select(KEY_NUMBER, *facts, F.lit(1).alias("_said"), ledger_number(ledger).alias("_value"))
    by_key = (
        own.unionByName(earlier.select(KEY_NUMBER), allowMissingColumns=True)
        .groupBy(KEY_NUMBER)
        .agg(
            F.count("_said").alias("_times"),
            F.count(F.lit(1)).alias("_rows"),
            *facts.values(),
            F.min("_value").alias("_lo"),
            F.max("_value").alias("_hi"),
        )
        .where("_times > 0")
    )
    doubtful = F.when((F.col("_times") > 1) | (F.col("_rows") > F.col("_times")), F.col(KEY_NUMBER)).alias("_doubtful")
    sums = [F.sum(name).alias(name) for name in ("_times", *facts)]
    parts = by_key.groupBy(doubtful)
    found = parts.agg(*sums, F.min("_lo").alias("_lo"), F.max("_hi").alias("_hi"))
    rows = found.orderBy(F.asc_nulls_first("_doubtful")).limit(_MOST_NAMED + 2).collect()

    alone = next((row for row in rows if row["_doubtful"] is None), None)
    counts = SliceCounts(alone["_times"], 0, alone["_valid"], 0, alone["_late"], alone["_next"]) if alone else _NO_ROWS
    return counts, _doubtful([row for row in rows if row["_doubtful"] is not None])


def _doubtful(named: Sequence[Row]) -> Doubtful | None:
    """None when there are too many."""
    if len(named) > _MOST_NAMED:
        return None
    lows = [row["_lo"] for row in named if row["_lo"] is not None]
    highs = [row["_hi"] for row in named if row["_hi"] is not None]
    return Doubtful(tuple(row["_doubtful"] for row in named), min(lows, default=None), max(highs, default=None))


_NO_ROWS = SliceCounts(0, 0, 0, 0, 0, 0)


def _compare_rows(marked: DataFrame, earlier: DataFrame) -> SliceCounts:
    pairs = marked.groupBy(ROW_KEY, ROW_HASH, HASHES).agg(
        F.count(F.lit(1)).alias("times"), *(F.max(name).alias(name) for name in ("_valid", "_late", "_next"))
    )
    known = F.col(KNOWN)
    times = F.col("times")
    parts = {
        "read": times,
        "present": F.when(known, times).otherwise(times - 1),
        "first_read": F.when(~known & F.col("_valid"), times),
        "read_again": F.when(known & F.col("_valid"), times),
        "late": F.when(~known & F.col("_late"), times),
        "from_next_lo": F.when(F.col("_next"), times),
    }

    sums = [F.coalesce(F.sum(part), F.lit(0)).alias(name) for name, part in parts.items()]
    return SliceCounts(**recognise(pairs, earlier).agg(*sums).collect()[0].asDict())


def add_forgotten(
    counted: SliceCounts, rows: DataFrame, valid: Column, below: Column, below_next: Column
) -> SliceCounts:
    """The counts with the slice's rows of forgotten keys. Nothing is stored of them, so each is first read here."""
    parts = [F.count(F.lit(1)), *map(F.count_if, (valid, valid & below, valid & ~below_next))]
    read, first_read, late, from_next_lo = rows.agg(*parts).collect()[0]
    forgotten = SliceCounts(read, 0, first_read, 0, 0, from_next_lo, forgotten=read, forgotten_late=late)
    return _sum(counted, forgotten)


def _sum(one: SliceCounts, other: SliceCounts) -> SliceCounts:
    return SliceCounts(*(getattr(one, each.name) + getattr(other, each.name) for each in fields(SliceCounts)))


def as_foreseen(plan: Batch, closed: Sequence[Batch], counted: SliceCounts) -> SliceCounts:
    """Where the slice begins as the previous batch foresaw, that batch knows how many of the rows have been read:
    copies of a stored row that were added since then are counted apart from those that were there.

    Elsewhere forgotten rows below the watermark count as read before: nothing is stored that would tell. A replay is
    the first to read them, because the batch it supersedes no longer counts.
    """
    if plan.reason or not closed or plan.lo is None or plan.lo != closed[-1].next_lo:
        gone = 0 if plan.supersedes else counted.forgotten_late
        return replace(counted, first_read=counted.first_read - gone, read_again=counted.read_again + gone)
    read_again = closed[-1].rows_from_next_lo or 0
    first_read = max(0, counted.first_read + counted.read_again - read_again)
    return replace(counted, first_read=first_read, read_again=read_again)
