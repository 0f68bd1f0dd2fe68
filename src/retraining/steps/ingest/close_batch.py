"""The row of `watermarks` that closes a batch, and the error of a batch that was held."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from retraining.adapters.tables import observations
from retraining.adapters.tables.observations import BatchCounts
from retraining.context import Context
from retraining.errors import HeldBatchError
from retraining.records.batch import Batch
from retraining.rules.ingest.batch_gates import BatchFacts, rows_of_earlier, why_held
from retraining.rules.ingest.ledger import Number
from retraining.rules.ingest.next_slice import ClosedBatch, at_least, count_older, next_lo
from retraining.rules.ingest.reading_limits import reading_limits
from retraining.spec.feed import Feed
from retraining.spec.quality_section import NO_GATES
from retraining.steps.ingest.count_slice import SliceCounts
from retraining.steps.ingest.ingestion import Ingestion


@dataclass(frozen=True)
class WatermarkMove:
    """The watermark before a batch and after it, which never moves back, and where the slice after it will begin."""

    before: Number | None
    after: Number | None
    next_lo: Number | None


def watermark_move(ingestion: Ingestion, plan: Batch) -> WatermarkMove:
    """What the plan's slice does to the watermark, whatever its rows turn out to be."""
    ledger = ingestion.ledger
    closed = ingestion.closed
    before = ledger.from_text(closed[-1].watermark_after) if closed else None
    after = at_least(ledger.from_text(plan.hi), before)
    coming = ClosedBatch(plan.batch_seq, after, plan.source_version, plan.epoch)
    return WatermarkMove(before, after, next_lo(coming, reading_limits(ingestion.feed, ledger)))


def closed_batch(
    ingestion: Ingestion,
    plan: Batch,
    move: WatermarkMove,
    counted: SliceCounts,
    written: BatchCounts,
    labels_waiting: int,
) -> Batch:
    """The closing row: COMMITTED, or HELD where the batch failed a gate. Neither moves the watermark back."""
    ledger = ingestion.ledger
    closed = ingestion.closed
    gates = ingestion.feed.quality.batch if _reads_on(plan, closed) else NO_GATES
    earlier = rows_of_earlier(closed)
    facts = BatchFacts(written.accepted, written.quarantined, written.missing, written.failed, earlier, written.reasons)
    held_because = why_held(gates, facts)

    begins_epoch = not closed or closed[-1].epoch < plan.epoch
    foresees = not plan.reason or begins_epoch  # only a slice that reaches the watermark has read all that follows

    return replace(
        plan,
        state="HELD" if held_because else "COMMITTED",
        watermark_after=ledger.to_text(move.after),
        rows_read=counted.read,
        rows_accepted=written.accepted,
        rows_quarantined=written.quarantined,
        rows_already_present=counted.present,
        rows_forgotten=counted.forgotten,
        rows_first_read=counted.first_read + (counted.read_again if begins_epoch else 0),
        rows_late=counted.late,
        rows_older=_count_older(plan, counted, closed),
        next_lo=ledger.to_text(move.next_lo) if foresees else None,
        rows_from_next_lo=counted.from_next_lo,
        **ingestion.context.stamp,
        refusals=written.reasons,
        warnings=written.warned,
        held_because=held_because,
        rows_relabelled=written.relabelled,
        labels_waiting=labels_waiting,
    )


def _reads_on(plan: Batch, closed: Sequence[Batch]) -> bool:
    """Whether rows of the source made the plan. One that labels made alone may well bring no new row."""
    if plan.reason or not closed:
        return True
    return (plan.source_version, plan.hi) != (closed[-1].source_version, closed[-1].watermark_after)


def _count_older(plan: Batch, counted: SliceCounts, closed: Sequence[Batch]) -> int | None:
    """A repair's slice does not begin at the watermark: what it read first was older until then."""
    if plan.reason and closed:
        return max(0, (closed[-1].rows_older or 0) - (0 if plan.supersedes else counted.first_read))
    return count_older(plan.rows_below_lo, counted.read_again, closed)


def refuse_held(context: Context, feed: Feed, batches: Sequence[Batch]) -> None:
    """Raises HeldBatchError when this run closed a batch as HELD. A retry of the run raises it again, until the batch
    is released; other runs go on with the next batch."""
    for batch in batches:
        if batch.state == "HELD" and batch.run_id == context.run.run_id:
            raise HeldBatchError(_message(context, feed, batch))


def _message(context: Context, feed: Feed, batch: Batch) -> str:
    table = context.tables.name(observations.table_of(batch.source))
    return (
        f"{batch.source}: batch {batch.batch_seq} is held. {' '.join(batch.held_because)} Its rows are stored and stay "
        f"out of scoring, drift and training; the next run goes on with the next batch. Look at them in {table} where "
        f"_batch_seq = {batch.batch_seq}. If they are right, run the job release_batch with model={feed.model}, "
        f"batch_seq={batch.batch_seq} and a reason; if they are not, correct them at the source under a newer "
        f"{feed.source.ledger_column}."
    )
