"""Bring new source rows into observations exactly once: accepted, or quarantined with reasons."""

import logging
from dataclasses import dataclass, replace
from datetime import timedelta

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from retraining.adapters.sources.files import Landing
from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import append_close, append_plan, read_batches
from retraining.adapters.tables.observations import BATCH_SEQ, BatchCounts
from retraining.adapters.tables.tables import Tables
from retraining.errors import IngestError
from retraining.records.batch import Batch
from retraining.records.ingest_report import IngestReport
from retraining.records.run import Run
from retraining.rules.ingest.contract import Contract, check_contract
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.ledger_column import in_slice, is_below, is_valid
from retraining.rules.ingest.mark_rows import HASHES, KNOWN, identify, mark, recognise, without_repeats
from retraining.rules.ingest.next_slice import Closed, next_lo, next_slice
from retraining.rules.ingest.older_rows import count_older
from retraining.rules.ingest.reading_limits import reading_limits
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY
from retraining.spec.model_spec import ModelSpec
from retraining.stages.steps.open_source import Source, open_source

CLOCK_SKEW = timedelta(days=1)
"""How far ahead of the run's clock a ledger value may lie before it is a fault."""

_log = logging.getLogger(__name__)


def ingest(
    spec: ModelSpec, source_table: str, tables: Tables, run: Run, landing: Landing | None = None
) -> IngestReport:
    """Finish an open plan, or plan the next slice, store it in one commit, and close it with counts read back.

    source_table is the qualified name; landing, where the source is files, says how they become its rows. Raises
    ContractError or SourceError before anything is planned, IngestError when the counts do not add up (the plan then
    stays open, the watermark unmoved).
    """
    name = spec.source_name
    batches = read_batches(tables, name)
    plan = next((batch for batch in batches if batch.state == "PLANNED"), None)
    source = open_source(spec, source_table, landing, tables, batches, run)
    found = {each.name: each.dataType.simpleString() for each in source.schema}
    contract = check_contract(spec, found, observations.stored_columns(tables, name))
    plan = plan or _plan_next(spec, source, contract, batches, tables, run)
    if plan is None:
        return _nothing_new(name, batches)
    closed = [batch for batch in batches if batch.state != "PLANNED"]
    report = _store(spec, source, contract.ledger, plan, closed, tables, run)
    _log.info(report.summary)
    return report


def _nothing_new(name: str, batches: list[Batch]) -> IngestReport:
    """The source is still at the version of the newest batch, so what was too old then still is."""
    newest = batches[-1]
    report = IngestReport(name, newest.batch_seq, newest.watermark_after, older=newest.rows_older or 0)
    _log.info(report.summary)
    return report


def _plan_next(
    spec: ModelSpec, source: Source, contract: Contract, batches: list[Batch], tables: Tables, run: Run
) -> Batch | None:
    ledger = contract.ledger
    limits = reading_limits(spec, ledger)
    valid_until = ledger.from_time(run.started_at + CLOCK_SKEW) if ledger.has_time else None
    closed = None
    if batches:
        last = batches[-1]
        closed = Closed(last.batch_seq, ledger.from_text(last.watermark_after), last.source_version)
    state = source.state(ledger, valid_until, limits.initial, next_lo(closed, limits))
    as_of = ledger.from_time(run.as_of) if ledger.has_time else None
    part = next_slice(closed, state, as_of, limits)
    if part is None:
        return None
    plan = Batch(
        source=spec.source_name,
        epoch=1,
        batch_seq=part.batch_seq,
        state="PLANNED",
        ledger_type=ledger.type,
        lo=ledger.to_text(part.lo),
        hi=ledger.to_text(part.hi),
        valid_until=ledger.to_text(valid_until),
        source_table_id=source.table_id,
        source_version=source.version,
        columns=contract.columns,
        watermark_after=None,
        rows_read=None,
        rows_accepted=None,
        rows_quarantined=None,
        rows_already_present=None,
        rows_below_lo=state.below,
        rows_first_read=None,
        rows_late=None,
        rows_older=None,
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )
    append_plan(tables, plan)
    return plan


def _store(
    spec: ModelSpec,
    source: Source,
    ledger: Ledger,
    plan: Batch,
    closed: list[Batch],
    tables: Tables,
    run: Run,
) -> IngestReport:
    name = spec.source_name
    _prepare_table(source, plan, tables)
    bounds = [ledger.from_text(value) for value in (plan.lo, plan.hi, plan.valid_until)]
    generations = list(dict.fromkeys(batch.columns for batch in (*closed, plan)))
    chosen = source.slice(ledger, *bounds).select(*(F.col(f"`{each}`").alias(each) for each in plan.columns))
    rows = identify(chosen, spec.source.keys, generations)
    stored = tables.read(observations.table_of(name)).where(F.col(BATCH_SEQ) < F.lit(plan.batch_seq))
    # A row that is already stored has the same ledger value, so only this slice of the stored rows can hold it.
    earlier = stored.where(in_slice(ledger, *bounds)).select(ROW_KEY, ROW_HASH)
    before = ledger.from_text(closed[-1].watermark_after) if closed else None
    counted = _count_slice(rows, earlier, is_valid(ledger, bounds[2]), is_below(ledger, before))
    if counted.read > counted.present:
        fresh = recognise(without_repeats(rows), earlier).where(~F.col(KNOWN)).drop(KNOWN)
        marked = mark(spec, ledger, fresh, bounds[2], plan.batch_seq, run.started_at)
        observations.append_batch(tables, name, marked, plan.batch_seq, plan.epoch)
    written = observations.count_batch(tables, name, plan.batch_seq)
    _check_counts(plan, counted, written)
    if not closed or closed[-1].columns != plan.columns:
        observations.create_views(tables, name, ledger.column)
    done = replace(
        plan,
        state="COMMITTED",
        watermark_after=plan.hi,
        rows_read=counted.read,
        rows_accepted=written.accepted,
        rows_quarantined=written.quarantined,
        rows_already_present=counted.present,
        rows_first_read=counted.first_read,
        rows_late=counted.late,
        rows_older=count_older(plan.rows_below_lo, counted.read_again, closed),
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )
    append_close(tables, done)
    return IngestReport(
        name,
        plan.batch_seq,
        plan.hi,
        counted.read,
        written.accepted,
        written.quarantined,
        counted.present,
        written.reasons,
        done.rows_older or 0,
        counted.late,
    )


def _prepare_table(source: Source, plan: Batch, tables: Tables) -> None:
    """The observations as the plan wants them: made by the first batch, longer by the columns that were accepted."""
    wanted = {name.lower() for name in plan.columns}
    columns = StructType([each for each in source.schema if each.name.lower() in wanted])
    observations.create_observations(tables, plan.source, columns)
    observations.add_columns(tables, plan.source, columns)


@dataclass(frozen=True)
class _SliceCounts:
    """Rows of a slice. present: already stored, or said again in the slice. first_read and read_again split the rows
    with a valid ledger value; late: of the former, those older than the watermark was."""

    read: int
    present: int
    first_read: int
    read_again: int
    late: int


def _check_counts(plan: Batch, counted: _SliceCounts, written: BatchCounts) -> None:
    if counted.read == written.accepted + written.quarantined + counted.present:
        return
    raise IngestError(
        f"{plan.source}: batch {plan.batch_seq} read {counted.read} rows, but accepted {written.accepted} + "
        f"quarantined {written.quarantined} + already present {counted.present} do not add up to it. The plan stays "
        f"open and the watermark unmoved. Run `ingest` again; if it repeats, compare the source's version "
        f"{plan.source_version} with the batch."
    )


def _count_slice(rows: DataFrame, earlier: DataFrame, valid: Column, below: Column) -> _SliceCounts:
    """One pass over the slice, in which identical rows count as often as they are said."""
    facts = {"_valid": valid, "_late": valid & below}
    pairs = (
        rows.withColumns(facts)
        .groupBy(ROW_KEY, ROW_HASH, HASHES)
        .agg(F.count(F.lit(1)).alias("times"), *(F.max(name).alias(name) for name in facts))
    )
    known, times = F.col(KNOWN), F.col("times")
    parts = {
        "read": times,
        "present": F.when(known, times).otherwise(times - 1),
        "first_read": F.when(~known & F.col("_valid"), times),
        "read_again": F.when(known & F.col("_valid"), times),
        "late": F.when(~known & F.col("_late"), times),
    }
    sums = [F.coalesce(F.sum(part), F.lit(0)).alias(name) for name, part in parts.items()]
    return _SliceCounts(
        **{name: int(value) for name, value in recognise(pairs, earlier).agg(*sums).collect()[0].asDict().items()}
    )
