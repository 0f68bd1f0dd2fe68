"""The state of a search service: definitions, entries, and the runs of its indexers."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from local_workspace.search.indexer import (
    Entry,
    Result,
    Tracking,
    changed_blobs,
    entries_of,
    is_deleted,
    mapped,
    name_in_status,
    open_blobs,
)

KINDS = ("indexes", "datasources", "indexers")
_KEPT_RUNS = 50


class SearchService:
    """Everything that a service knows, in memory.

    refused: by a document's path, the error that the indexer reports instead of indexing it. undeletable: by an entry's
    key, the statuses that the next attempts to delete it get. seconds_a_run: how long a run takes at least.
    """

    def __init__(self) -> None:
        """An empty service."""
        self.definitions: dict[str, dict[str, Entry]] = {kind: {} for kind in KINDS}
        self.entries: dict[str, dict[str, Entry]] = {}
        self.refused: dict[str, str] = {}
        self.undeletable: dict[str, list[int]] = {}
        self.seconds_a_run = 0.0
        self.fail_runs: list[str] = []
        self._tracking: dict[str, Tracking] = {}
        self._runs: dict[str, list[Result]] = {}
        self._lock = threading.RLock()
        self._version = 0

    def write(self, kind: str, name: str, definition: Entry) -> bool:
        """Stores a definition; True where it is new. Secrets are kept, and never shown."""
        with self._lock:
            is_new = name not in self.definitions[kind]
            self._version += 1
            earlier = self.definitions[kind].get(name, {})
            if kind == "datasources" and not (definition.get("credentials") or {}).get("connectionString"):
                definition = {**definition, "credentials": earlier.get("credentials")}
            self.definitions[kind][name] = {**definition, "@odata.etag": f'"{self._version}"'}
            if kind == "indexes":
                self.entries.setdefault(name, {})
            return is_new

    def shown(self, kind: str, name: str) -> Entry | None:
        """A definition without its secrets; None where there is none."""
        with self._lock:
            found = self.definitions[kind].get(name)
            return {**found, "credentials": {"connectionString": None}} if found and kind == "datasources" else found

    def start(self, indexer: str) -> bool:
        """Starts a run in the background; False while one goes on."""
        with self._lock:
            runs = self._runs.setdefault(indexer, [])
            if runs and runs[-1].end == "inProgress":
                return False
            result = Result(datetime.now(UTC))
            runs.append(result)
            del runs[:-_KEPT_RUNS]
        threading.Thread(target=self._run, args=(indexer, result), daemon=True).start()
        return True

    def reset(self, indexer: str) -> None:
        """Forgets what an indexer has processed."""
        with self._lock:
            self._tracking.pop(indexer, None)

    def status(self, indexer: str) -> Entry:
        """The status of an indexer, its newest run first."""
        with self._lock:
            runs = [each.as_json() for each in reversed(self._runs.get(indexer, []))]
        limits = {"maxRunTime": "PT2H", "maxDocumentExtractionSize": 16777216}
        return {
            "name": indexer,
            "status": "running",
            "lastResult": runs[0] if runs else None,
            "executionHistory": runs,
            "limits": limits,
        }

    def search(self, index: str, condition: str | None) -> list[Entry]:
        """Entries that fit a filter. Raises ValueError for a filter that is not understood."""
        fits = _condition(condition)
        with self._lock:
            return [each for each in self.entries[index].values() if fits(each)]

    def change(self, index: str, actions: list[Entry]) -> list[Entry]:
        """Carries out a batch of actions, and says of each one what became of it."""
        key = self._key_of(index)
        return [self._change(index, key, dict(each)) for each in actions]

    def _change(self, index: str, key: str, action: Entry) -> Entry:
        kind = action.pop("@search.action", "upload")
        name = str(action[key])
        with self._lock:
            planned = self.undeletable.get(name) or []
            if kind == "delete" and planned:
                status = planned.pop(0)
                return {"key": name, "status": False, "errorMessage": "refused", "statusCode": status}
            if kind == "delete":
                self.entries[index].pop(name, None)
            else:
                self.entries[index][name] = {**self.entries[index].get(name, {}), **action}
        return {"key": name, "status": True, "errorMessage": None, "statusCode": 200}

    def _key_of(self, index: str) -> str:
        return str(next(field["name"] for field in self.definitions["indexes"][index]["fields"] if field.get("key")))

    def _run(self, indexer: str, result: Result) -> None:
        time.sleep(self.seconds_a_run)
        try:
            if self.fail_runs:
                raise RuntimeError(self.fail_runs.pop(0))
            self._process(self.definitions["indexers"][indexer], result)
            result.end = "success"
        except Exception as err:  # the status of a run that fails shows why
            result.message = f"{type(err).__name__}: {err}"
            result.end = "transientFailure"
        finally:
            result.ended = datetime.now(UTC)

    def _process(self, indexer: Mapping[str, Any], result: Result) -> None:
        data_source = self.definitions["datasources"][indexer["dataSourceName"]]
        tracking = self._tracking.setdefault(indexer["name"], Tracking())
        with open_blobs(data_source) as container:
            blobs = changed_blobs(container, data_source, tracking)
            for blob in blobs:
                address = f"{container.url}/{blob.name}"
                if is_deleted(blob, data_source):
                    self._forget(indexer, blob, address)
                else:
                    self._index(indexer, blob, container.download_blob(blob.name).readall(), address, result)
        tracking.remember(blobs)

    def _forget(self, indexer: Mapping[str, Any], blob: Any, address: str) -> None:
        """One entry goes, by the key that its metadata maps to; those of a JSON array stay, as at the service."""
        index = indexer["targetIndexName"]
        entry = mapped({**(blob.metadata or {}), "metadata_storage_path": address}, indexer)
        key = entry.get(self._key_of(index))
        with self._lock:
            self.entries[index].pop(str(key), None)

    def _index(self, indexer: Mapping[str, Any], blob: Any, content: bytes, address: str, result: Result) -> None:
        index = indexer["targetIndexName"]
        fields = {field["name"] for field in self.definitions["indexes"][index]["fields"]}
        key = self._key_of(index)
        result.processed += 1
        refusal = next((text for end, text in self.refused.items() if blob.name.endswith(end)), None)
        try:
            if refusal:
                raise ValueError(refusal)
            for entry in entries_of(blob, content, indexer, address):
                with self._lock:
                    self.entries[index][str(entry[key])] = {
                        name: value for name, value in entry.items() if name in fields
                    }
        except (ValueError, KeyError) as err:
            name = name_in_status(address, str((blob.metadata or {}).get("document_key", "")))
            error = {"key": name, "errorMessage": str(err), "statusCode": 400, "name": "DocumentExtraction"}
            result.errors.append({**error, "details": None, "documentationLink": None})


def _condition(text: str | None) -> Callable[[Entry], bool]:
    if not text:
        return lambda _: True
    among = re.fullmatch(r"search\.in\((\w+), '([^']*)'\)", text)
    if among:
        names = set(re.split(r"[ ,]", among.group(2)))
        return lambda entry: str(entry.get(among.group(1))) in names
    equal = re.fullmatch(r"(\w+) eq '([^']*)'", text)
    if equal:
        return lambda entry: str(entry.get(equal.group(1))) == equal.group(2)
    raise ValueError(f"filter {text!r} is not understood here")
