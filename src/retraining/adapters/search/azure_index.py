"""An index of Azure AI Search, and the indexer that fills it from a container."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from retraining.adapters.search.azure_calls import (
    Sleep,
    is_worth_another_try,
    patiently,
    search_options,
    talking_to,
    without_values,
)
from retraining.errors import SearchError, SearchSetupError
from retraining.records.search import DocumentFault, IndexedEntry, IndexerRun, RunEnd
from retraining.rules.search.document_names import HASH, KEY
from retraining.rules.search.setup import Definition, Setup, differences, updated

_log = logging.getLogger(__name__)

POLL_SECONDS = 5.0
_REST_SECONDS = 1.2
"""Between the last copy and the indexer's start: the times of copies have whole seconds."""
_MOST_KEYS_ASKED = 200
"""Documents in one question, 65 characters each: a filter may be long, but not endless."""
_MOST_DELETED = 500
"""Entries in one request, which may hold 1,000."""
_TIMES = 4

_ENDS: Mapping[str, RunEnd] = {"success": "success", "inProgress": "running", "reset": "never"}


@dataclass(frozen=True)
class Waiting:
    """How a run waits. Tests pass another clock."""

    sleep: Sleep
    stopwatch: Callable[[], float]
    most_seconds: float
    poll_seconds: float = POLL_SECONDS


@dataclass(frozen=True)
class Clients:
    """The SDK's clients of one index."""

    indexes: Any
    indexers: Any
    documents: Any


def open_clients(endpoint: str, index: str, credential: Any) -> Clients:
    """Clients of a search service. credential: an admin key, or a token credential."""
    from azure.core.credentials import AzureKeyCredential
    from azure.search.documents import SearchClient
    from azure.search.documents.indexes import SearchIndexClient, SearchIndexerClient

    proof = AzureKeyCredential(credential) if isinstance(credential, str) else credential
    return Clients(
        SearchIndexClient(endpoint, proof, **search_options()),
        SearchIndexerClient(endpoint, proof, **search_options()),
        SearchClient(endpoint, index, proof, **search_options()),
    )


class AzureIndex:
    """One index with its data source and its indexer."""

    def __init__(self, clients: Clients, setup: Setup, waiting: Waiting) -> None:
        """setup: what the service should know of them."""
        self._clients = clients
        self._setup = setup
        self._waiting = waiting
        self._indexer = str(setup.indexer["name"])

    def set_up(self) -> Sequence[str]:
        """Makes what does not exist and changes what can be changed; the indexer last, which needs the others."""
        found = {key: each for key in _GET if (each := self._found(key)) is not None}
        wrong = [each for each in differences(self._setup, found) if each.is_fixed]
        if wrong:
            listed = "; ".join(f"{each.where} is {each.found!r}, expected {each.wanted!r}" for each in wrong)
            raise SearchSetupError(
                f"{listed}. Nothing was changed: documents in the index would be wrong. Correct the spec; or name "
                f"another index, indexer and data source in it."
            )

        written = updated(self._setup, found)
        for key in ("index", "data_source", "indexer"):
            if key in written:
                self._write(key, written[key])
        return [f"{key.replace('_', ' ')} {getattr(self._setup, key)['name']}" for key in written]

    def run(self) -> IndexerRun:
        """Starts the indexer after what was copied, and waits for the end of that run.

        A run that goes on already may have passed by what was copied, so it is waited for, and another one started.
        """
        began = self._waiting.stopwatch()
        self._waiting.sleep(_REST_SECONDS)
        before = self.last_run()
        while not self._started():
            self._pause(began)
            before = self.last_run()
        while True:
            now = self.last_run()
            if now.started != before.started and now.end not in ("running", "never"):
                return now
            _log.info("indexer %s: %s documents so far", self._indexer, f"{now.items:,}")
            self._pause(began)

    def last_run(self) -> IndexerRun:
        """What the service says of the newest run."""
        with self._talking():
            status = self._clients.indexers.get_indexer_status(self._indexer)
        return _run_of(status.last_result)

    def entries(self, document_keys: Sequence[str]) -> Iterator[IndexedEntry]:
        """Entries of some documents, in several questions."""
        for first in range(0, len(document_keys), _MOST_KEYS_ASKED):
            group = ",".join(document_keys[first : first + _MOST_KEYS_ASKED])
            with self._talking():
                yield from patiently(partial(self._ask, group), self._waiting.sleep)

    def delete(self, keys: Sequence[str]) -> None:
        """Takes entries out, and looks at the answer for each one: a request that succeeds may leave some."""
        for first in range(0, len(keys), _MOST_DELETED):
            left = list(keys[first : first + _MOST_DELETED])
            for time in range(_TIMES):
                left = self._delete_once(left)
                if not left:
                    break
                self._waiting.sleep(2.0**time)
            if left:
                raise SearchError(
                    f"index {self._setup.index['name']}: {len(left):,} entries were not deleted after {_TIMES} "
                    f"attempts. Their copies stay marked. Start the run again: it goes on from here."
                )

    def _started(self) -> bool:
        """Whether the indexer has been started; False where a run goes on already."""
        from azure.core.exceptions import ResourceExistsError

        with self._talking():
            try:
                patiently(lambda: self._clients.indexers.run_indexer(self._indexer), self._waiting.sleep)
            except ResourceExistsError:
                return False
        return True

    def _pause(self, began: float) -> None:
        if self._waiting.stopwatch() - began > self._waiting.most_seconds:
            raise SearchError(
                f"indexer {self._indexer} has not ended after {self._waiting.most_seconds:,.0f} s, which "
                f"`search.wait` in the spec allows. What was copied waits in the container. Start the run again "
                f"later: it confirms what the indexer has done by then."
            )
        self._waiting.sleep(self._waiting.poll_seconds)

    def _ask(self, group: str) -> list[IndexedEntry]:
        key = self._setup.index["fields"][0]["name"]
        found = self._clients.documents.search("*", filter=f"search.in({KEY}, '{group}')", select=[key, KEY, HASH])
        return [IndexedEntry(each[key], each[KEY], each.get(HASH) or "") for each in found]

    def _delete_once(self, keys: Sequence[str]) -> list[str]:
        """Keys that are worth another try. Raises SearchError for one that is not."""
        name = self._setup.index["fields"][0]["name"]
        with self._talking():
            answer = patiently(
                lambda: self._clients.documents.delete_documents([{name: key} for key in keys]), self._waiting.sleep
            )
        refused = [each for each in answer if not each.succeeded and each.status_code != 404]
        final = [each for each in refused if not is_worth_another_try(each.status_code) and each.status_code != 422]
        if final:
            raise SearchError(
                f"index {self._setup.index['name']} refused to delete {len(final):,} entries, the first with status "
                f"{final[0].status_code}. Their copies stay marked. Check the index; then start the run again."
            )
        return [each.key for each in refused]

    def _found(self, key: str) -> Definition | None:
        from azure.core.exceptions import ResourceNotFoundError

        client, get, _ = _GET[key]
        with self._talking():
            try:
                found = getattr(getattr(self._clients, client), get)(getattr(self._setup, key)["name"])
            except ResourceNotFoundError:
                return None
        return dict(found.as_dict())

    def _write(self, key: str, definition: Definition) -> None:
        client, _, write = _GET[key]
        with self._talking():
            getattr(getattr(self._clients, client), write)(definition)

    def _talking(self) -> Any:
        return talking_to(f"search service of index {self._setup.index['name']}")


_GET: Mapping[str, tuple[str, str, str]] = {
    "index": ("indexes", "get_index", "create_or_update_index"),
    "data_source": ("indexers", "get_data_source_connection", "create_or_update_data_source_connection"),
    "indexer": ("indexers", "get_indexer", "create_or_update_indexer"),
}
"""Of each definition: the client, how it is read, and how it is written."""


def _run_of(result: Any) -> IndexerRun:
    if result is None:
        return IndexerRun("never")
    errors = [
        DocumentFault(each.key or "", _text(each.status_code, each.error_message)) for each in result.errors or ()
    ]
    warnings = [DocumentFault(each.key or "", without_values(each.message), False) for each in result.warnings or ()]
    return IndexerRun(
        end=_ENDS.get(str(getattr(result.status, "value", result.status)), "failed"),
        started=result.start_time,
        ended=result.end_time,
        items=result.item_count or 0,
        failed_items=result.failed_item_count or 0,
        message=without_values(result.error_message or ""),
        faults=(*errors, *warnings),
    )


def _text(status: int | None, message: str | None) -> str:
    return f"status {status}: {without_values(message or 'no reason given')}"
