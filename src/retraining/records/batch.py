"""A batch of a source: its rows of `watermarks`, what its rows in the observations say, and the report of ingestion."""

from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
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


@dataclass(frozen=True)
class StoredBatch:
    """Rows by their fate; valid counts those with a valid ledger value, which lie between lo and hi. relabelled:
    accepted rows of earlier batches with another label, in none of the other counts."""

    batch_seq: int
    accepted: int
    quarantined: int
    valid: int
    lo: int | Decimal | None
    hi: int | Decimal | None
    supersedes: int | None
    relabelled: int = 0


@dataclass(frozen=True)
class IngestReport:
    """Counts of one ingestion, read back from the tables. batch_seq is the newest closed batch, None when there is
    none yet. late: rows of this batch that are older than the watermark was; older: rows of the source that came too
    late even for the lookback, and that no batch has read. warnings: accepted rows by the rule that warns of them.
    held: earlier batches that wait for a release. forgotten: rows whose key was asked to be forgotten, not stored.
    section: the part of the spec that says where the rows come from.

    Where labels have a table of their own: relabelled counts rows of earlier batches that got a label, or another one;
    labels_waiting counts labels of keys that no row has yet; labels says what came in from their table."""

    source: str
    batch_seq: int | None
    watermark: str | None
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    already_present: int = 0
    reasons: tuple[str, ...] = ()
    older: int = 0
    late: int = 0
    warnings: tuple[RuleCount, ...] = ()
    held: tuple[int, ...] = ()
    section: str = "source"
    relabelled: int = 0
    labels_waiting: int = 0
    labels: "IngestReport | None" = None
    forgotten: int = 0

    @property
    def summary(self) -> str:
        """One line for people, below that of the labels."""
        return f"{self.labels.summary}\n{self._line}" if self.labels else self._line

    @property
    def _line(self) -> str:
        end = f"watermark {self.watermark or 'not set'}{self._too_late}{self._waiting}{self._waiting_labels}"
        if not self.read and not self.relabelled:
            return f"{self.source}: nothing new; {end}"
        why = f" ({', '.join(self.reasons)})" if self.reasons else ""
        forgotten = f" + forgotten {self.forgotten:,}" if self.forgotten else ""
        late = f"; {self.late:,} came late" if self.late else ""
        warned = ", ".join(f"{each.rule} {each.rows:,}" for each in self.warnings)
        warned = f"; warnings: {warned}" if warned else ""
        labels = f"; {self.relabelled:,} earlier rows got their label" if self.relabelled else ""
        return (
            f"{self.source}: batch {self.batch_seq}: read {self.read:,} = accepted {self.accepted:,} + "
            f"quarantined {self.quarantined:,}{why} + already present {self.already_present:,}{forgotten}{late}{warned}"
            f"{labels}; {end}"
        )

    @property
    def _too_late(self) -> str:
        if not self.older:
            return ""
        rows = "1 row is" if self.older == 1 else f"{self.older:,} rows are"
        read = "was" if self.older == 1 else "were"
        cure = f"raise {self.section}.lookback, load them in ledger order, or re-baseline"
        return f"; {rows} older than the watermark and {read} not read; {cure}"

    @property
    def _waiting_labels(self) -> str:
        return f"; labels that wait for their row: {self.labels_waiting:,}" if self.labels_waiting else ""

    @property
    def _waiting(self) -> str:
        if not self.held:
            return ""
        which = f"batch {self.held[0]} is" if len(self.held) == 1 else f"batches {', '.join(map(str, self.held))} are"
        return f"; {which} held and used by nobody until the job release_batch lets them in"

    def as_dict(self) -> dict[str, object]:
        """Field names and values, for display."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
