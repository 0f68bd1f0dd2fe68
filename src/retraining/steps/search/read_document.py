"""A document's content: its hash, and the stream that is copied, without more of it in memory than a block."""

import hashlib
import io
from collections.abc import Callable
from dataclasses import dataclass

from retraining.adapters.search.places import DocumentSource, Readable

MOST_IN_MEMORY = 4 * 1024 * 1024
"""Bytes of a document that is read once and kept; a longer one is read twice."""
MOST_PREPARED = 100 * 1024 * 1024
"""Bytes of a document that a function may make ready."""

_PART = 1024 * 1024
_TIMES = 3

Prepare = Callable[[str, bytes], bytes]


class DocumentError(Exception):
    """One document cannot be copied. The others can."""


@dataclass(frozen=True)
class Content:
    """What was read of a document."""

    hash: str
    """SHA-256 of all of it."""
    whole: bytes | None
    """The content itself, where it is short."""


def read_content(source: DocumentSource, path: str, keep: int = MOST_IN_MEMORY) -> Content:
    """Reads a document once. keep: bytes up to which its content is kept."""
    digest = hashlib.sha256()
    kept: list[bytes] | None = []
    size = 0
    with source.open(path) as content:
        while part := content.read(_PART):
            digest.update(part)
            size += len(part)
            kept = None if kept is None or size > keep else [*kept, part]
    return Content(digest.hexdigest(), None if kept is None else b"".join(kept))


def prepared(prepare: Prepare, path: str, content: Content) -> bytes:
    """What a function makes of a document. Raises DocumentError where it fails, or the document is too long for it."""
    if content.whole is None:
        raise DocumentError(f"has more than {MOST_PREPARED:,} bytes, too many for documents.prepare")
    try:
        made = prepare(path, content.whole)
    except Exception as err:  # whatever the user's function raises
        raise DocumentError(f"documents.prepare failed with {type(err).__name__}") from err
    if not isinstance(made, bytes):
        raise DocumentError(f"documents.prepare returned {type(made).__name__}, expected bytes")
    return made


def with_same_content(source: DocumentSource, path: str, content: Content, use: Callable[[Readable, str], None]) -> str:
    """Passes the content of a document to use, with its hash, and returns the hash of what use has read.

    A long document is read again for it. If it was changed in between, use is called again with the newer content.
    Raises DocumentError when it changes every time.
    """
    for _ in range(_TIMES):
        if content.whole is not None:
            use(io.BytesIO(content.whole), content.hash)
            return content.hash
        with source.open(path) as stream:
            reader = HashingReader(stream)
            use(reader, content.hash)
        if reader.hash == content.hash:
            return content.hash
        content = read_content(source, path)
    raise DocumentError("changes while it is copied")


class HashingReader:
    """A stream that knows the hash of what was read from it."""

    def __init__(self, stream: Readable) -> None:
        """stream: is read once, from where it is to its end."""
        self._stream = stream
        self._digest = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        part = self._stream.read(size)
        self._digest.update(part)
        return part

    @property
    def hash(self) -> str:
        """SHA-256 of all bytes so far."""
        return self._digest.hexdigest()
