"""Ask the index what it holds of the documents that were copied or marked, and finish what can be finished."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from retraining.adapters.search.azure_calls import AT_ONCE
from retraining.failpoints import hit
from retraining.records.search import IndexDocument, IndexedEntry, IndexerRun
from retraining.rules.search.confirm import Verdict, confirm, errors_by_document
from retraining.rules.search.document_names import document_key
from retraining.steps.search.index_context import CONFIRM, IndexContext, in_chunks


@dataclass(frozen=True)
class Confirmed:
    """What became of the documents that the indexer had to process."""

    indexed: int = 0
    gone: int = 0
    failed: int = 0
    waiting: int = 0


def confirm_documents(context: IndexContext, seq: int, run: IndexerRun) -> Confirmed:
    """Judges every document that is copied or marked, by this run or an earlier one; run is the indexer's newest.

    The second of two phases: a copy is removed only when the index holds no entry of it.
    """
    faults = errors_by_document(run.faults)
    found: Counter[str] = Counter()
    for chunk in in_chunks(context.ledger.newest(("COPIED", "MARKED"))):
        verdicts = _verdicts(context, chunk, run, faults)
        left_behind = _delete_stale(context, chunk, verdicts)
        to_remove = [
            row
            for row, verdict in zip(chunk, verdicts, strict=True)
            if verdict.state == "GONE" and row.path not in left_behind
        ]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            removed = dict(zip((row.path for row in to_remove), pool.map(context.store.remove, to_remove), strict=True))
        hit("refresh.after_remove")

        rows = [
            _row(context, seq, row, verdict, removed.get(row.path))
            for row, verdict in zip(chunk, verdicts, strict=True)
        ]
        new_rows = [replace(row, indexed_at=run.ended) if row.state == "INDEXED" else row for row in rows if row]
        if new_rows:
            context.ledger.append(new_rows)
        found.update(row.state if row else "waiting" for row in rows)
        hit("refresh.after_confirm")

    waiting = found["waiting"] + found["LEAVING"]
    return Confirmed(found["INDEXED"], found["GONE"], found["FAILED"], waiting)


def _verdicts(
    context: IndexContext, rows: Sequence[IndexDocument], run: IndexerRun, faults: Mapping[str, str]
) -> list[Verdict]:
    entries = _entries(context, rows)
    is_array = context.spec.documents.format == "json_array"
    return [confirm(row, entries[document_key(row.path)], run, faults, is_array) for row in rows]


def _entries(context: IndexContext, rows: Sequence[IndexDocument]) -> dict[str, list[IndexedEntry]]:
    found: dict[str, list[IndexedEntry]] = defaultdict(list)
    for each in context.index.entries([document_key(row.path) for row in rows]):
        found[each.document_key].append(each)
    return found


def _delete_stale(context: IndexContext, rows: Sequence[IndexDocument], verdicts: Sequence[Verdict]) -> set[str]:
    """Deletes entries that the indexer left behind, and returns the paths of deleted documents that still have some."""
    stale = [key for verdict in verdicts for key in verdict.stale_keys]
    if not stale:
        return set()
    context.index.delete(stale)
    leaving = [
        row for row, verdict in zip(rows, verdicts, strict=True) if verdict.state == "GONE" and verdict.stale_keys
    ]
    entries = _entries(context, leaving)
    return {row.path for row in leaving if entries[document_key(row.path)]}


def _row(
    context: IndexContext, seq: int, row: IndexDocument, verdict: Verdict, removed: bool | None
) -> IndexDocument | None:
    """The new row of a document; None where nothing is known yet."""
    base = replace(row, seq=seq, step=CONFIRM, **context.run.stamp)
    if verdict.state == "GONE":
        if removed is None:
            return None
        # Somebody wrote the copy after it was marked, so it has to be marked again.
        return replace(base, state="GONE" if removed else "LEAVING", error=None)
    if verdict.state == "INDEXED":
        return replace(base, state="INDEXED", attempts=0, error=None)
    if verdict.state == "FAILED":
        return replace(base, state="FAILED", attempts=row.attempts + 1, error=verdict.error)
    return None
