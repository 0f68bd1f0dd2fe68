"""A function for `source.prepare` that a test writes itself."""

import sys
from collections.abc import Callable
from types import ModuleType

import pytest
from pyspark.sql import DataFrame

Prepare = Callable[[DataFrame], object]


@pytest.fixture
def prepared_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[Prepare], None]:
    """Makes a function the one that specs call `recipes.toy.prepare`."""
    module = ModuleType("recipes.toy")
    monkeypatch.setitem(sys.modules, "recipes.toy", module)
    return lambda function: setattr(module, "prepare", function)
