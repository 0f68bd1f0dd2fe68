"""A container of Azure Blob Storage: where copies go, or where documents come from."""

import mimetypes
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from typing import Any

from retraining.adapters.search.azure_calls import storage_options, talking_to
from retraining.adapters.search.places import Readable
from retraining.errors import SearchError, SourceError
from retraining.records.search import Copy, IndexDocument, SourceDocument
from retraining.rules.search.document_names import DELETED, DELETED_VALUE, blob_name, metadata
from retraining.spec.index_spec import BlobsSection

_BLOCK = 4 * 1024 * 1024
"""Bytes of a document in memory, whatever its size; a copy runs in several threads."""

_OF_ONE_DOCUMENT = (400, 413)
"""Statuses that refuse a name or a size, and say nothing of other documents."""


def open_container(section: BlobsSection, credential: Any) -> Any:
    """The SDK's client of a container. credential: a connection string, or what the SDK takes as one."""
    from azure.storage.blob import ContainerClient

    blocks = {"max_single_put_size": _BLOCK, "max_block_size": _BLOCK, "max_chunk_get_size": _BLOCK}
    options = {**storage_options(), **blocks}
    if isinstance(credential, str) and "=" in credential and ";" in credential:
        return ContainerClient.from_connection_string(credential, section.container, **options)
    return ContainerClient(section.account, section.container, credential=credential, **options)


class BlobStore:
    """The copies of one index, below a prefix of a container."""

    def __init__(self, section: BlobsSection, client: Any) -> None:
        """client: the SDK's, of the container."""
        self._section = section
        self._client = client

    def put(self, path: str, content: Readable, content_hash: str) -> Copy:
        """Writes a copy in blocks, with its key, path and hash as metadata; its type is that of the name's ending.
        Raises OSError where the container takes others, but not this one."""
        from azure.core.exceptions import HttpResponseError
        from azure.storage.blob import ContentSettings

        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        options = {"overwrite": True, "metadata": metadata(path, content_hash)}
        with talking_to(self._named):
            blob = self._client.get_blob_client(blob_name(self._section.prefix, path))
            try:
                answer = blob.upload_blob(content, content_settings=ContentSettings(content_type=kind), **options)
            except HttpResponseError as err:
                if err.status_code not in _OF_ONE_DOCUMENT:
                    raise
                raise OSError(err.status_code, f"the container refuses it with status {err.status_code}") from err
        return Copy(answer["etag"], answer["last_modified"])

    def mark(self, row: IndexDocument) -> Copy | None:
        """Marks a copy as deleted. The other metadata stays: the indexer finds the entry by it."""
        from azure.core.exceptions import ResourceNotFoundError

        marked = {**metadata(row.path, row.content_hash or ""), DELETED: DELETED_VALUE}
        with talking_to(self._named):
            try:
                answer = self._client.get_blob_client(row.blob).set_blob_metadata(marked)
            except ResourceNotFoundError as err:
                if getattr(err, "error_code", None) == "ContainerNotFound":
                    raise
                return None
        return Copy(answer["etag"], answer["last_modified"])

    def remove(self, row: IndexDocument) -> bool:
        """Removes a copy if it is the one that was marked, or is gone already."""
        from azure.core import MatchConditions
        from azure.core.exceptions import ResourceModifiedError, ResourceNotFoundError

        if row.etag is None:
            return True
        with talking_to(self._named):
            blob = self._client.get_blob_client(row.blob)
            try:
                blob.delete_blob(etag=row.etag, match_condition=MatchConditions.IfNotModified)
            except ResourceModifiedError:
                return not blob.exists()
            except ResourceNotFoundError as err:
                if getattr(err, "error_code", None) == "ContainerNotFound":
                    raise
        return True

    @property
    def _named(self) -> str:
        return f"container {self._section.container} of {self._section.account}"


class ContainerSource:
    """Documents that are in a container already."""

    def __init__(self, section: BlobsSection, client: Any) -> None:
        """client: the SDK's, of the container."""
        self._section = section
        self._client = client

    def list(self) -> Iterator[SourceDocument]:
        """All blobs below the prefix, in the service's order of names, which is that of paths."""
        prefix = self._section.prefix
        try:
            with talking_to(f"container {self._section.container} of {self._section.account}"):
                for each in self._client.list_blobs(name_starts_with=prefix or None):
                    if not each.name.endswith("/"):
                        yield SourceDocument(each.name.removeprefix(prefix), each.size, each.last_modified)
        except SearchError as err:
            raise SourceError(f"{err} Nothing was deleted because of it.") from err

    def open(self, path: str) -> AbstractContextManager[Readable]:
        """The content of a blob, read in blocks."""
        from azure.core.exceptions import ResourceNotFoundError

        with talking_to(f"container {self._section.container} of {self._section.account}"):
            try:
                stream = self._client.get_blob_client(f"{self._section.prefix}{path}").download_blob()
            except ResourceNotFoundError as err:
                raise FileNotFoundError(path) from err
        return closing(_BlobReader(stream))


class _BlobReader:
    """What the SDK downloads, with the methods of a file that are used here."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes."""
        return bytes(self._stream.read(size))

    def close(self) -> None:
        """Nothing is open."""
