"""One search index, as its YAML file in specs/indexes describes it."""

import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, PlainSerializer, StringConstraints, model_validator

from retraining.spec.recipe_function import RecipeName
from retraining.spec.section import Length, Name, SecretName, Section, length_of
from retraining.spec.source_section import Folder

ENDPOINT_PATTERN = r"^https://[^\s@?#/]+[^\s@?#]*$|^http://(127\.0\.0\.1|localhost)(:[0-9]+)?(/[^\s@?#]*)?$"
CONTAINER_PATTERN = r"^[a-z0-9](-?[a-z0-9]){2,62}$"
SERVICE_NAME_PATTERN = r"^[a-z0-9](-?[a-z0-9]){1,59}$"
STORAGE_ID_PATTERN = r"^/subscriptions/[^\s;]+$"
FIELD_PATTERN = r"^[A-Za-z][A-Za-z0-9_]{0,127}$"

Endpoint = Annotated[str, StringConstraints(pattern=ENDPOINT_PATTERN)]
ServiceName = Annotated[str, StringConstraints(pattern=SERVICE_NAME_PATTERN)]
FieldName = Annotated[str, StringConstraints(pattern=FIELD_PATTERN)]
FieldType = Literal["text", "keyword", "whole_number", "number", "truth", "moment"]

OWN_FIELDS = ("id", "document_key", "document_hash", "path", "modified", "content")
"""Fields of every index that this product makes."""

_SHORTEST = timedelta(minutes=5)
_LONGEST = timedelta(days=1)


def _is_a_prefix(text: str) -> str:
    parts = text.strip("/").split("/")
    if text and (
        re.search(r"[\x00-\x1f\\]", text) or any(part in ("", ".", "..") for part in parts) or len(text) > 100
    ):
        raise ValueError(
            f"{text!r} is not a folder of a container. Write names with slashes between them, such as docs/"
        )
    return f"{text.strip('/')}/" if text else ""


def _is_an_interval(text: str) -> str:
    if not _SHORTEST <= length_of(text) <= _LONGEST:
        raise ValueError(f"`{text}` is not an interval of an indexer. Write 5 minutes to 24 hours")
    return text


def _no_own_field(fields: Mapping[str, str]) -> Mapping[str, str]:
    if wrong := sorted(set(fields) & set(OWN_FIELDS)):
        raise ValueError(f"`{wrong[0]}` is a field that every index has. Remove it")
    return MappingProxyType(dict(fields))


class BlobsSection(Section):
    """A folder of a container of Azure Blob Storage."""

    account: Endpoint
    """Address of the storage account, such as https://<account>.blob.core.windows.net."""
    container: Annotated[str, StringConstraints(pattern=CONTAINER_PATTERN)]
    """Name of the container. It must exist."""
    prefix: Annotated[str, AfterValidator(_is_a_prefix)] = ""
    """Folder inside the container; everything below it belongs to this index."""


class DocumentsSection(Section):
    """Where documents are, which of them belong into the index, and how they are made ready."""

    path: Folder | None = None
    """A folder, of a volume for example, with its subfolders. Links are not followed."""
    blobs: BlobsSection | None = None
    """Instead of path: a container."""
    include: tuple[str, ...] = ()
    """Patterns of paths below the folder, such as `*.html` or `guides/**`; without any, every document."""
    exclude: tuple[str, ...] = ()
    """Patterns of documents that never reach the index, whatever include says."""
    prepare: RecipeName | None = None
    """A function (path, content) -> content that makes the copy of a document, such as the text of a page. Documents
    above 100 MB are refused where there is one."""
    format: Literal["files", "json_array"] = "files"
    """files: an entry for each document. json_array: one for each element of the array that a document holds."""
    key: FieldName | None = None
    """Field of an element that names it, unlike all others of the index; for json_array."""
    fields: Annotated[Mapping[FieldName, FieldType], AfterValidator(_no_own_field), PlainSerializer(dict)] = Field(
        default_factory=dict, validate_default=True
    )
    """Fields of an element and their types; for json_array."""
    on_delete: Literal["remove", "keep"] = "remove"
    """remove: a document that leaves the source leaves the index. keep: it stays."""
    most_deleted: float = Field(0.5, gt=0, le=1)
    """Share of the documents that may leave in one run, so that an empty folder does not empty the index. Ten may
    always leave."""

    @model_validator(mode="after")
    def _one_place_and_one_format(self) -> "DocumentsSection":
        if (self.path is None) == (self.blobs is None):
            raise ValueError("documents are in a `path` or in `blobs`. Write one of them")
        if (self.format == "json_array") != (self.key is not None):
            raise ValueError("`key` belongs to format: json_array, which needs it. Write both or neither")
        if self.fields and self.format != "json_array":
            raise ValueError("`fields` belongs to format: json_array. Remove it")
        return self


class SearchSection(Section):
    """The index, and what fills it from the container."""

    endpoint: Endpoint
    """Address of the search service, such as https://<service>.search.windows.net."""
    index: ServiceName
    """Name of the index. It is made if it does not exist."""
    indexer: ServiceName | None = None
    """Name of the indexer. Default: that of the index."""
    data_source: ServiceName | None = None
    """Name of the indexer's data source. Default: that of the index."""
    storage_id: str | None = Field(None, pattern=STORAGE_ID_PATTERN)
    """Resource id of the storage account, when the search service reads it with its managed identity. Without it, it
    gets the secret of access.storage_key."""
    run: Literal["now", "by_schedule"] = "now"
    """now: each run starts the indexer when something has changed. by_schedule: the indexer starts by its own clock,
    and the next run confirms what it has done."""
    every: Annotated[Length, AfterValidator(_is_an_interval)] | None = None
    """The indexer's own clock, from 5 minutes to 24 hours; without it, only runs start it."""
    wait: Length = "1 hour"
    """How long a run waits for the indexer; then the next run goes on."""

    @model_validator(mode="after")
    def _somebody_starts_the_indexer(self) -> "SearchSection":
        if self.run == "by_schedule" and self.every is None:
            raise ValueError("run: by_schedule needs `every`, the clock that starts the indexer")
        return self


class AccessSection(Section):
    """Who reads and writes. Secrets are named, and never written here."""

    scope: SecretName | None = None
    """Secret scope that holds the keys."""
    storage_key: SecretName | None = None
    """Name of the secret with the connection string of the storage account."""
    search_key: SecretName | None = None
    """Name of the secret with an admin key of the search service."""
    service_credential: Name | None = None
    """Service credential of Unity Catalog that both are opened with where no secret is named."""

    @model_validator(mode="after")
    def _secrets_have_a_scope(self) -> "AccessSection":
        if (self.scope is None) != (self.storage_key is None and self.search_key is None):
            raise ValueError(
                "`scope` names where `storage_key` and `search_key` are. Write it with one of them or both"
            )
        return self


class IndexSpec(Section):
    """Which documents a search index holds, how they get there, and how they leave."""

    index: Name
    """The name of the index in tables and parameters, equal to the file's name without `.yml`."""
    documents: DocumentsSection
    """Where documents are, and which of them belong into the index."""
    copies: BlobsSection
    """Where the indexer reads them: the container that this product fills."""
    search: SearchSection
    """The index, and what fills it."""
    access: AccessSection = AccessSection()
    """The secrets, by name."""

    @model_validator(mode="after")
    def _copies_are_elsewhere(self) -> "IndexSpec":
        source = self.documents.blobs
        if source is not None:
            same = (source.account, source.container) == (self.copies.account, self.copies.container)
            near = source.prefix.startswith(self.copies.prefix) or self.copies.prefix.startswith(source.prefix)
            if same and near:
                raise ValueError("documents.blobs and copies overlap, so copies would be documents. Use another prefix")
        return self
