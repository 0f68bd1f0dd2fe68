"""A batch of a source: its rows of `watermarks`, what its rows in the observations say, and the report of ingestion."""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Literal

from retraining.records.run import Stamped

LedgerTypeName = Literal["timestamp", "timestamp_ntz", "date", "integer", "decimal"]
BatchState = Literal["PLANNED", "COMMITTED", "HELD", "ABANDONED"]


@dataclass(frozen=True)
class RuleCount:
    """How many rows of a batch broke a quality rule."""

    rule: str
    """Name of the rule."""
    rows: int
    """Rows that broke it."""


@dataclass(frozen=True)
class Batch(Stamped):
    """One row for each step of a batch: PLANNED freezes the slice, a later row with the same batch_seq closes it.
    Ledger values are text (ISO 8601 in UTC, or digits), exact for every ledger type. Counts are None until the batch
    is closed."""

    source: str
    """Name of the source."""
    epoch: int
    """Counts rebuilds and re-baselines of the source, from 1. A new epoch may write a batch_seq again."""
    batch_seq: int
    """Number of the batch, from 1."""
    state: BatchState
    """The step that this row records."""
    ledger_type: LedgerTypeName
    """Type of the ledger column."""
    lo: str | None
    """First ledger value of the slice; None on the first run, which reads everything up to hi."""
    hi: str | None
    """Last ledger value of the slice."""
    valid_until: str | None
    """Greater ledger values are a data fault; None for numeric ledgers."""
    source_table_id: str
    """Id of the source table, which changes when the table is replaced."""
    source_version: int
    """Version of the source table that the slice was read from; -1 in a rebuilt row."""
    columns: tuple[str, ...]
    """The source's columns as this batch stores and hashes them. New ones are at the end; one that the source no longer
    has, and no spec uses, is left out."""
    watermark_after: str | None
    """The watermark that the batch leaves."""
    rows_read: int | None
    """Rows of the slice: the sum of accepted, quarantined, already present and forgotten rows."""
    rows_accepted: int | None
    """Rows stored without a refusal."""
    rows_quarantined: int | None
    """Rows stored with at least one refusal."""
    rows_already_present: int | None
    """Rows that were stored before and are not stored again."""
    rows_below_lo: int
    """Valid rows of the source below lo; frozen with the slice."""
    rows_first_read: int | None
    """Valid rows that no earlier batch had read."""
    rows_late: int | None
    """Those of them that are older than the watermark was."""
    rows_older: int | None
    """Rows below lo that no batch has read; None in the first batch."""
    next_lo: str | None
    """Where the next slice begins unless an operator wants another."""
    rows_from_next_lo: int | None
    """Valid rows read from next_lo on, which are read again."""
    supersedes: int | None
    """The batch whose rows this one replaces."""
    reason: str | None
    """An operator's, where one requested this row; or why a run gave the batch up by itself."""
    refusals: tuple[RuleCount, ...] = ()
    """Quarantined rows by reason; a row may have several."""
    warnings: tuple[RuleCount, ...] = ()
    """Accepted rows by the rule that warns of them."""
    held_because: tuple[str, ...] = ()
    """The gates that a HELD batch failed."""
    usable_from: int | None = None
    """On the row of a release: the batch whose runs are the first to see the released rows. None elsewhere: the batch
    itself."""
    labels_through: int | None = None
    """The newest batch of labels that this batch knows, frozen with the slice; None where labels come with the rows."""
    rows_relabelled: int = 0
    """Accepted rows of earlier batches that were stored again with their label. No other count includes them, except
    refusals by a rule."""
    labels_waiting: int = 0
    """Labels of keys that no row has yet."""
    rows_forgotten: int | None = None
    """Rows read whose key was asked to be forgotten. They are not stored."""
    types: tuple[str, ...] = ()
    """Types of the columns. Empty in a rebuilt row."""
    notes: tuple[str, ...] = ()
    """Which columns of the source are not stored as they came, and why."""
    withdraws: bool = False
    """Whether an operator withdrew the batch in supersedes: this one brings no row, and the withdrawn rows do not come
    in again as they were."""


@dataclass(frozen=True)
class StoredBatch:
    """Rows by their fate; valid counts those with a valid ledger value, which are between lo and hi. relabelled:
    accepted rows of earlier batches with another label, in none of the other counts."""

    batch_seq: int
    """Number of the batch."""
    accepted: int
    """Rows without a refusal."""
    quarantined: int
    """Rows with at least one refusal."""
    valid: int
    """Rows with a valid ledger value."""
    lo: int | Decimal | None
    """Smallest valid ledger value; None without one."""
    hi: int | Decimal | None
    """Greatest valid ledger value; None without one."""
    supersedes: int | None
    """The batch that it replaces; None if it replaces none."""
    relabelled: int = 0
    """Accepted rows of earlier batches that are stored with another label. No other count includes them."""


@dataclass(frozen=True)
class IngestReport:
    """Counts of one ingestion, read back from the tables."""

    source: str
    """Name of the source."""
    batch_seq: int | None
    """The newest closed batch; None before the first."""
    watermark: str | None
    """The watermark after it, as text; None if no valid row was ever read."""
    read: int = 0
    """Rows read."""
    accepted: int = 0
    """Rows stored without a refusal."""
    quarantined: int = 0
    """Rows stored with at least one refusal."""
    already_present: int = 0
    """Rows that were stored before."""
    reasons: tuple[str, ...] = ()
    """The rules that refused rows."""
    older: int = 0
    """Rows of the source that came too late even for the lookback, and that no batch has read."""
    late: int = 0
    """Rows of this batch that are older than the watermark was."""
    warnings: tuple[RuleCount, ...] = ()
    """Accepted rows by the rule that warns of them."""
    held: tuple[int, ...] = ()
    """Earlier batches that wait for a release."""
    section: str = "source"
    """The part of the spec that says where the rows come from."""
    relabelled: int = 0
    """Rows of earlier batches that got a label, or another one."""
    labels_waiting: int = 0
    """Labels of keys that no row has yet."""
    labels: "IngestReport | None" = None
    """What came in from the table of labels, where there is one."""
    forgotten: int = 0
    """Rows whose key was asked to be forgotten. They are not stored."""
    notes: tuple[str, ...] = ()
    """Which columns of the source are not stored as they came, and why."""

    @property
    def summary(self) -> str:
        """One line for people, below that of the labels."""
        lines = [self._line, *(f"{self.source}: warning: {note}" for note in self.notes)]
        return "\n".join([self.labels.summary, *lines] if self.labels else lines)

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
        return f"; {which} held and not used until the job release_batch lets them in"

    def as_dict(self) -> dict[str, object]:
        """Field names and values, for display."""
        return {field.name: getattr(self, field.name) for field in fields(self)}
