"""Bring new source rows into observations exactly once: accepted, or quarantined with reasons."""

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from retraining.adapters.sources.files import Landing
from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import append_close, append_plan, read_batches
from retraining.adapters.tables.forgotten_keys import read_forgotten
from retraining.adapters.tables.observations import BatchCounts
from retraining.adapters.tables.tables import Tables
from retraining.errors import IngestError, SourceError
from retraining.failpoints import hit
from retraining.records.batch import Batch, IngestReport
from retraining.records.run import Run
from retraining.rules.ingest.contract import Contract, check_contract
from retraining.rules.ingest.forgotten_keys import only_forgotten, without_forgotten
from retraining.rules.ingest.ledger import Ledger, Number
from retraining.rules.ingest.ledger_column import in_slice, is_below, is_valid
from retraining.rules.ingest.look_around import Others
from retraining.rules.ingest.mark_rows import Doubtful, identify, mark, new_rows
from retraining.rules.ingest.next_slice import last_closed, next_lo, next_slice
from retraining.rules.ingest.quality import Arrival
from retraining.rules.ingest.reading_limits import reading_limits
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY
from retraining.spec.labels_spec import labels_spec, repair_with, section_of, source_of_keys
from retraining.spec.model_spec import ModelSpec
from retraining.steps.ingest.close_batch import closed_batch, ends_of, refuse_held
from retraining.steps.ingest.count_slice import SliceCounts, add_forgotten, as_foreseen, count_slice
from retraining.steps.ingest.label_updates import count_waiting, label_updates, with_updates
from retraining.steps.ingest.open_source import Source, labels_table, open_source
from retraining.steps.ingest.plan_batch import planned_batch, valid_until
from retraining.steps.ingest.prepare_quality import others_of, pin_referenced
from retraining.steps.ingest.refuse_forgotten import delete_forgotten

_log = logging.getLogger(__name__)


def ingest(
    spec: ModelSpec, source_table: str, tables: Tables, run: Run, landing: Landing | None = None
) -> IngestReport:
    """Finish an open plan, or plan the next slice, store it in one commit, and close it with counts read back. Labels
    of a table of their own come first, by the same protocol.

    source_table is the qualified name; landing, where the source is files, says how they become its rows. Raises
    ContractError or SourceError before anything is planned, IngestError when the counts do not add up (the plan then
    stays open, the watermark unmoved), HeldBatchError when the batch failed a gate (it is then stored and closed),
    ForgetError when forgotten keys cannot be recognised.
    """
    of_labels = labels_spec(spec)
    if of_labels is None:
        return _ingest(spec, source_table, tables, run, landing)
    labels = _ingest(of_labels, labels_table(of_labels, tables), tables, run, None)
    return replace(_ingest(spec, source_table, tables, run, landing), labels=labels)


def _ingest(spec: ModelSpec, source_table: str, tables: Tables, run: Run, landing: Landing | None) -> IngestReport:
    hit("ingest.after_start")
    name = spec.source_name
    batches = _known_batches(spec, tables)
    open_plan = next((batch for batch in batches if batch.state == "PLANNED"), None)
    refuse_held(spec, batches, tables, run)
    source = open_source(spec, tables, source_table, landing, batches, run)
    found = {each.name: each.dataType.simpleString() for each in source.schema}
    contract = check_contract(spec, found, observations.stored_columns(tables, name))
    referenced = pin_referenced(spec, source.schema, (*contract.columns, *spec.columns.joined), tables, run)
    if open_plan is not None:  # the function that prepares its rows may be another one since
        source.check_rows(contract.ledger.from_text(open_plan.lo))
    plan = open_plan or _next_plan(spec, source, contract, batches, run)
    if plan is None:
        return _nothing_new(spec, batches)
    closed = [batch for batch in batches if batch.state != "PLANNED"]
    others = others_of(spec, contract.ledger, closed, referenced, tables)
    done, report = _store(spec, source, contract.ledger, plan, open_plan is None, closed, others, tables, run)
    _log.info(report.summary)
    refuse_held(spec, [done], tables, run)
    return report


def _nothing_new(spec: ModelSpec, batches: list[Batch]) -> IngestReport:
    """The source is still at the version of the newest batch, so what was too old then still is."""
    newest = batches[-1]
    report = IngestReport(
        spec.source_name,
        newest.batch_seq,
        newest.watermark_after,
        older=newest.rows_older or 0,
        held=_held(batches),
        section=section_of(spec),
        labels_waiting=newest.labels_waiting,
    )
    _log.info(report.summary)
    return report


def _next_plan(spec: ModelSpec, source: Source, contract: Contract, batches: list[Batch], run: Run) -> Batch | None:
    ledger = contract.ledger
    limits = reading_limits(spec, ledger)
    if batches:
        _check_same_table(spec, source, batches[-1])
    closed = last_closed(batches, ledger)
    state = source.state(ledger, valid_until(ledger, run), limits.initial, next_lo(closed, limits))
    as_of = ledger.from_time(run.as_of) if ledger.has_time else None
    part = next_slice(closed, state, as_of, limits)
    if part is None:
        return None
    return planned_batch(spec.source_name, source, contract, part, state.below, run)


def _check_same_table(spec: ModelSpec, source: Source, last: Batch) -> None:
    if source.table_id == last.source_table_id:
        return
    if spec.source.mode == "change_feed":
        cure = "Bring the table back, or give the source another `name`, which begins with all rows as they are now."
    else:
        asked = repair_with(spec, "rebaseline")
        cure = f"Run the job `repair` with {asked} to read it from its beginning; no row is stored twice."
    raise SourceError(
        f"source table {source.table} was replaced since batch {last.batch_seq} (table id {source.table_id}, then "
        f"{last.source_table_id}). Nothing was ingested and the watermark is unchanged. {cure}"
    )


def _known_batches(spec: ModelSpec, tables: Tables) -> list[Batch]:
    """The source's batches. Raises IngestError where the observations hold rows of a later one."""
    name = spec.source_name
    with ThreadPoolExecutor() as pool:
        known, stored = pool.submit(read_batches, tables, name), pool.submit(observations.newest_batch, tables, name)
    batches, stored_batch = known.result(), stored.result()
    if stored_batch > _newest(batches):  # another run may have planned and stored it between the two answers
        batches = read_batches(tables, name)
    newest = _newest(batches)
    if stored_batch > newest:
        raise IngestError(
            f"{name}: the observations hold rows of batch {stored_batch}, but table `watermarks` ends with batch "
            f"{newest}: it was restored or dropped. Nothing was ingested. Run the job `repair` with "
            f"{repair_with(spec, 'rebuild')}."
        )
    return batches


def _newest(batches: list[Batch]) -> int:
    return batches[-1].batch_seq if batches else 0


def _store(
    spec: ModelSpec,
    source: Source,
    ledger: Ledger,
    plan: Batch,
    is_new: bool,
    closed: list[Batch],
    others: Others,
    tables: Tables,
    run: Run,
) -> tuple[Batch, IngestReport]:
    """is_new: the plan is not stored yet."""
    name = spec.source_name
    bounds = [ledger.from_text(value) for value in (plan.lo, plan.hi, plan.valid_until)]
    generations = list(dict.fromkeys(batch.columns for batch in (*closed, plan)))
    columns = [F.col(f"`{each}`").alias(each) for each in (*plan.columns, *spec.columns.joined)]
    chosen = source.slice(ledger, *bounds).select(*columns)
    sent, forgotten = identify(chosen, spec.source.keys, generations), read_forgotten(tables, source_of_keys(spec))
    rows = sent if forgotten is None else without_forgotten(sent, forgotten)
    earlier = _stored_in_slice(rows, ledger, bounds, [*closed, plan], tables)
    ends = ends_of(spec, ledger, plan, closed)
    marks = [is_valid(ledger, bounds[2]), is_below(ledger, ends.before), is_below(ledger, ends.next_lo)]
    count = partial(count_slice, rows, earlier, ledger, *marks)
    counted, doubtful = _plan_and_count(plan, tables, count) if is_new else count()
    _prepare_table(spec, source, plan, ledger, tables)
    hit("ingest.after_prepare")
    if forgotten is not None:
        counted = add_forgotten(counted, only_forgotten(sent, forgotten), *marks)
    counted = as_foreseen(plan, closed, counted)
    hit("ingest.after_read")
    updates = label_updates(spec, source, tables, ledger, plan, closed)
    if counted.read > counted.present + counted.forgotten or updates is not None:
        fresh = new_rows(rows, earlier, ledger, doubtful)
        arrival = Arrival(plan.batch_seq, run.started_at, run.as_of, bounds[2], plan.supersedes)
        marked = with_updates(spec, ledger, mark(spec, ledger, fresh, arrival, others), updates, arrival, others)
        hit("ingest.before_write")
        said = {"run_id": run.run_id, "batch_seq": plan.batch_seq, **vars(counted)}
        observations.append_batch(tables, name, marked, plan.batch_seq, plan.epoch, said)
    hit("ingest.after_write")
    delete_forgotten(tables, source_of_keys(spec), name, plan.batch_seq)
    written = observations.count_batch(tables, name, plan.batch_seq, spec.quality)
    _check_counts(plan, counted, written)
    if not closed or _stored_columns(closed[-1]) != _stored_columns(plan):
        observations.create_views(tables, name, ledger.column)
    waiting = count_waiting(source, tables, name)
    done = closed_batch(spec, plan, ends, ledger, closed, counted, written, waiting, run)
    hit("ingest.before_close")
    append_close(tables, done)
    hit("ingest.after_close")
    return done, _report(spec, done, written, _held(closed))


def _plan_and_count(
    plan: Batch, tables: Tables, count: Callable[[], tuple[SliceCounts, Doubtful | None]]
) -> tuple[SliceCounts, Doubtful | None]:
    """Both at once: counting writes nothing, and which rows are counted does not depend on the commit."""
    with ThreadPoolExecutor() as pool:
        planning, counting = pool.submit(append_plan, tables, plan), pool.submit(count)
    planning.result()
    hit("ingest.after_plan")
    return counting.result()


def _stored_in_slice(
    rows: DataFrame, ledger: Ledger, bounds: Sequence[Number | None], known: Sequence[Batch], tables: Tables
) -> DataFrame:
    """A row that is already stored has the same ledger value, so only this slice of the stored rows can hold it."""
    if not tables.exists(observations.table_of(known[-1].source)):
        return rows.select(ROW_KEY, ROW_HASH).where(F.lit(False))
    standing = observations.standing_rows(tables, known)
    return standing.where(in_slice(ledger, *bounds)).select(ROW_KEY, ROW_HASH)


def _held(batches: list[Batch]) -> tuple[int, ...]:
    return tuple(row.batch_seq for row in batches if row.state == "HELD")


def _report(spec: ModelSpec, done: Batch, written: BatchCounts, held: tuple[int, ...]) -> IngestReport:
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
        held,
        section_of(spec),
        done.rows_relabelled,
        done.labels_waiting,
        forgotten=done.rows_forgotten or 0,
    )


def _prepare_table(spec: ModelSpec, source: Source, plan: Batch, ledger: Ledger, tables: Tables) -> None:
    """The observations as the plan wants them: made by the first batch, longer by the columns that were accepted."""
    wanted = {name.lower() for name in (*plan.columns, *spec.columns.joined)}
    columns = StructType([each for each in source.schema if each.name.lower() in wanted])
    observations.create_observations(tables, plan.source, columns, ledger.column)
    observations.add_columns(tables, plan.source, columns)


def _stored_columns(batch: Batch) -> tuple[tuple[str, ...], bool]:
    """The source's columns, and whether a label is joined to them."""
    return batch.columns, batch.labels_through is not None


def _check_counts(plan: Batch, counted: SliceCounts, written: BatchCounts) -> None:
    if counted.read == written.accepted + written.quarantined + counted.present + counted.forgotten:
        return
    raise IngestError(
        f"{plan.source}: batch {plan.batch_seq} read {counted.read} rows, but accepted {written.accepted} + "
        f"quarantined {written.quarantined} + already present {counted.present} + forgotten {counted.forgotten} do not "
        f"add up to it. The plan stays open and the watermark unmoved. Run `ingest` again; if it repeats, compare the "
        f"source's version {plan.source_version} with the batch."
    )
