"""Which slice of the source ingestion reads next, and which rows came too late for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from retraining.records.batch import Batch
from retraining.rules.ingest.batch_history import void_batches
from retraining.rules.ingest.ledger import Ledger, Number, minus
from retraining.rules.ingest.reading_limits import ReadingLimits

_NO_LIMITS = ReadingLimits()


@dataclass(frozen=True)
class ClosedBatch:
    """The last closed batch: where reading stopped, in which version of the source, and at which batch of labels (None
    where labels come with the rows, or where it is not known)."""

    batch_seq: int
    watermark: Number | None
    source_version: int
    epoch: int = 1
    labels_through: int | None = None


@dataclass(frozen=True)
class SourceState:
    """The pinned version of the source. newest is its greatest valid ledger value, None when it holds none; below
    counts the valid rows that may be read and are below the next slice. labels_through is the newest batch of labels,
    None where labels come with the rows."""

    version: int
    newest: Number | None
    below: int = 0
    labels_through: int | None = None


@dataclass(frozen=True)
class Slice:
    """Closed at both ends: rows tied with the watermark are read again and dropped as already present.

    lo None reads from the beginning. hi None reads only rows whose ledger value is missing or beyond validity.
    epoch names the fences; supersedes is the batch whose rows this one replaces.
    """

    batch_seq: int
    lo: Number | None
    hi: Number | None
    epoch: int = 1
    supersedes: int | None = None


def last_closed(batches: Sequence[Batch], ledger: Ledger) -> ClosedBatch | None:
    """The newest of the batches, oldest first and none of them open; None when there is none."""
    if not batches:
        return None
    last = batches[-1]
    labels = None if last.state == "ABANDONED" else last.labels_through  # what it brought of them is void
    watermark = ledger.from_text(last.watermark_after)
    return ClosedBatch(last.batch_seq, watermark, last.source_version, last.epoch, labels)


def next_lo(last: ClosedBatch | None, limits: ReadingLimits) -> Number | None:
    """Where the next slice begins: at the watermark, or below it by the lookback; never below the initial value."""
    if last is None or last.watermark is None:
        return limits.initial
    return at_least(minus(last.watermark, limits.lookback), limits.initial)


def next_slice(
    last: ClosedBatch | None, source: SourceState, as_of: Number | None, limits: ReadingLimits = _NO_LIMITS
) -> Slice | None:
    """The slice to read, or None when source and labels hold nothing that the last closed batch has not covered.

    as_of bounds what this run may see (None: no bound), minus the settle delay; later rows wait for a later run.
    """
    newest = _at_most(source.newest, None if as_of is None else as_of - limits.settle_delay)
    if newest is not None and limits.initial is not None and newest < limits.initial:
        newest = None
    if last is None:
        return Slice(1, next_lo(last, limits), newest)
    hi = at_least(newest, last.watermark)
    unchanged = source.version == last.source_version and source.labels_through == last.labels_through
    if unchanged and hi == last.watermark:
        return None
    return Slice(last.batch_seq + 1, next_lo(last, limits), hi, last.epoch)


def _at_most(newest: Number | None, bound: Number | None) -> Number | None:
    return newest if newest is None or bound is None else min(newest, bound)


def at_least(value: Number | None, floor: Number | None) -> Number | None:
    """The greater of two, of which any may be unknown."""
    if value is None or floor is None:
        return floor if value is None else value
    return max(value, floor)


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
