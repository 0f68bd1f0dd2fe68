"""A repair that was requested before: its run was killed, or somebody repeats the command."""

from collections.abc import Sequence

from retraining.errors import ParameterError
from retraining.records.batch import Batch
from retraining.requests.repair import RepairRequest
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.repair_slice import backfill_bounds

READS_WHAT_CAME_SINCE = ("backfill", "rebaseline")
"""Where the source has changed since, these read something new: then they are another request."""


def same_repair(request: RepairRequest, batches: Sequence[Batch]) -> Batch | None:
    """The newest row of the batch that the same request led to; None where none did.

    A request is known by its action, its bounds or batch, and its reason. batches are all of the source, oldest first.
    """
    asked = [row for row in batches if row.reason == request.reason]
    found = [row for row in asked if _is_answer(request, row, batches)]
    return found[-1] if found else None


def _is_answer(request: RepairRequest, row: Batch, batches: Sequence[Batch]) -> bool:
    if request.action == "abandon":
        if row.withdraws:
            return row.supersedes == request.batch_seq
        if row.state != "ABANDONED":
            return False
        if request.batch_seq is None:
            return not _another_waits(row, batches)
        return row.batch_seq == request.batch_seq
    if row.state == "ABANDONED" or row.withdraws:
        return False
    if request.action == "replay":
        return row.supersedes is not None and row.supersedes == request.batch_seq

    earlier = [each for each in batches if each.batch_seq < row.batch_seq]
    begins_epoch = bool(earlier) and row.epoch > max(each.epoch for each in earlier)
    if request.action == "rebaseline":
        return row.supersedes is None and begins_epoch
    if request.action == "backfill":
        return row.supersedes is None and not begins_epoch and _same_bounds(request, row, earlier)
    return False


def _another_waits(row: Batch, batches: Sequence[Batch]) -> bool:
    """Whether a later batch is open or held that the abandoning job did not plan itself: a request without a number is
    about that one, whatever an earlier request with its reason led to."""
    later = [each for each in batches if each.batch_seq > row.batch_seq]
    return any(each.state in ("PLANNED", "HELD") and each.run_id != row.run_id for each in later)


def _same_bounds(request: RepairRequest, row: Batch, earlier: Sequence[Batch]) -> bool:
    """Whether a batch reads what a backfill names. Bounds that do not fit are refused where a backfill is planned."""
    ledger = Ledger("", row.ledger_type)
    watermark = ledger.from_text(earlier[-1].watermark_after) if earlier else None
    try:
        lo, hi = backfill_bounds(request, ledger, watermark)
    except ParameterError:
        return False
    return (ledger.to_text(lo), ledger.to_text(hi)) == (row.lo, row.hi)
