"""A plan whose version of the source is gone is given up, so that the next one can be made."""

import logging
from collections.abc import Sequence
from dataclasses import replace

from pyspark.sql import functions as F

from retraining.adapters.sources.delta_table import PinnedTable, pin_planned
from retraining.adapters.sources.files import LANDING_COLUMNS
from retraining.adapters.tables.batches import append_close
from retraining.context import Context
from retraining.records.batch import Batch
from retraining.rules.ingest.ledger import Ledger
from retraining.rules.ingest.ledger_column import ledger_number
from retraining.spec.feed import Feed
from retraining.steps.ingest.pin_source import find_planned, preparation_of

_log = logging.getLogger(__name__)

_GONE = (
    *("FILE_NOT_EXIST", "FileNotFoundException", "DELTA_FILE_NOT_FOUND", "VERSION_NOT_FOUND", "VersionNotFound"),
    *("LOG_FILE_NOT_FOUND", "TRUNCATED_TRANSACTION_LOG", "BEYOND_DELETED_FILE_RETENTION", "DELTA_LOG_ALREADY"),
    "does not exist. To time travel",
)
"""Parts of what Spark and Delta say where VACUUM took a file, or the log no longer reaches back to a version."""


def give_up_lost_plan(context: Context, feed: Feed, table: str, batches: Sequence[Batch]) -> list[Batch]:
    """The batches; an open plan whose files are gone is closed as ABANDONED, with the watermark where it was.

    What it may have stored already no longer counts, and comes in again with the next plan. Changes of a feed cannot be
    read in another way, so their plan stays. Raises SourceError when the table was replaced.
    """
    known = list(batches)
    plan = next((batch for batch in known if batch.state == "PLANNED"), None)
    if plan is None or feed.source.mode == "change_feed":
        return known

    without = LANDING_COLUMNS if feed.source.mode == "files" else ()
    newest = find_planned(context.tables, feed, table, without)
    pinned = pin_planned(newest, table, plan.source_table_id, plan.source_version)
    why = _why_lost(replace(pinned, prepare=preparation_of(feed)), plan, feed)
    if why is None:
        return known

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


def _why_lost(pinned: PinnedTable, plan: Batch, feed: Feed) -> str | None:
    """Opens every file of the slice."""
    ledger = Ledger(feed.source.ledger_column, plan.ledger_type)
    bounds = [ledger.from_text(value) for value in (plan.lo, plan.hi, plan.valid_until)]
    try:
        pinned.slice(ledger, *bounds).agg(F.max(ledger_number(ledger)).cast("string")).collect()
    except Exception as err:  # a missing file is a Java error on one lane and a Spark error on the other
        if not any(part in str(err) for part in _GONE):
            raise
        return f"version {pinned.version} of {pinned.table} can no longer be read, because its files were removed"
    return None
