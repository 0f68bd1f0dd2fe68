"""Azurite and a search service for the tests of the refresh of an index."""

import shutil

import pytest
from tests.search_places import make_places

from local_workspace.search.azurite import MISSING, azurite, find_azurite
from local_workspace.search.search_server import search_server

pytest.importorskip("azure.storage.blob", reason="the extra `search` is not installed: pip install -e '.[search]'")


@pytest.fixture(scope="session")
def storage():
    """The connection string of an Azurite."""
    if find_azurite() is None:
        pytest.skip(f"{MISSING} (node: {shutil.which('node')})")
    with azurite() as connection:
        yield connection


@pytest.fixture
def server():
    with search_server() as running:
        yield running


@pytest.fixture
def places(tmp_path, storage, server):
    folder = tmp_path / "source"
    folder.mkdir()
    made = make_places(folder, storage, server)
    yield made
    made.close()
