"""What is known of a search index's documents: the rows of `index_documents` and `index_runs`, and what is read of a
source, of a container and of a search service."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from retraining.records.run import Stamped

DocumentState = Literal["PLANNED", "COPIED", "INDEXED", "FAILED", "LEAVING", "MARKED", "GONE"]
RunState = Literal["OPENED", "CLOSED"]
RunEnd = Literal["success", "failed", "running", "never"]


@dataclass(frozen=True)
class SourceDocument:
    """A document as its source lists it. Nothing of its content was read."""

    path: str
    """Below the folder, with slashes."""
    size: int
    """In bytes."""
    modified: datetime
    """When it was last changed, in UTC."""


@dataclass(frozen=True)
class IndexDocument(Stamped):
    """One row for each step of a document's way into an index and out of it. The newest row of a path counts: the one
    with the greatest seq, and in it the greatest step."""

    index: str
    """Name of the index, as its spec has it."""
    path: str
    """The document, below the folder of its source."""
    seq: int
    """Number of the run of its index, from 1."""
    step: int
    """Order of the rows of one run."""
    state: DocumentState
    """PLANNED before it is copied, COPIED when the container holds it, INDEXED when the index holds exactly this
    content, FAILED when the indexer refused it, LEAVING before its copy is marked as deleted, MARKED after it, GONE
    when neither index nor container holds it."""
    size: int
    """In bytes, as the source listed it."""
    modified: datetime | None
    """When the source says that it was last changed."""
    content_hash: str | None
    """SHA-256 of the source's content; null until it was read."""
    made_by: str
    """The function of documents.prepare that its copy was made by; empty without one."""
    blob: str
    """Name of the copy in the container."""
    etag: str | None
    """Version of the copy, so that only this one is removed."""
    copied_at: datetime | None
    """When the container received the copy or the mark, by its own clock."""
    indexed_at: datetime | None
    """End of the indexer's run that brought the content into the index."""
    attempts: int
    """How many of its copies in a row the indexer has refused."""
    error: str | None
    """Why it is not indexed; without values of the document."""


@dataclass(frozen=True)
class IndexRun(Stamped):
    """Two rows a run: OPENED before anything is looked at, CLOSED when source, container and index agree or everything
    that does not is known. A run without CLOSED was killed or stopped, and the next one goes on from where it was."""

    index: str
    """Name of the index."""
    seq: int
    """Number of the run, from 1."""
    state: RunState
    """The step that this row records."""
    listed: int = 0
    """Documents of the source, after the patterns."""
    copied: int = 0
    """Copied because they are new, changed, or were refused before."""
    touched: int = 0
    """Changed in size or time, but not in content."""
    indexed: int = 0
    """Documents whose content the index holds since this run."""
    gone: int = 0
    """Documents that left index and container."""
    failed: int = 0
    """Documents that could not be read, copied or indexed."""
    waiting: int = 0
    """Documents that the indexer has still to process, or the index to let go."""


@dataclass(frozen=True)
class Copy:
    """What a container answered to a write."""

    etag: str
    """Version of the blob."""
    at: datetime
    """By the container's clock."""


@dataclass(frozen=True)
class DocumentFault:
    """What an indexer says of one document. An error keeps the document out of the index, a warning does not."""

    key: str
    """As the service names the document; empty where it names none."""
    text: str
    """The first words, without values of the document."""
    is_error: bool = True
    """False for a warning."""


@dataclass(frozen=True)
class IndexerRun:
    """The newest run of an indexer."""

    end: RunEnd
    """success, failed, running, or never where the indexer has not run."""
    started: datetime | None = None
    """By the service's clock."""
    ended: datetime | None = None
    """By the service's clock."""
    items: int = 0
    """Documents processed."""
    failed_items: int = 0
    """Documents refused."""
    message: str = ""
    """Why the run failed, without values of a document."""
    faults: tuple[DocumentFault, ...] = ()
    """Errors and warnings of documents, as many as the service keeps."""


@dataclass(frozen=True)
class IndexedEntry:
    """One entry of an index: a document, or an element of a JSON array."""

    key: str
    """The index's key."""
    document_key: str
    """Which document it came from."""
    content_hash: str
    """Of the content that it was made from."""
