"""A plan whose version of the source is gone is given up, so that the next one can be made."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from retraining.adapters.error_conditions import conditions_of, why_gone
from retraining.adapters.sources.delta_table import PinnedTable, pin_planned
from retraining.adapters.sources.files import LANDING_COLUMNS
from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import append_close
from retraining.context import Context
from retraining.errors import SourceError
from retraining.records.batch import Batch
from retraining.rules.ingest.ledger import Ledger
from retraining.spec.feed import Feed
from retraining.steps.ingest.pin_source import find_planned, preparation_of, reader_of

_log = logging.getLogger(__name__)

_UNMOVED = "Nothing was ingested, the batch stays open and the watermark is unchanged."
_KEEP_MORE = (
    "If VACUUM has not run, a longer `delta.deletedFileRetentionDuration` makes the version readable again; "
    "`delta.logRetentionDuration` must be at least as long."
)
_BRING_BACK = (
    "Bring its files back, or RESTORE TABLE to a version that can be read; on Databricks FSCK REPAIR TABLE takes lost "
    "files out of a table. Then start the run again."
)

Report = TypeVar("Report")


def give_up_lost_plan(context: Context, feed: Feed, table: str, batches: Sequence[Batch]) -> list[Batch]:
    """The batches; an open plan of which nothing is stored, and whose version of the source is gone, is closed as
    ABANDONED, with the watermark where it was.

    Raises SourceError where only a person can decide that, because rows of the batch are stored or `repair` planned it;
    when the table was replaced; and when the lost version is the newest one, so that no plan can be made.
    """
    known = list(batches)
    plan = next((batch for batch in known if batch.state == "PLANNED"), None)
    if plan is None:
        return known

    without = LANDING_COLUMNS if feed.source.mode == "files" else ()
    newest = find_planned(context.tables, feed, table, without)
    pinned = pin_planned(newest, table, plan.source_table_id, plan.source_version)
    why = _why_lost(feed, pinned, plan)
    if why is None:
        return known
    _expect_no_loss(context, feed, plan, why)
    if pinned == newest and pinned.table == table:  # a copy of a source without versions is made again
        raise SourceError(f"{feed.name}: {why}, and it is the newest version of the table. {_UNMOVED} {_BRING_BACK}")

    _log.warning("%s: batch %d is given up: %s. The next one is planned", feed.name, plan.batch_seq, why)
    earlier = [batch.watermark_after for batch in known if batch.batch_seq < plan.batch_seq]
    closed = replace(
        plan,
        state="ABANDONED",
        watermark_after=earlier[-1] if earlier else None,
        reason=f"{why[0].upper()}{why[1:]}.",
        **context.stamp,
    )
    append_close(context.tables, closed)
    return [closed if batch.batch_seq == plan.batch_seq else batch for batch in known]


def read_again_if_gone(feed: Feed, table: str, ingest: Callable[[], Report]) -> Report:
    """What ingest returns. Another writer's commit may take away the version that is being read: then ingest starts
    once more, and finds its plan lost. Raises SourceError where it meets a lost version again."""
    try:
        return ingest()
    except Exception as err:  # which class it has depends on the lane
        why = why_gone(err)
        if why is None:
            raise
        _log.warning("%s: a version that was being read is gone: %s. It is read again", feed.name, why)

    try:
        return ingest()
    except Exception as err:
        why = why_gone(err)
        if why is None:
            raise
        raise SourceError(
            f"{feed.name}: a version of {table}, or of a table that its rules need, cannot be read: {why} "
            f"({conditions_of(err)[0]}). {_UNMOVED} {_BRING_BACK}"
        ) from err


def _why_lost(feed: Feed, pinned: PinnedTable, plan: Batch) -> str | None:
    """Opens every file of the slice."""
    ledger = Ledger(feed.source.ledger_column, plan.ledger_type)
    bounds = [ledger.from_text(value) for value in (plan.lo, plan.hi, plan.valid_until)]
    try:
        reader_of(feed, pinned, preparation_of(feed)).open_slice(ledger, *bounds)
    except Exception as err:  # which class it has depends on the lane
        why = why_gone(err)
        if why is None:
            raise
        return f"version {pinned.version} of {pinned.table} can no longer be read: {why}"
    return None


def _expect_no_loss(context: Context, feed: Feed, plan: Batch, why: str) -> None:
    """Rows that are stored may have left the source since, and a request of an operator must not vanish."""
    abandon = f"run the job `repair` with {feed.repair_with('abandon')}"
    if observations.newest_batch(context.tables, feed.name) >= plan.batch_seq:
        raise SourceError(
            f"{feed.name}: batch {plan.batch_seq} is stored, but not closed, and {why}. {_UNMOVED} {_KEEP_MORE} To "
            f"go on without it, {abandon}: what the source still holds of its rows comes in again with the next batch."
        )
    if plan.reason:
        raise SourceError(
            f"{feed.name}: batch {plan.batch_seq} was planned by the job `repair`, and {why}. {_UNMOVED} "
            f"{_KEEP_MORE} To plan it again, {abandon}, and then with the same request as before."
        )
