"""A folder, a container of a real Azurite, a search service that keeps the contract, and the rows of an index."""

import os
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from local_workspace.search.azurite import ACCOUNT
from retraining.adapters.search.azure_index import AzureIndex, Waiting, open_clients
from retraining.adapters.search.blob_container import BlobStore, open_container
from retraining.adapters.search.folder import FolderSource
from retraining.errors import ConcurrentRunError
from retraining.records.run import Run
from retraining.records.search import IndexRun
from retraining.rules.search.document_names import blob_name, document_key
from retraining.rules.search.setup import setup_of
from retraining.spec.index_spec import IndexSpec
from retraining.stages.refresh_index import refresh_index
from retraining.steps.search.index_context import IndexContext

PREFIX = "docs/"


@dataclass
class MemoryLedger:
    """The rows of an index in a list: what index_documents keeps, with the same answers."""

    rows: list = field(default_factory=list)
    runs: list = field(default_factory=list)

    def open_run(self, run):
        seq = max((row.seq for row in self.runs), default=0) + 1
        self.runs.append(IndexRun(index="pages", seq=seq, state="OPENED", **run.stamp))
        return seq

    def close_run(self, row):
        if any((each.seq, each.state) == (row.seq, row.state) for each in self.runs):
            raise ConcurrentRunError("taken")
        self.runs.append(row)

    def newest(self, states=()):
        newest = {}
        for row in self.rows:
            known = newest.get(row.path)
            if known is None or (row.seq, row.step) >= (known.seq, known.step):
                newest[row.path] = row
        return iter([newest[path] for path in sorted(newest) if not states or newest[path].state in states])

    def append(self, rows):
        self.rows.extend(rows)

    @property
    def states(self):
        return {row.path: row.state for row in self.newest()}


class CountingSource(FolderSource):
    """A folder that counts how often it is listed and which documents are opened."""

    def __init__(self, folder):
        super().__init__(folder)
        self.listings = 0
        self.opened = Counter()

    def list(self):
        self.listings += 1
        return super().list()

    def open(self, path):
        self.opened[path] += 1
        return super().open(path)


@dataclass
class Places:
    """One index with everything around it."""

    folder: Path
    connection: str
    server: object
    spec: IndexSpec
    ledger: MemoryLedger = field(default_factory=MemoryLedger)
    prepare: object = None
    most_seconds: float = 20.0
    sleep: object = time.sleep

    def __post_init__(self):
        self.container = open_container(self.spec.copies, self.connection)
        self.container.create_container()
        self.source = CountingSource(str(self.folder))
        self.clients = open_clients(self.spec.search.endpoint, self.spec.search.index, self.server.key)

    @property
    def context(self):
        now = datetime.now(UTC)
        run = Run(uuid.uuid4().hex, uuid.uuid4().hex, "abc", now, now, time.perf_counter)
        waiting = Waiting(self.sleep, time.monotonic, self.most_seconds, poll_seconds=0.05)
        index = AzureIndex(self.clients, setup_of(self.spec, self.connection), waiting)
        store = BlobStore(self.spec.copies, self.container)
        return IndexContext(self.spec, run, self.ledger, self.source, store, index, self.prepare)

    def refresh(self, **said):
        return refresh_index(self.context, **said)

    def write(self, path, content=b"text"):
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    @property
    def files(self):
        """Content by path, of the source."""
        found = [Path(folder, name) for folder, _, names in os.walk(self.folder) for name in names]
        return {file.relative_to(self.folder).as_posix(): file.read_bytes() for file in found}

    @property
    def copies(self):
        """Content by blob, of the container."""
        names = [each.name for each in self.container.list_blobs()]
        return {name: self.container.download_blob(name).readall() for name in names}

    @property
    def entries(self):
        """All entries of the index by key."""
        return self.server.service.entries.get(self.spec.search.index, {})

    def check_all_agree(self):
        """Container and index hold exactly what the source holds."""
        files = self.files
        assert self.copies == {blob_name(PREFIX, path): content for path, content in files.items()}
        assert set(self.entries) == {document_key(path) for path in files}
        states = {path: state for path, state in self.ledger.states.items() if state != "GONE"}
        assert states == dict.fromkeys(files, "INDEXED")

    def close(self):
        self.container.close()
        for client in (self.clients.indexes, self.clients.indexers, self.clients.documents):
            client.close()


def make_places(folder, connection, server, **changed):
    """An index of a folder. changed: sections of the spec, merged over the usual ones."""
    name = f"pages-{uuid.uuid4().hex[:8]}"
    address = next(part for part in connection.split(";") if part.startswith("BlobEndpoint=")).partition("=")[2]
    assert address.endswith(ACCOUNT)
    usual = {
        "documents": {"path": str(folder)},
        "copies": {"account": address, "container": name, "prefix": PREFIX},
        "search": {"endpoint": server.address, "index": name},
    }
    spec = {key: {**section, **changed.pop(key, {})} for key, section in usual.items()}
    return Places(folder, connection, server, IndexSpec.model_validate({"index": "pages", **spec}), **changed)


def with_spec(places, **sections):
    """The same index with another spec."""
    content = places.spec.model_dump()
    merged = {key: {**content[key], **section} for key, section in sections.items()}
    places.spec = IndexSpec.model_validate({**content, **merged})
    return places
