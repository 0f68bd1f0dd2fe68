"""What every step of a refresh is given: the spec of one index, the places it touches, its rows, and the run."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from retraining.adapters.search.places import DocumentIndex, DocumentSource, DocumentStore
from retraining.adapters.tables.index_documents import IndexLedger
from retraining.records.run import Run
from retraining.records.search import DocumentState, IndexDocument, SourceDocument
from retraining.spec.index_spec import IndexSpec

Item = TypeVar("Item")

CHUNK = 5_000
"""Documents in memory, and in one commit."""

PLAN = 1
COPY = 2
MARK = 3
CONFIRM = 4
"""The steps of a run, in the order of its rows of one document."""


@dataclass(frozen=True)
class IndexContext:
    """One index in one task of one run. Only open_index builds it."""

    spec: IndexSpec
    run: Run
    ledger: IndexLedger
    source: DocumentSource
    store: DocumentStore
    index: DocumentIndex
    prepare: Callable[[str, bytes], bytes] | None = None
    """The function that documents.prepare names."""

    @property
    def made_by(self) -> str:
        """Sha256 of what decides how a copy is made and where it goes: with another one, every copy is made again."""
        documents = self.spec.documents
        search = self.spec.search
        parts = [documents.prepare, documents.format, self.spec.copies.model_dump(), search.endpoint, search.index]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def new_row(self, seq: int, listed: SourceDocument, state: DocumentState, blob: str) -> IndexDocument:
        """The first row of a document in a run."""
        return IndexDocument(
            index=self.spec.index,
            path=listed.path,
            seq=seq,
            step=PLAN,
            state=state,
            size=listed.size,
            modified=listed.modified,
            content_hash=None,
            made_by=self.made_by,
            blob=blob,
            etag=None,
            copied_at=None,
            indexed_at=None,
            attempts=0,
            error=None,
            run_id=self.run.run_id,
            attempt_id=self.run.attempt_id,
            at=self.run.started_at,
        )


def in_chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """Lists of at most size items, in order."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def is_storable(path: str) -> bool:
    """Whether a path is a text at all: a disk may hold names that are not."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
