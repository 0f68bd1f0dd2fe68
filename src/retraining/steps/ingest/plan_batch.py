"""The row of `watermarks` that freezes a slice."""

from datetime import timedelta

from retraining.records.batch import Batch
from retraining.records.run import Run
from retraining.rules.ingest.contract import Contract
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.next_slice import Slice
from retraining.steps.ingest.labelled_source import LabelledSource
from retraining.steps.ingest.open_source import Source

CLOCK_SKEW = timedelta(days=1)
"""How far ahead of the run's clock a ledger value may lie before it is a fault."""


def valid_until(ledger: Ledger, run: Run) -> Number | None:
    """The ledger value beyond which a row is a fault; None where ledgers have no time."""
    return ledger.from_time(run.started_at + CLOCK_SKEW) if ledger.has_time else None


def planned_batch(
    name: str,
    source: Source,
    contract: Contract,
    part: Slice,
    rows_below_lo: int,
    run: Run,
    reason: str | None = None,
) -> Batch:
    """The plan of a slice. reason: an operator's, where one asked for it."""
    ledger = contract.ledger
    return Batch(
        source=name,
        epoch=part.epoch,
        batch_seq=part.batch_seq,
        state="PLANNED",
        ledger_type=ledger.type,
        lo=ledger.to_text(part.lo),
        hi=ledger.to_text(part.hi),
        valid_until=ledger.to_text(valid_until(ledger, run)),
        source_table_id=source.table_id,
        source_version=source.version,
        columns=contract.columns,
        watermark_after=None,
        rows_read=None,
        rows_accepted=None,
        rows_quarantined=None,
        rows_already_present=None,
        rows_below_lo=rows_below_lo,
        rows_first_read=None,
        rows_late=None,
        rows_older=None,
        next_lo=None,
        rows_from_next_lo=None,
        supersedes=part.supersedes,
        reason=reason,
        **run.stamp,
        labels_through=source.labels.through if isinstance(source, LabelledSource) else None,
    )
