"""A ledger that counts has no newest days, so the default gate could never judge a candidate."""

import pytest
from tests.loop import toy_spec

from retraining.errors import SpecError


def test_a_run_that_could_never_train_fails_with_the_cure(loop):
    loop.spec = toy_spec(source={"table": "toy_source", "ledger_column": "n", "keys": ["id"]})
    loop.source_has([("a", 1, 1.0, 1.0)], "id string, n bigint, x double, y double")
    loop.ingest()

    with pytest.raises(SpecError, match=r"ledger `n` is of type integer.*gate: \{ holdout: reserved \}"):
        loop.check()
