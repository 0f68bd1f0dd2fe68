"""The repository's own bundle, and a toy to break."""

from pathlib import Path

import pytest

from .reading import Bundle
from .toy import Toy

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def bundle():
    found = Bundle(ROOT, more=["resources/events/*.yml"])
    assert len(found.files) > 1, "no resources/*.yml was found"
    assert found.tasks()
    return found


@pytest.fixture
def toy(tmp_path):
    """A small valid bundle in a temporary folder."""
    return Toy(tmp_path)
