"""What an operator does to a source's ingestion: the plan of it is one row, and the next ingestion carries it out."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from retraining.adapters.sources.files import Landing
from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import (
    append_close,
    append_plan,
    append_rebuilt,
    append_withdrawal,
    read_batches,
)
from retraining.context import Context
from retraining.errors import NothingToDoError, ParameterError
from retraining.records.batch import Batch
from retraining.requests.reason import check_one_request
from retraining.requests.repair import RepairRequest
from retraining.rules.ingest.next_slice import Slice
from retraining.rules.ingest.reading_limits import reading_limits
from retraining.rules.ingest.rebuild_batches import rebuild_batches
from retraining.rules.ingest.repair_slice import abandoned, repair_slice, withdrawal
from retraining.rules.ingest.same_repair import READS_WHAT_CAME_SINCE, same_repair
from retraining.spec.feed import Feed, rows_feed
from retraining.steps.ingest.ingestion import Ingestion, begin_ingestion
from retraining.steps.ingest.pin_source import labels_table
from retraining.steps.ingest.plan_batch import planned_batch, valid_until

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RepairReport:
    """The rows of `watermarks` that the request led to, now or in an earlier run."""

    action: str
    batches: tuple[Batch, ...]
    asked_before: bool = False
    """Whether an earlier run had the same request."""

    @property
    def summary(self) -> str:
        """One line for people."""
        if not self.batches:
            return f"{self.action}: nothing was missing"
        newest = self.batches[-1]
        if newest.withdraws:
            return (
                f"{newest.source}: {self.action}: batch {newest.batch_seq} takes batch {newest.supersedes} out of use"
            )
        which = ", ".join(str(each.batch_seq) for each in self.batches[-5:])
        instead = f", in place of batch {newest.supersedes}" if newest.supersedes else ""
        todo = f" [{newest.lo}, {newest.hi}]{instead}: the next ingestion reads it" if newest.state == "PLANNED" else ""
        again = ". An earlier run had the same request, so nothing new was planned" if self.asked_before else ""
        return f"{newest.source}: {self.action}: batch {which} is {newest.state}{todo}{again}"


def repair(context: Context, source_table: str, request: RepairRequest, landing: Landing | None = None) -> RepairReport:
    """Carry out a request once: the same run repeated returns what it did, and so does another run with the same
    action, bounds or batch, and reason. A source that has changed since is read again by backfill and rebaseline.

    Raises ParameterError for a request that does not fit, before anything is written.
    """
    feed = rows_feed(context.spec)
    table = source_table
    if request.source == "labels":
        feed = _labels_of(feed)
        table = labels_table(feed, context.tables)
        landing = None

    batches = read_batches(context.tables, feed.name)
    begin = partial(begin_ingestion, context, feed, table, landing)
    own = _done_by_this_run(context, request, batches)
    before = [] if own else _done_before(request, begin, batches)
    done = own or before
    if not done:
        _check_mode(feed, request)
        done = _repair(context, feed, begin, request, batches)

    report = RepairReport(request.action, tuple(done), bool(before))
    _log.info(report.summary)
    return report


def _done_by_this_run(context: Context, request: RepairRequest, batches: list[Batch]) -> list[Batch]:
    """A batch that was given up, by a rebaseline before its own plan or because its files are gone, does not count."""
    own = [row for row in batches if row.run_id == context.run.run_id and row.reason]
    done = [row for row in own if row.state != "ABANDONED" or request.action == "abandon"]
    if done:
        check_one_request(context.run.run_id, any(row.reason == request.reason for row in done))
    return done


def _done_before(request: RepairRequest, begin: Callable[[], Ingestion], batches: list[Batch]) -> list[Batch]:
    """What an earlier run did for the same request. A plan that is open is finished first."""
    row = same_repair(request, batches)
    if row is None:
        return []
    if request.action in READS_WHAT_CAME_SINCE and batches[-1].state != "PLANNED":
        source = begin().source
        if (source.table_id, source.version) != (row.source_table_id, row.source_version):
            return []
    return [row]


def _labels_of(feed: Feed) -> Feed:
    if feed.labels is None:
        raise ParameterError(
            f"source 'labels': the labels of {feed.model} come with its rows. Leave the parameter source empty."
        )
    return feed.labels


def _check_mode(feed: Feed, request: RepairRequest) -> None:
    if feed.source.mode == "change_feed" and request.action not in ("abandon", "rebuild"):
        raise ParameterError(
            f"{request.action}: changes of {feed.name} are read in the order of their commits, once. To begin again "
            f"with all rows as they are now, give the source another `name`."
        )


def _repair(
    context: Context, feed: Feed, begin: Callable[[], Ingestion], request: RepairRequest, batches: list[Batch]
) -> list[Batch]:
    """begin pins the source; giving up a batch does without it, because the source may be gone."""
    if request.action == "rebuild":
        return _rebuild(begin(), request, batches)
    if not batches:
        raise NothingToDoError(f"{feed.name} has no batch yet, so there is nothing to repair. Run 01_ingest first.")
    if request.action == "abandon":
        given_up = abandoned(request, batches)
        if given_up.state == "COMMITTED":
            return [_withdraw(context, feed, request, batches, given_up)]
        return [_abandon(context, request, batches, given_up)]

    if batches[-1].state == "PLANNED":
        if request.action != "rebaseline":
            raise ParameterError(
                f"{request.action}: batch {batches[-1].batch_seq} of {feed.name} is still open. Run 01_ingest to "
                f"finish it, or abandon it, first."
            )
        batches = [*batches[:-1], _abandon(context, request, batches, batches[-1])]
    return [_plan(begin(), request, batches)]


def _abandon(context: Context, request: RepairRequest, batches: list[Batch], given_up: Batch) -> Batch:
    earlier = [row.watermark_after for row in batches if row.batch_seq < given_up.batch_seq]
    watermark = given_up.watermark_after or (earlier[-1] if earlier else None)
    closed = replace(given_up, state="ABANDONED", watermark_after=watermark, reason=request.reason, **context.stamp)
    append_close(context.tables, closed)
    return closed


def _withdraw(context: Context, feed: Feed, request: RepairRequest, batches: list[Batch], taken: Batch) -> Batch:
    if request.source == "labels":
        raise ParameterError(
            f"abandon: batch {taken.batch_seq} of {feed.name} is committed, and its labels are in the rows by now. "
            f"Correct them at the source, and ingest or replay the batch."
        )
    taking_out = replace(withdrawal(taken, batches, request.reason), **context.stamp)
    append_withdrawal(context.tables, taking_out)
    return taking_out


def _plan(ingestion: Ingestion, request: RepairRequest, batches: list[Batch]) -> Batch:
    ledger = ingestion.ledger
    limits = reading_limits(ingestion.feed, ledger)
    until = valid_until(ledger, ingestion.run)
    state = ingestion.source.state(ledger, until, limits.initial, limits.initial)

    part = repair_slice(request, batches, ledger, limits.initial, state.newest)
    plan = planned_batch(ingestion, part, 0, request.reason)
    append_plan(ingestion.tables, plan)
    return plan


def _rebuild(ingestion: Ingestion, request: RepairRequest, batches: list[Batch]) -> list[Batch]:
    stored = observations.count_batches(ingestion.tables, ingestion.feed.name, ingestion.ledger)
    template = planned_batch(ingestion, Slice(1, None, None), 0, request.reason)
    rebuilt = rebuild_batches(batches, stored, ingestion.ledger, template)
    if rebuilt:
        append_rebuilt(ingestion.tables, rebuilt)
    return rebuilt or _rebuilt_before(request, batches)


def _rebuilt_before(request: RepairRequest, batches: list[Batch]) -> list[Batch]:
    """The batches that an earlier run has written again for the same reason; later ones are not its work."""
    begins_so = bool(batches) and batches[0].reason == request.reason
    return [row for row in batches if row.reason == request.reason] if begins_so else []
