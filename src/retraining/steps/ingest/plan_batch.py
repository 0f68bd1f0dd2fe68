"""The row of `watermarks` that freezes a slice: which batches are known, which slice is next, and its plan."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import read_batches
from retraining.adapters.tables.tables import Tables
from retraining.errors import IngestError, SourceError
from retraining.records.batch import Batch
from retraining.records.run import Run
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.next_slice import Slice, last_closed, next_lo, next_slice
from retraining.rules.ingest.reading_limits import reading_limits
from retraining.spec.feed import Feed
from retraining.steps.ingest.ingestion import Ingestion
from retraining.steps.ingest.labelled_source import LabelledSource

CLOCK_SKEW = timedelta(days=1)
"""How far ahead of the run's clock a ledger value may be before it is a fault."""


def valid_until(ledger: Ledger, run: Run) -> Number | None:
    """The ledger value beyond which a row is a fault; None where ledgers have no time."""
    return ledger.from_time(run.started_at + CLOCK_SKEW) if ledger.has_time else None


def known_batches(tables: Tables, feed: Feed) -> list[Batch]:
    """The feed's batches. Raises IngestError where the observations hold rows of a later one."""
    with ThreadPoolExecutor() as pool:
        known = pool.submit(read_batches, tables, feed.name)
        stored = pool.submit(observations.newest_batch, tables, feed.name)
    batches = known.result()
    stored_batch = stored.result()

    if stored_batch > _newest(batches):  # another run may have planned and stored it between the two answers
        batches = read_batches(tables, feed.name)
    newest = _newest(batches)
    if stored_batch > newest:
        raise IngestError(
            f"{feed.name}: the observations hold rows of batch {stored_batch}, but table `watermarks` ends with batch "
            f"{newest}: it was restored or dropped. Nothing was ingested. Run the job `repair` with "
            f"{feed.repair_with('rebuild')}."
        )
    return batches


def _newest(batches: list[Batch]) -> int:
    return batches[-1].batch_seq if batches else 0


def next_plan(ingestion: Ingestion) -> Batch | None:
    """The plan of the slice after the closed batches; None where the source has nothing new. Not stored yet."""
    ledger = ingestion.ledger
    run = ingestion.run
    limits = reading_limits(ingestion.feed, ledger)
    if ingestion.batches:
        _check_same_table(ingestion, ingestion.batches[-1])

    closed = last_closed(ingestion.batches, ledger)
    state = ingestion.source.state(ledger, valid_until(ledger, run), limits.initial, next_lo(closed, limits))
    as_of = ledger.from_time(run.as_of) if ledger.has_time else None
    part = next_slice(closed, state, as_of, limits)
    return None if part is None else planned_batch(ingestion, part, state.below)


def _check_same_table(ingestion: Ingestion, last: Batch) -> None:
    source = ingestion.source
    if source.table_id == last.source_table_id:
        return
    if ingestion.feed.source.mode == "change_feed":
        cure = "Bring the table back, or give the source another `name`, which begins with all rows as they are now."
    else:
        parameters = ingestion.feed.repair_with("rebaseline")
        cure = f"Run the job `repair` with {parameters} to read it from its beginning; no row is stored twice."
    raise SourceError(
        f"source table {source.table} was replaced since batch {last.batch_seq} (table id {source.table_id}, then "
        f"{last.source_table_id}). Nothing was ingested and the watermark is unchanged. {cure}"
    )


def planned_batch(ingestion: Ingestion, part: Slice, rows_below_lo: int, reason: str | None = None) -> Batch:
    """The plan of a slice. reason: an operator's, where one requested it."""
    ledger = ingestion.ledger
    source = ingestion.source

    return Batch(
        source=ingestion.feed.name,
        epoch=part.epoch,
        batch_seq=part.batch_seq,
        state="PLANNED",
        ledger_type=ledger.type,
        lo=ledger.to_text(part.lo),
        hi=ledger.to_text(part.hi),
        valid_until=ledger.to_text(valid_until(ledger, ingestion.run)),
        source_table_id=source.table_id,
        source_version=source.version,
        columns=ingestion.contract.columns,
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
        **ingestion.context.stamp,
        labels_through=source.labels.through if isinstance(source, LabelledSource) else None,
        types=ingestion.contract.types,
        notes=ingestion.contract.notes,
    )
