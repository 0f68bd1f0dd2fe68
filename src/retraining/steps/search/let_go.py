"""Mark the copies of documents that have left the source, so that the indexer takes their entries away."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from retraining.adapters.search.azure_calls import AT_ONCE
from retraining.errors import SearchError
from retraining.failpoints import hit
from retraining.records.search import IndexDocument
from retraining.rules.search.compare import too_many_leave
from retraining.steps.search.bring_documents import Brought
from retraining.steps.search.index_context import MARK, IndexContext, in_chunks


@dataclass(frozen=True)
class Leaving:
    """What became of the documents that have left the source."""

    marked: int = 0
    held: str | None = None
    """Why none was marked, with the cure; None where nothing was held back."""


def let_go(context: IndexContext, seq: int, brought: Brought, allow_deletions: bool) -> Leaving:
    """Marks every copy that is planned to leave, also by an earlier run.

    The first of two phases: a blob that is removed before the indexer has seen its mark leaves its entries behind. All
    of them are held back when more leave than the spec allows; what was copied is indexed all the same.
    """
    leaving = sum(1 for _ in context.ledger.newest(("LEAVING",))) if brought.known else 0
    if not leaving:
        return Leaving()
    most = context.spec.documents.most_deleted
    if too_many_leave(leaving, brought.known, most) and not allow_deletions:
        return Leaving(
            held=f"index {context.spec.index}: {leaving:,} of {brought.known:,} documents are not in the source any "
            f"more, more than the share of {most:g} that documents.most_deleted allows. Nothing was deleted. Look "
            f"whether the source is complete. If they really left, start the run again with allow_deletions=true."
        )

    for chunk in in_chunks(context.ledger.newest(("LEAVING",))):
        _mark(context, seq, chunk)
        hit("refresh.after_mark")
    return Leaving(marked=leaving)


def _mark(context: IndexContext, seq: int, rows: list[IndexDocument]) -> None:
    """Marks in several threads, and stores what was marked, also when the container stops answering."""
    errors: list[SearchError] = []

    def work(row: IndexDocument) -> IndexDocument | None:
        if errors:
            return None
        try:
            mark = context.store.mark(row)
        except SearchError as err:
            errors.append(err)
            return None
        known = replace(row, seq=seq, step=MARK, state="MARKED", **context.run.stamp)
        return replace(known, etag=mark.etag, copied_at=mark.at) if mark else replace(known, etag=None)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        marked = [each for each in pool.map(work, rows) if each is not None]
    if marked:
        context.ledger.append(marked)
    if errors:
        raise errors[0]
