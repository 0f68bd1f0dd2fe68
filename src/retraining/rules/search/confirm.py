"""What became of the documents that were copied or marked, from what the index holds and what the indexer said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from retraining.records.search import DocumentFault, IndexDocument, IndexedEntry, IndexerRun
from retraining.rules.search.document_names import document_key, named_in

NOT_THERE = "the indexer processed it and reported nothing, but the index does not hold it"


@dataclass(frozen=True)
class Verdict:
    """What becomes of one document."""

    state: Literal["INDEXED", "FAILED", "GONE", "COPIED", "MARKED"]
    """COPIED and MARKED: nothing is known yet, the next run asks again."""
    error: str | None = None
    stale_keys: tuple[str, ...] = field(default=())
    """Entries that have to leave the index by their keys, because the indexer leaves them behind: elements that a JSON
    array lost, and what is left of a document that was deleted."""


def confirm(
    row: IndexDocument, entries: Sequence[IndexedEntry], run: IndexerRun, faults: Mapping[str, str], is_array: bool
) -> Verdict:
    """The verdict on a document whose newest row is COPIED or MARKED.

    entries: what the index holds of it. faults: errors by document, of this run. is_array: it has an entry for each
    element of a JSON array, possibly none. A document counts as indexed only when its entries were made from exactly
    the content that was copied.
    """
    processed = run.end == "success" and was_processed(row.copied_at, run.started)
    if row.state == "MARKED":
        # What was planned and never copied has no mark that the indexer could see.
        may_go = processed or row.copied_at is None
        return Verdict("GONE", None, _keys(entries)) if may_go else Verdict("MARKED")

    error = _error_of(row, faults)
    if error is not None and _began_after(row.copied_at, run.started):
        return Verdict("FAILED", error)
    current = [each for each in entries if each.content_hash == row.content_hash]
    older = [each for each in entries if each.content_hash != row.content_hash]
    if current and (processed or not older):
        return Verdict("INDEXED", None, _keys(older))
    if not processed:
        return Verdict("COPIED")
    return Verdict("INDEXED", None, _keys(older)) if is_array else Verdict("FAILED", NOT_THERE)


def errors_by_document(faults: Iterable[DocumentFault]) -> dict[str, str]:
    """The first error of each document, under its key and under its blob's address."""
    found: dict[str, str] = {}
    for each in faults:
        if each.is_error:
            for name in named_in(each.key):
                found.setdefault(name, each.text)
    return found


def was_processed(copied_at: datetime | None, started: datetime | None) -> bool:
    """Whether an indexer's run surely began after a write to the container, whose times have whole seconds."""
    return copied_at is not None and started is not None and (started - copied_at).total_seconds() >= 1


def _began_after(copied_at: datetime | None, started: datetime | None) -> bool:
    return copied_at is not None and started is not None and started >= copied_at


def _error_of(row: IndexDocument, faults: Mapping[str, str]) -> str | None:
    by_key = faults.get(document_key(row.path))
    if by_key is not None:
        return by_key
    return next((text for name, text in faults.items() if name.endswith(f"/{row.blob}")), None)


def _keys(entries: Iterable[IndexedEntry]) -> tuple[str, ...]:
    return tuple(each.key for each in entries)
