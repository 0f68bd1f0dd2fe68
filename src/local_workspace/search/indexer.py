"""What an indexer does with the blobs of a container: find the changed ones, map their fields, take deleted ones
away."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

Entry = dict[str, Any]


@dataclass
class Tracking:
    """What an indexer remembers between its runs: the newest change it has seen, and the blobs of that second."""

    newest: datetime | None = None
    seen: set[str] = field(default_factory=set)

    def is_new(self, blob: Any) -> bool:
        """Whether a blob has changed since. A blob that came by a rename keeps its time, and is not seen."""
        if self.newest is None or blob.last_modified > self.newest:
            return True
        return bool(blob.last_modified == self.newest and _version(blob) not in self.seen)

    def remember(self, blobs: list[Any]) -> None:
        """Remembers what a run has processed."""
        for each in blobs:
            if self.newest is None or each.last_modified > self.newest:
                self.newest = each.last_modified
                self.seen = set()
            if each.last_modified == self.newest:
                self.seen.add(_version(each))


@dataclass
class Result:
    """One run, as the status of an indexer shows it."""

    started: datetime
    end: str = "inProgress"
    ended: datetime | None = None
    processed: int = 0
    errors: list[Entry] = field(default_factory=list)
    warnings: list[Entry] = field(default_factory=list)
    message: str | None = None

    def as_json(self) -> Entry:
        """As the service writes it."""
        return {
            "status": self.end,
            "errorMessage": self.message,
            "startTime": _text(self.started),
            "endTime": _text(self.ended) if self.ended else None,
            "itemsProcessed": self.processed,
            "itemsFailed": len(self.errors),
            "initialTrackingState": None,
            "finalTrackingState": None,
            "errors": self.errors,
            "warnings": self.warnings,
        }


def open_blobs(data_source: Mapping[str, Any]) -> Any:
    """The container of a data source, by its connection string."""
    from azure.storage.blob import ContainerClient

    connection = data_source["credentials"]["connectionString"]
    return ContainerClient.from_connection_string(connection, data_source["container"]["name"])


def changed_blobs(container: Any, data_source: Mapping[str, Any], tracking: Tracking) -> list[Any]:
    """Blobs that have changed since the last run, with their metadata."""
    prefix = data_source["container"].get("query")
    listed = container.list_blobs(name_starts_with=prefix, include=["metadata"])
    return [each for each in listed if tracking.is_new(each)]


def is_deleted(blob: Any, data_source: Mapping[str, Any]) -> bool:
    """Whether the deletion policy of a data source takes a blob for deleted; without a policy none is."""
    policy = data_source.get("dataDeletionDetectionPolicy") or {}
    marker = (blob.metadata or {}).get(policy.get("softDeleteColumnName", ""))
    return marker is not None and marker == policy.get("softDeleteMarkerValue")


def entries_of(blob: Any, content: bytes, indexer: Mapping[str, Any], address: str) -> Iterator[Entry]:
    """The entries that a blob becomes. Raises ValueError for what cannot be parsed."""
    columns: Entry = {
        **(blob.metadata or {}),
        "metadata_storage_path": address,
        "metadata_storage_last_modified": _text(blob.last_modified),
        "content": re.sub(r"<[^>]*>", " ", content.decode()).strip(),
    }
    mode = ((indexer.get("parameters") or {}).get("configuration") or {}).get("parsingMode", "default")
    if mode != "jsonArray":
        yield mapped(columns, indexer)
        return
    found = json.loads(content)
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise ValueError("not an array of objects")
    del columns["content"]
    for each in found:
        yield mapped({**columns, **each}, indexer)


def mapped(columns: Entry, indexer: Mapping[str, Any]) -> Entry:
    """Columns of a data source as fields of an index. A mapped column is not taken under its own name as well."""
    mappings = indexer.get("fieldMappings") or ()
    sources = {each["sourceFieldName"] for each in mappings}
    entry = {name: value for name, value in columns.items() if name not in sources}
    for each in mappings:
        if each["sourceFieldName"] in columns:
            function = (each.get("mappingFunction") or {}).get("name")
            value = columns[each["sourceFieldName"]]
            entry[each.get("targetFieldName") or each["sourceFieldName"]] = _FUNCTIONS[function](value)
    return entry


def name_in_status(address: str, key: str) -> str:
    """How the status of an indexer names a document."""
    return f"localId={quote(address, safe='')}&documentKey={quote(key, safe='')}"


def _encoded(value: Any) -> str:
    """Base64 as the service writes it by default: safe in addresses, with the number of the signs that it leaves
    out."""
    text = base64.urlsafe_b64encode(str(value).encode()).decode()
    return f"{text.rstrip('=')}{text.count('=')}"


_FUNCTIONS: dict[str | None, Callable[[Any], Any]] = {
    None: lambda value: value,
    "base64Encode": _encoded,
    "urlDecode": lambda value: unquote(str(value)),
}


def _version(blob: Any) -> str:
    return f"{blob.name} {blob.etag}"


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
