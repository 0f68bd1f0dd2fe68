"""Bring new source rows into observations exactly once: accepted, or quarantined with reasons."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql.types import StructType

from retraining.adapters.sources.files import Landing
from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import append_close, append_plan
from retraining.adapters.tables.observations import BatchCounts
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.errors import IngestError
from retraining.failpoints import hit
from retraining.records.batch import Batch, IngestReport
from retraining.rules.ingest.ledger_column import is_below, is_valid
from retraining.rules.ingest.look_around import OtherRows
from retraining.rules.ingest.mark_rows import Doubtful, mark, new_rows
from retraining.rules.ingest.quality import Arrival
from retraining.rules.ingest.submitted_location import refuse_other_location
from retraining.spec.feed import Feed, rows_feed
from retraining.steps.ingest.close_batch import WatermarkMove, closed_batch, refuse_held, watermark_move
from retraining.steps.ingest.count_slice import SliceCounts, add_forgotten, as_foreseen, count_slice
from retraining.steps.ingest.failed_rows import naming_failed_rows
from retraining.steps.ingest.ingestion import Ingestion, begin_ingestion
from retraining.steps.ingest.label_updates import count_waiting, label_updates, with_updates
from retraining.steps.ingest.lost_plan import give_up_lost_plan, read_again_if_gone
from retraining.steps.ingest.pin_source import labels_table
from retraining.steps.ingest.plan_batch import known_batches, next_plan
from retraining.steps.ingest.prepare_quality import other_rows_of, pin_referenced
from retraining.steps.ingest.slice_rows import delete_forgotten, read_slice

_log = logging.getLogger(__name__)


def ingest(
    context: Context, source_table: str, landing: Landing | None = None, submitted: str | None = None
) -> IngestReport:
    """Finish an open plan, or plan the next slice, store it in one commit, and close it with counts read back. Labels
    that have their own table come first, by the same protocol.

    source_table is the qualified name; landing, where the source is files, says how they become its rows. submitted is
    where the run's caller has put new rows: ParameterError where the source does not read there. Raises ContractError
    or SourceError before anything is planned, IngestError when the counts do not add up (the plan then
    stays open, the watermark unmoved), HeldBatchError when the batch failed a gate (it is then stored and closed),
    ForgetError when forgotten keys cannot be recognised.
    """
    if submitted is not None:
        tables = context.tables
        refuse_other_location(submitted, context.spec.source, tables.catalog, tables.schema)

    feed = rows_feed(context.spec)
    if feed.labels is None:
        return _ingest(context, feed, source_table, landing)
    labels = _ingest(context, feed.labels, labels_table(feed.labels, context.tables), None)
    return replace(_ingest(context, feed, source_table, landing), labels=labels)


def _ingest(context: Context, feed: Feed, table: str, landing: Landing | None) -> IngestReport:
    with naming_failed_rows(feed):
        return read_again_if_gone(feed, table, partial(_ingest_newest, context, feed, table, landing))


def _ingest_newest(context: Context, feed: Feed, table: str, landing: Landing | None) -> IngestReport:
    hit("ingest.after_start")
    batches = give_up_lost_plan(context, feed, table, known_batches(context.tables, feed))
    refuse_held(context, feed, batches)
    ingestion = begin_ingestion(context, feed, table, landing, batches)
    referenced = pin_referenced(ingestion)

    open_plan = ingestion.open_plan
    if open_plan is not None:  # the function that prepares its rows may be another one since
        ingestion.source.check_rows(ingestion.ledger.from_text(open_plan.lo))
    plan = open_plan or next_plan(ingestion)
    if plan is None:
        return _nothing_new(ingestion)

    for note in plan.notes:
        _log.warning("%s: %s", feed.name, note)
    done, report = _store(ingestion, plan, other_rows_of(ingestion, referenced))
    _log.info(report.summary)
    refuse_held(context, feed, [done])
    return report


def _nothing_new(ingestion: Ingestion) -> IngestReport:
    """The source is still at the version of the newest batch, so what was too old then still is."""
    newest = ingestion.batches[-1]
    report = IngestReport(
        ingestion.feed.name,
        newest.batch_seq,
        newest.watermark_after,
        older=newest.rows_older or 0,
        held=_held(ingestion.batches),
        section=ingestion.feed.section,
        labels_waiting=newest.labels_waiting,
    )
    _log.info(report.summary)
    return report


def _store(ingestion: Ingestion, plan: Batch, other_rows: OtherRows) -> tuple[Batch, IngestReport]:
    """Reads the slice of a plan, stores it in one commit, and closes the batch."""
    tables = ingestion.tables
    ledger = ingestion.ledger
    slice_rows = read_slice(ingestion, plan)
    move = watermark_move(ingestion, plan)
    marks = [is_valid(ledger, slice_rows.valid_until), is_below(ledger, move.before), is_below(ledger, move.next_lo)]

    count = partial(count_slice, slice_rows.rows, slice_rows.earlier, ledger, *marks)
    counted, doubtful = _plan_and_count(plan, tables, count) if ingestion.open_plan is None else count()
    _prepare_table(ingestion, plan)
    hit("ingest.after_prepare")

    if slice_rows.forgotten is not None:
        counted = add_forgotten(counted, slice_rows.forgotten, *marks)
    counted = as_foreseen(plan, ingestion.closed, counted)
    hit("ingest.after_read")

    updates = label_updates(ingestion, plan)
    if counted.read > counted.present + counted.forgotten or updates is not None:
        arrival = Arrival(
            plan.batch_seq, ingestion.run.started_at, ingestion.run.as_of, slice_rows.valid_until, plan.supersedes
        )
        fresh = new_rows(slice_rows.rows, slice_rows.earlier, ledger, doubtful)
        marked = mark(ingestion.feed, ledger, fresh, arrival, other_rows)
        _append(ingestion, plan, with_updates(ingestion, marked, updates, arrival, other_rows), counted)
    hit("ingest.after_write")

    delete_forgotten(ingestion.context, ingestion.feed, plan.batch_seq)
    return _close(ingestion, plan, move, counted)


def _plan_and_count(
    plan: Batch, tables: Tables, count: Callable[[], tuple[SliceCounts, Doubtful | None]]
) -> tuple[SliceCounts, Doubtful | None]:
    """Both at once: counting writes nothing, and which rows are counted does not depend on the commit."""
    with ThreadPoolExecutor() as pool:
        planning = pool.submit(append_plan, tables, plan)
        counting = pool.submit(count)
    planning.result()
    hit("ingest.after_plan")
    return counting.result()


def _prepare_table(ingestion: Ingestion, plan: Batch) -> None:
    """The observations as the plan wants them: made by the first batch, longer by the columns that were accepted, and
    wider where a type is."""
    wanted = {name.lower() for name in (*plan.columns, *ingestion.feed.joined)}
    columns = StructType([each for each in ingestion.source.schema if each.name.lower() in wanted])
    observations.create_observations(ingestion.tables, plan.source, columns, ingestion.ledger.column)
    observations.fit_columns(ingestion.tables, plan.source, columns)


def _append(ingestion: Ingestion, plan: Batch, marked: DataFrame, counted: SliceCounts) -> None:
    hit("ingest.before_write")
    facts = {"run_id": ingestion.run.run_id, "batch_seq": plan.batch_seq, **vars(counted)}
    observations.append_batch(ingestion.tables, plan.source, marked, plan.batch_seq, plan.epoch, facts)


def _close(ingestion: Ingestion, plan: Batch, move: WatermarkMove, counted: SliceCounts) -> tuple[Batch, IngestReport]:
    """Counts what was stored, and closes the batch with these counts."""
    tables = ingestion.tables
    closed = ingestion.closed
    written = observations.count_batch(tables, plan.source, plan.batch_seq, ingestion.feed.quality)
    _check_counts(plan, counted, written)

    in_views = [batch for batch in closed if batch.state != "ABANDONED"]
    if not in_views or _stored_columns(in_views[-1]) != _stored_columns(plan):
        observations.create_views(tables, plan.source, ingestion.ledger.column)
    done = closed_batch(ingestion, plan, move, counted, written, count_waiting(ingestion))

    hit("ingest.before_close")
    append_close(tables, done)
    hit("ingest.after_close")
    return done, _report(ingestion, done, written)


def _check_counts(plan: Batch, counted: SliceCounts, written: BatchCounts) -> None:
    if counted.read == written.accepted + written.quarantined + counted.present + counted.forgotten:
        return
    raise IngestError(
        f"{plan.source}: batch {plan.batch_seq} read {counted.read} rows, but accepted {written.accepted} + "
        f"quarantined {written.quarantined} + already present {counted.present} + forgotten {counted.forgotten} do not "
        f"add up to it. The plan stays open and the watermark unmoved. Run `ingest` again; if it repeats, compare the "
        f"source's version {plan.source_version} with the batch."
    )


def _stored_columns(batch: Batch) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """The source's columns with their types, and whether a label is joined to them."""
    return batch.columns, batch.types, batch.labels_through is not None


def _report(ingestion: Ingestion, done: Batch, written: BatchCounts) -> IngestReport:
    return IngestReport(
        done.source,
        done.batch_seq,
        done.watermark_after,
        done.rows_read or 0,
        written.accepted,
        written.quarantined,
        done.rows_already_present or 0,
        tuple(each.rule for each in written.reasons),
        done.rows_older or 0,
        done.rows_late or 0,
        written.warned,
        _held(ingestion.closed),
        ingestion.feed.section,
        done.rows_relabelled,
        done.labels_waiting,
        forgotten=done.rows_forgotten or 0,
        notes=done.notes,
    )


def _held(batches: Sequence[Batch]) -> tuple[int, ...]:
    return tuple(row.batch_seq for row in batches if row.state == "HELD")
