"""What a scoring of a batch table reads, and which earlier one it finishes first."""

from collections.abc import Sequence
from dataclasses import dataclass

from retraining.records.scoring import BatchScoring, Scope
from retraining.rules.ingest.ledger import Ledger, Number, minus
from retraining.rules.ingest.next_slice import at_least


@dataclass(frozen=True)
class Reading:
    """Rows from lo to hi, closed at both ends; None: without a bound. scope all: every row is looked at, also below the
    watermark."""

    scope: Scope
    lo: Number | None = None
    hi: Number | None = None


@dataclass(frozen=True)
class Wanted:
    """What a run would score with. ledger None: there is no watermark. newest: the greatest valid ledger value of the
    rows. table_is_there: False before the first scoring, and after somebody dropped the table."""

    version: str
    rescores: bool
    ledger: Ledger | None
    newest: Number | None
    lookback: Number
    table_is_there: bool


def open_scoring(rows: Sequence[BatchScoring]) -> BatchScoring | None:
    """The scoring that a killed run left open; None where the newest one has ended."""
    newest = _newest(rows)
    return newest[-1] if newest and not newest[-1].is_ended else None


def next_scoring(rows: Sequence[BatchScoring], wanted: Wanted) -> Reading:
    """Everything at first, without a ledger, after a change of the ledger column, and where another version must score
    every row again; else from the watermark on, minus the lookback."""
    closed = [row for row in _newest(rows) if row.state == "CLOSED"]
    ledger = wanted.ledger
    if ledger is None or not closed or not wanted.table_is_there:
        return Reading("all", None, wanted.newest)

    last = closed[-1]
    if (last.ledger_column, last.ledger_type) != (ledger.column, ledger.type):
        return Reading("all", None, wanted.newest)
    if wanted.rescores and not _all_by(closed, wanted.version):
        return Reading("all", None, at_least(wanted.newest, ledger.from_text(last.hi)))

    watermark = ledger.from_text(last.hi)
    lo = None if watermark is None else minus(watermark, wanted.lookback)
    return Reading("new", lo, at_least(wanted.newest, watermark))


def _all_by(closed: Sequence[BatchScoring], version: str) -> bool:
    """Whether every row is this version's: it looked at all of them, and no other version has scored since."""
    whole = max((place for place, row in enumerate(closed) if row.scope == "all"), default=None)
    return whole is not None and all(row.version == version for row in closed[whole:])


def _newest(rows: Sequence[BatchScoring]) -> list[BatchScoring]:
    """The newest state of each scoring, oldest first."""
    ended = {row.seq: row for row in rows if row.is_ended}
    opened = {row.seq: row for row in rows if not row.is_ended}
    return [ended.get(seq) or opened[seq] for seq in sorted({*ended, *opened})]
