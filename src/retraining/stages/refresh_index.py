"""Bring a search index in line with its documents: copy what changed, let the indexer run, and delete in two phases."""

import logging
from dataclasses import dataclass

from retraining.errors import DeletionHeldError, SearchError
from retraining.failpoints import hit
from retraining.records.search import IndexerRun, IndexRun
from retraining.steps.search.bring_documents import Brought, bring_documents
from retraining.steps.search.confirm_documents import Confirmed, confirm_documents
from retraining.steps.search.index_context import IndexContext
from retraining.steps.search.let_go import let_go

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class RefreshReport:
    """What a run did, and what it leaves to the next one."""

    run: IndexRun
    indexer: IndexerRun
    made: tuple[str, ...]
    """What was made or changed in the search service."""
    held: str | None = None
    """Why no document that left was deleted; None where nothing was held back."""

    @property
    def summary(self) -> str:
        """A few sentences for people. No value of a document is named."""
        run = self.run
        made = f"Made or changed: {', '.join(self.made)}. " if self.made else ""
        waiting = f" {run.waiting:,} wait for the indexer; the next run asks again." if run.waiting else ""
        failed = f" {run.failed:,} failed: see `error` in index_documents." if run.failed else ""
        return (
            f"{run.index}: {made}{run.listed:,} documents listed, {run.copied:,} copied, {run.touched:,} with the same "
            f"content, {run.indexed:,} indexed, {run.gone:,} gone.{failed}{waiting}"
        )

    def raise_if_failed(self) -> None:
        """Raises SearchError when the indexer's run failed as a whole, and DeletionHeldError when deletions were held
        back, so that the job fails."""
        if self.indexer.end == "failed":
            raise SearchError(
                f"the indexer's run failed: {self.indexer.message or 'no reason given'}. What was copied waits in the "
                f"container. Remove the cause; then start the run again: it goes on."
            )
        if self.held:
            raise DeletionHeldError(self.held)


def refresh_index(context: IndexContext, allow_deletions: bool = False) -> RefreshReport:
    """Carry out one run. A run that was killed or stopped anywhere is finished by the next one, with the same result.

    allow_deletions: whether more documents may leave than the spec allows. Raises SourceError, SearchError or
    SearchSetupError; what was copied and confirmed until then is stored. Raises ConcurrentRunError while another run of
    the same index begins.
    """
    seq = context.ledger.open_run(context.run)
    hit("refresh.after_open")
    made = tuple(context.index.set_up())
    brought = bring_documents(context, seq)
    leaving = let_go(context, seq, brought, allow_deletions)

    indexer, confirmed = _index(context, seq, brought.is_settled and not leaving.marked)
    row = _closed(context, seq, brought, confirmed)
    context.ledger.close_run(row)

    report = RefreshReport(row, indexer, made, leaving.held)
    _log.info(report.summary)
    return report


def _index(context: IndexContext, seq: int, is_settled: bool) -> tuple[IndexerRun, Confirmed]:
    """Lets the indexer process what waits for it, and confirms what it did. An index where nothing waits is left
    alone."""
    if is_settled:
        return IndexerRun("never"), Confirmed()
    indexer = context.index.run() if context.spec.search.run == "now" else context.index.last_run()
    hit("refresh.after_indexer")
    return indexer, confirm_documents(context, seq, indexer)


def _closed(context: IndexContext, seq: int, brought: Brought, confirmed: Confirmed) -> IndexRun:
    return IndexRun(
        index=context.spec.index,
        seq=seq,
        state="CLOSED",
        listed=brought.listed,
        copied=brought.copied,
        touched=brought.touched,
        indexed=confirmed.indexed,
        gone=confirmed.gone,
        failed=brought.failed + confirmed.failed,
        waiting=confirmed.waiting,
        **context.run.stamp,
    )
