"""Bring new source rows into observations exactly once: accepted, or quarantined with reasons."""

import logging
from dataclasses import replace
from datetime import timedelta

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from retraining.adapters.sources.delta_table import PinnedSource, pin_newest, pin_version
from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import append_close, append_plan, read_batches
from retraining.adapters.tables.observations import BATCH_SEQ, BatchCounts
from retraining.adapters.tables.tables import Tables
from retraining.errors import IngestError
from retraining.records.batch import Batch
from retraining.records.ingest_report import IngestReport
from retraining.records.run import Run
from retraining.rules.ingest.contract import check_contract
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.ledger_column import in_slice, is_below
from retraining.rules.ingest.mark_rows import identify, mark, without_repeats
from retraining.rules.ingest.next_slice import Closed, next_slice
from retraining.rules.ingest.older_rows import count_older
from retraining.rules.ingest.row_identity import ROW_HASH, ROW_KEY
from retraining.spec.model_spec import ModelSpec

CLOCK_SKEW = timedelta(days=1)
"""How far ahead of the run's clock a ledger value may lie before it is a fault."""

_log = logging.getLogger(__name__)


def ingest(spec: ModelSpec, source_table: str, tables: Tables, run: Run) -> IngestReport:
    """Finish an open plan, or plan the next slice, store it in one commit, and close it with counts read back.

    source_table is the qualified name. Raises ContractError or SourceError before anything is written, IngestError
    when the counts do not add up (the plan then stays open, the watermark unmoved).
    """
    name = spec.source_name
    batches = read_batches(tables, name)
    plan = next((batch for batch in batches if batch.state == "PLANNED"), None)
    source = _pin(tables.spark, source_table, plan)
    found = {each.name: each.dataType.simpleString() for each in source.schema}
    ledger = check_contract(spec, found, observations.stored_columns(tables, name))
    plan = plan or _plan_next(spec, source, ledger, batches, tables, run)
    if plan is None:
        return _nothing_new(name, batches)
    report = _store(spec, source, ledger, plan, tables, run)
    _log.info(report.summary)
    return report


def _nothing_new(name: str, batches: list[Batch]) -> IngestReport:
    """The source is still at the version of the newest batch, so what was too old then still is."""
    newest = batches[-1]
    report = IngestReport(name, newest.batch_seq, newest.watermark_after, older=newest.rows_older or 0)
    _log.info(report.summary)
    return report


def _pin(spark: SparkSession, table: str, plan: Batch | None) -> PinnedSource:
    return pin_version(spark, table, plan.source_table_id, plan.source_version) if plan else pin_newest(spark, table)


def _plan_next(
    spec: ModelSpec, source: PinnedSource, ledger: Ledger, batches: list[Batch], tables: Tables, run: Run
) -> Batch | None:
    valid_until = ledger.from_time(run.started_at + CLOCK_SKEW) if ledger.has_time else None
    closed = None
    if batches:
        last = batches[-1]
        closed = Closed(last.batch_seq, ledger.from_text(last.watermark_after), last.source_version)
    state = source.state(ledger, valid_until, closed.watermark if closed else None)
    as_of = ledger.from_time(run.as_of) if ledger.has_time else None
    part = next_slice(closed, state, as_of)
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
        watermark_after=None,
        rows_read=None,
        rows_accepted=None,
        rows_quarantined=None,
        rows_already_present=None,
        rows_below_hi=None,
        rows_older=count_older(state.below, batches),
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )
    append_plan(tables, plan)
    return plan


def _store(
    spec: ModelSpec, source: PinnedSource, ledger: Ledger, plan: Batch, tables: Tables, run: Run
) -> IngestReport:
    name = spec.source_name
    observations.create_observations(tables, name, source.schema)
    bounds = [ledger.from_text(value) for value in (plan.lo, plan.hi, plan.valid_until)]
    columns = list(observations.stored_columns(tables, name) or {})
    rows = identify(source.slice(ledger, *bounds).select(*(f"`{each}`" for each in columns)), spec.source.keys, columns)
    stored = tables.read(observations.table_of(name)).where(F.col(BATCH_SEQ) < F.lit(plan.batch_seq))
    # A row that is already stored has the same ledger value, so only this slice of the stored rows can hold it.
    earlier = stored.where(in_slice(ledger, *bounds)).select(ROW_KEY, ROW_HASH)
    read, present, below = _count_slice(rows, earlier, is_below(ledger, bounds[1]))
    if read > present:
        fresh = without_repeats(rows).join(earlier, [ROW_KEY, ROW_HASH], "left_anti")
        marked = mark(spec, ledger, fresh, bounds[2], plan.batch_seq, run.started_at)
        observations.append_batch(tables, name, marked, plan.batch_seq, plan.epoch)
    written = observations.count_batch(tables, name, plan.batch_seq)
    _check_counts(plan, read, present, written)
    if plan.batch_seq == 1:
        observations.create_views(tables, name, ledger.column)
    closed = replace(
        plan,
        state="COMMITTED",
        watermark_after=plan.hi,
        rows_read=read,
        rows_accepted=written.accepted,
        rows_quarantined=written.quarantined,
        rows_already_present=present,
        rows_below_hi=below,
        run_id=run.run_id,
        attempt_id=run.attempt_id,
        at=run.started_at,
    )
    append_close(tables, closed)
    return IngestReport(
        name,
        plan.batch_seq,
        plan.hi,
        read,
        written.accepted,
        written.quarantined,
        present,
        written.reasons,
        plan.rows_older or 0,
    )


def _check_counts(plan: Batch, read: int, present: int, written: BatchCounts) -> None:
    if read == written.accepted + written.quarantined + present:
        return
    raise IngestError(
        f"{plan.source}: batch {plan.batch_seq} read {read} rows, but accepted {written.accepted} + quarantined "
        f"{written.quarantined} + already present {present} do not add up to it. The plan stays open and the watermark "
        f"unmoved. Run `ingest` again; if it repeats, compare the source's version {plan.source_version} with the "
        f"batch."
    )


def _count_slice(rows: DataFrame, earlier: DataFrame, below_end: Column) -> tuple[int, int, int]:
    """Rows of the slice, how many of them are already stored or repeat a row of the slice, and how many lie below its
    end."""
    times = F.count(F.lit(1)).alias("times")
    pairs = rows.groupBy(ROW_KEY, ROW_HASH).agg(times, F.count_if(below_end).alias("below"))
    known = earlier.withColumn("known", F.lit(True))
    joined = pairs.join(known, [ROW_KEY, ROW_HASH], "left")
    counted = joined.agg(
        F.coalesce(F.sum("times"), F.lit(0)).alias("read"),
        F.coalesce(F.sum(F.when(F.col("known"), F.col("times")).otherwise(F.col("times") - 1)), F.lit(0)).alias(
            "present"
        ),
        F.coalesce(F.sum("below"), F.lit(0)).alias("below"),
    ).collect()[0]
    return int(counted["read"]), int(counted["present"]), int(counted["below"])
