"""Labels of a table of their own: each reaches its row, whichever comes first, and nothing is counted twice."""

import pytest
from tests.loop import days, toy_spec

from retraining.adapters.tables.batches import read_batches

NINE, TEN, ELEVEN, TWELVE = (f"2013-01-31 {hour:02d}:00" for hour in (9, 10, 11, 12))
COLUMNS = "id string, at timestamp, x double"
LABELS = {"table": "toy_said", "column": "y", "ledger_column": "said_at"}


def labels_spec_of(source=None, labels=None, **more):
    own = {"table": "toy_source", "ledger_column": "at", "keys": ["id"], **(source or {})}
    return toy_spec(
        source=own, columns={"label": "y", "numeric": ["x"], "labels": {**LABELS, **(labels or {})}}, **more
    )


@pytest.fixture
def begun(loop):
    """Two rows that wait for their label; a table of labels without a row."""
    loop.spec = labels_spec_of()
    loop.source_has([("a", NINE, 1.0), ("b", TEN, 2.0)], COLUMNS)
    loop.labels_have([])
    loop.ingest()
    return loop


def counts(report):
    return (report.read, report.accepted, report.quarantined, report.already_present, report.relabelled)


def test_a_label_that_comes_after_its_row_is_an_update_of_the_row(begun):
    begun.labels_have([("a", TEN, 5.0)])

    report = begun.ingest()

    assert begun.accepted("y") == {"a": 5.0, "b": None}
    assert begun.accepted("x") == {"a": 1.0, "b": 2.0}
    assert counts(report) == (1, 0, 0, 1, 1)  # the tied row is read again
    assert (report.late, report.older, report.watermark) == (0, 0, "2013-01-31T10:00:00.000000Z")
    assert (report.labels.accepted, report.labels.watermark) == (1, "2013-01-31T10:00:00.000000Z")
    assert counts(begun.ingest()) == (0, 0, 0, 0, 0)
    begun.source_has([("c", TEN, 3.0), ("a", ELEVEN, 4.0)], COLUMNS)
    assert counts(begun.ingest()) == (3, 2, 0, 1, 0)
    assert begun.accepted("y") == {"a": 5.0, "b": None, "c": None}
