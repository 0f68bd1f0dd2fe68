"""Which slice of the source ingestion reads next."""

from dataclasses import dataclass

from retraining.rules.ingest.ledger import Number


@dataclass(frozen=True)
class Closed:
    """The last closed batch: where reading stopped, and in which version of the source."""

    batch_seq: int
    watermark: Number | None
    source_version: int


@dataclass(frozen=True)
class SourceState:
    """The pinned version of the source. newest is its greatest valid ledger value, None when it holds none;
    below counts the valid rows below the watermark."""

    version: int
    newest: Number | None
    below: int = 0


@dataclass(frozen=True)
class Slice:
    """Closed at both ends: rows tied with the watermark are read again and dropped as already present.

    lo None reads from the beginning. hi None reads only rows whose ledger value is missing or beyond validity.
    """

    batch_seq: int
    lo: Number | None
    hi: Number | None


def next_slice(last: Closed | None, source: SourceState, as_of: Number | None) -> Slice | None:
    """The slice to read, or None when the source holds nothing that the last closed batch has not covered.

    as_of bounds what this run may see (None: no bound); later rows wait for a later run.
    """
    newest = _at_most(source.newest, as_of)
    if last is None:
        return Slice(1, None, newest)
    hi = _at_least(newest, last.watermark)
    if source.version == last.source_version and hi == last.watermark:
        return None
    return Slice(last.batch_seq + 1, last.watermark, hi)


def _at_most(newest: Number | None, bound: Number | None) -> Number | None:
    return newest if newest is None or bound is None else min(newest, bound)


def _at_least(hi: Number | None, watermark: Number | None) -> Number | None:
    if hi is None or watermark is None:
        return watermark if hi is None else hi
    return max(hi, watermark)
