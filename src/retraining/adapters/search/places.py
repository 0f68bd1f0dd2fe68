"""What a refresh needs of the outside: where documents come from, where copies go, and what indexes them."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from retraining.records.search import Copy, IndexDocument, IndexedEntry, IndexerRun, SourceDocument


class Readable(Protocol):
    """What is read of a document, from its beginning to its end."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; empty at the end."""
        ...


class DocumentSource(Protocol):
    """Where documents come from. It is only read."""

    def list(self) -> Iterator[SourceDocument]:
        """All documents in the order of their paths, without reading one. Raises SourceError where a part of the
        source cannot be listed: what is not seen would be taken for deleted."""
        ...

    def open(self, path: str) -> AbstractContextManager[Readable]:
        """The content of a document, to be read once. Raises FileNotFoundError when it has left, OSError when it cannot
        be read."""
        ...


class DocumentStore(Protocol):
    """Where copies go, for an indexer to read."""

    def put(self, path: str, content: Readable, content_hash: str) -> Copy:
        """Writes the copy of a document over any earlier one, and takes a mark of deletion away."""
        ...

    def mark(self, row: IndexDocument) -> Copy | None:
        """Marks a copy as deleted, so that the indexer takes its entries away; None where there is no copy."""
        ...

    def remove(self, row: IndexDocument) -> bool:
        """Removes a marked copy; False where it has changed since it was marked, so that it stays."""
        ...


class DocumentIndex(Protocol):
    """What indexes the copies."""

    def set_up(self) -> Sequence[str]:
        """Makes what does not exist yet, and returns what was made or changed. Raises SearchSetupError for a
        difference that cannot be changed without wrong documents."""
        ...

    def run(self) -> IndexerRun:
        """Starts the indexer and waits until a run that began after this call has ended. Raises SearchError when it
        does not end in time."""
        ...

    def last_run(self) -> IndexerRun:
        """The newest run, without starting one."""
        ...

    def entries(self, document_keys: Sequence[str]) -> Iterator[IndexedEntry]:
        """All entries that the index holds of some documents."""
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Takes entries out of the index. Raises SearchError where one does not go."""
        ...
