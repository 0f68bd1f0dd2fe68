"""Rows of `watermarks`: the life of a batch."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

LedgerTypeName = Literal["timestamp", "date", "integer", "decimal"]
BatchState = Literal["PLANNED", "COMMITTED", "HELD", "ABANDONED"]


@dataclass(frozen=True)
class RuleCount:
    """How many rows of a batch broke a quality rule."""

    rule: str
    rows: int


@dataclass(frozen=True)
class Batch:
    """One row per step of a batch: PLANNED freezes the slice, a later row with the same batch_seq closes it.

    next_lo is where the next slice begins if nothing else is asked for, rows_from_next_lo how many of the valid rows
    read lie there, and are read again.
    supersedes is the batch whose rows this one replaces, reason an operator's, where one asked for this row.
    columns are the source's as they are stored and hashed from this batch on; they only grow, at the end.
    Ledger values are text (ISO 8601 in UTC, or digits), exact for every ledger type. lo is None on the first run: read
    everything up to hi. valid_until is the ledger value beyond which a row is a data fault (None for numeric ledgers).
    rows_below_lo counts the valid rows of the source below lo; it is frozen with the slice. The other counts are None
    until the batch is closed. rows_first_read: valid rows that no earlier batch had read; rows_late: those of them that
    are older than the watermark was. rows_older: rows below lo that no batch has read, None in the first batch.
    rows_forgotten: rows read whose key was asked to be forgotten, which are not stored. refusals counts quarantined
    rows by reason (a row may have several), warnings accepted ones by rule. held_because says which gates a HELD batch
    failed. usable_from is set on the row of a release: the batch whose runs are the first to see the released rows
    (None elsewhere: the batch itself).

    Where labels have a table of their own, labels_through is the newest batch of labels that this batch knows, frozen
    with the slice (None without such labels). rows_relabelled: accepted rows of earlier batches, stored again with the
    label that has come for them; no other count includes them, but refusals those that a rule refused.
    labels_waiting: labels of keys that no row has yet.
    """

    source: str
    epoch: int
    batch_seq: int
    state: BatchState
    ledger_type: LedgerTypeName
    lo: str | None
    hi: str | None
    valid_until: str | None
    source_table_id: str
    source_version: int
    columns: tuple[str, ...]
    watermark_after: str | None
    rows_read: int | None
    rows_accepted: int | None
    rows_quarantined: int | None
    rows_already_present: int | None
    rows_below_lo: int
    rows_first_read: int | None
    rows_late: int | None
    rows_older: int | None
    next_lo: str | None
    rows_from_next_lo: int | None
    supersedes: int | None
    reason: str | None
    run_id: str
    attempt_id: str
    at: datetime
    refusals: tuple[RuleCount, ...] = ()
    warnings: tuple[RuleCount, ...] = ()
    held_because: tuple[str, ...] = ()
    usable_from: int | None = None
    labels_through: int | None = None
    rows_relabelled: int = 0
    labels_waiting: int = 0
    rows_forgotten: int | None = None
