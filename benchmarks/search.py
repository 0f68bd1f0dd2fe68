"""Refresh of a search index: 10,000 documents that did not change, and 1,000 of 100 kB that did, beside a plain upload
by the same SDK. Needs Azurite."""

import os
import tempfile
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from local_workspace.search.azurite import azurite
from retraining.adapters.search.azure_calls import AT_ONCE
from retraining.adapters.search.blob_container import BlobStore, open_container
from retraining.adapters.search.folder import FolderSource
from retraining.rules.search.compare import compare
from retraining.spec.index_spec import BlobsSection
from retraining.steps.search.read_document import read_content

UNCHANGED = 10_000
CHANGED = 1_000
SIZE = 100_000


def write(folder: Path, count: int, size: int) -> None:
    """Documents in a hundred folders."""
    for number in range(count):
        file = folder / f"{number % 100:02}" / f"{number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.urandom(size))


def seconds_of_list(folder: Path) -> float:
    """Listing a source, and walking beside an empty table."""
    began = time.perf_counter()
    assert sum(1 for _ in compare(FolderSource(str(folder)).list(), (), "", "remove")) == UNCHANGED
    return time.perf_counter() - began


def seconds_of_plain(folder: Path, client: Any) -> float:
    """The SDK alone, in as many threads."""
    files = sorted(file for file in folder.rglob("*.txt"))
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda file: client.upload_blob(file.name, file.read_bytes(), overwrite=True), files))
    return time.perf_counter() - began


def seconds_of_ours(folder: Path, store: BlobStore) -> float:
    """Reading, hashing and copying, as a run does."""
    source = FolderSource(str(folder))

    def copy(path: str) -> None:
        content = read_content(source, path)
        with source.open(path) as stream:
            store.put(path, stream, content.hash)

    paths = [each.path for each in source.list()]
    began = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(copy, paths))
    return time.perf_counter() - began


def main() -> None:
    """Prints both."""
    with tempfile.TemporaryDirectory() as name, azurite() as connection:
        many = Path(name, "many")
        write(many, UNCHANGED, 10)
        print(f"list and compare {UNCHANGED:,} documents: {seconds_of_list(many):.2f} s")

        changed = Path(name, "changed")
        write(changed, CHANGED, SIZE)
        section = BlobsSection(account="http://127.0.0.1", container=f"bench{uuid.uuid4().hex[:8]}", prefix="ours")
        client = open_container(section, connection)
        client.create_container()
        store = BlobStore(section, client)
        rounds = [(seconds_of_plain(changed, client), seconds_of_ours(changed, store)) for _ in range(3)]
        plain, ours = (min(each) for each in zip(*rounds, strict=True))
        print(
            f"copy {CHANGED:,} of {SIZE:,} bytes: plain {plain:.2f} s, ours {ours:.2f} s, {plain / ours:.0%} of plain"
        )
        client.close()


if __name__ == "__main__":
    main()
