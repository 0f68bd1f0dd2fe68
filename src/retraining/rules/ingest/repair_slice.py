"""Which slice a repair reads: bounds, epoch, and the batch it supersedes. The watermark never moves back."""

from collections.abc import Sequence

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
    """The batch to give up: the open one, or a held one by its number. Raises ParameterError when there is none."""
    for batch in reversed(batches):
        if batch.state in ("PLANNED", "HELD") and request.batch_seq in (None, batch.batch_seq):
            return batch
    which = f"batch {request.batch_seq} is not" if request.batch_seq else "no batch is"
    raise ParameterError(f"abandon: {which} open or held. Only a batch that never closed or was held can be given up.")


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
    taken = [batch for batch in batches if batch.supersedes == found.batch_seq and batch.state != "ABANDONED"]
    if taken:
        raise ParameterError(
            f"replay: batch {found.batch_seq} was superseded by batch {taken[-1].batch_seq}. Replay that one, or "
            f"abandon it while it is open or held."
        )
    return found
