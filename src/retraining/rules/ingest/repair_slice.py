"""Which slice a repair reads: bounds, epoch, and the batch it supersedes. The watermark never moves back."""

from collections.abc import Sequence
from dataclasses import replace

from retraining.errors import ParameterError
from retraining.records.batch import Batch
from retraining.requests.repair import RepairRequest
from retraining.rules.ingest.ledger import Ledger, Number, minus, step_of
from retraining.rules.ingest.next_slice import Slice, at_least


def repair_slice(
    request: RepairRequest, batches: Sequence[Batch], ledger: Ledger, initial: Number | None, newest: Number | None
) -> Slice:
    """The slice of a backfill, replay or rebaseline. Raises ParameterError for a request that does not fit the batches.

    batches are all of the source, oldest first, none of them open; newest is the source's greatest valid ledger value.
    """
    last = batches[-1]
    batch_seq = last.batch_seq + 1
    watermark = ledger.from_text(last.watermark_after)
    if request.action == "backfill":
        return Slice(batch_seq, *backfill_bounds(request, ledger, watermark), last.epoch)
    if request.action == "replay":
        found = _replayed(request, batches)
        lo = ledger.from_text(found.lo)
        hi = ledger.from_text(found.hi)
        return Slice(batch_seq, lo, hi, last.epoch, found.batch_seq)
    return Slice(batch_seq, initial, at_least(newest, watermark), last.epoch + 1)


def abandoned(request: RepairRequest, batches: Sequence[Batch]) -> Batch:
    """The batch to give up: the open one, or a held or committed one by its number. Raises ParameterError when there is
    none."""
    for batch in reversed(batches):
        if batch.state in ("PLANNED", "HELD") and request.batch_seq in (None, batch.batch_seq):
            return batch
        if batch.state == "COMMITTED" and request.batch_seq == batch.batch_seq:
            _expect_in_use(request, batch, batches)
            return batch
    which = f"there is no batch {request.batch_seq} in use" if request.batch_seq else "no batch is open or held"
    raise ParameterError(
        f"abandon: {which}. Name the batch_seq of a batch that is to be withdrawn; see table `watermarks`."
    )


def withdrawal(taken: Batch, batches: Sequence[Batch], reason: str) -> Batch:
    """The row of a batch without rows that takes a committed one out of use, still without its run. Training data of
    earlier batches stays what it was. Raises ParameterError while a batch is open.

    It has the slice of the batch that it takes out, so that a replay of it reads that slice again, and leaves the
    watermark where it is.
    """
    last = batches[-1]
    if last.state == "PLANNED":
        raise ParameterError(
            f"abandon: batch {last.batch_seq} of {last.source} is still open. Run 01_ingest to finish it first."
        )
    return replace(
        last,
        batch_seq=last.batch_seq + 1,
        state="COMMITTED",
        lo=taken.lo,
        hi=taken.hi,
        rows_read=0,
        rows_accepted=0,
        rows_quarantined=0,
        rows_already_present=0,
        rows_first_read=0,
        rows_late=0,
        supersedes=taken.batch_seq,
        reason=reason,
        refusals=(),
        warnings=(),
        held_because=(),
        usable_from=None,
        labels_through=None,  # what the batch brought of them is looked at again
        rows_relabelled=0,
        rows_forgotten=0,
        notes=(),
        withdraws=True,
    )


def backfill_bounds(request: RepairRequest, ledger: Ledger, watermark: Number | None) -> tuple[Number, Number]:
    """The first and last ledger value that a backfill reads. Raises ParameterError for bounds that do not fit."""
    start, end = (_value(request, name, ledger) for name in ("start", "end"))
    if start >= end:
        raise ParameterError(f"backfill: start {request.start} is not before end {request.end}. Swap them.")
    hi = end if watermark is None else minus(end, min(step_of(end), step_of(watermark)))
    if watermark is None or hi > watermark:
        raise ParameterError(
            f"backfill: end {request.end} is beyond the watermark {ledger.to_text(watermark)}; what is newer comes "
            f"in by itself. Choose an earlier end."
        )
    return start, hi


def _value(request: RepairRequest, name: str, ledger: Ledger) -> Number:
    text = getattr(request, name)
    try:
        found = ledger.from_text(text)
    except (ValueError, ArithmeticError):
        found = None
    if found is None:
        raise ParameterError(
            f"backfill: {name} {text!r} is not a value of `{ledger.column}`, a {ledger.type}. Correct it."
        )
    return found


def _replayed(request: RepairRequest, batches: Sequence[Batch]) -> Batch:
    found = next((batch for batch in batches if batch.batch_seq == request.batch_seq), None)
    if found is None or found.state == "ABANDONED":
        raise ParameterError(f"replay: there is no batch {request.batch_seq} to read again; see table `watermarks`.")
    _expect_in_use(request, found, batches)
    return found


def _expect_in_use(request: RepairRequest, found: Batch, batches: Sequence[Batch]) -> None:
    taken = [batch for batch in batches if batch.supersedes == found.batch_seq and batch.state != "ABANDONED"]
    if taken:
        raise ParameterError(
            f"{request.action}: batch {found.batch_seq} was superseded by batch {taken[-1].batch_seq}. Name that one."
        )
