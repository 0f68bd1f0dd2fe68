"""Rows of a search index: the newest of each document, in the order of paths, whatever the order of commits."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from retraining.adapters.tables.index_documents import IndexLedger
from retraining.errors import ConcurrentRunError
from retraining.records.run import Run
from retraining.records.search import IndexDocument, IndexRun

AT = datetime(2026, 11, 29, 12, 0, 0, 123456, tzinfo=UTC)
ROW = IndexDocument(
    index="pages",
    path="a.txt",
    seq=1,
    step=1,
    state="PLANNED",
    size=3,
    modified=AT,
    content_hash=None,
    made_by="m",
    blob="docs/a.txt",
    etag=None,
    copied_at=None,
    indexed_at=None,
    attempts=0,
    error=None,
    run_id="r",
    attempt_id="t",
    at=AT,
)
RUN = Run("r", "t", "abc", AT, AT, lambda: 0.0)
OTHER = Run("r2", "t2", "abc", AT, AT, lambda: 0.0)


@pytest.fixture
def ledger(tables):
    return IndexLedger(tables, "pages")


def test_an_index_without_a_table_has_no_documents(ledger):
    assert list(ledger.newest()) == []


def test_the_newest_row_of_each_document_comes_back_exactly_and_in_order(ledger):
    paths = ["b.txt", "a/x.txt", "a.txt", "文書.txt", "🚀.txt", "Z.txt", "new\nline.txt"]
    planned = [replace(ROW, path=path) for path in paths]
    ledger.append(planned)
    copied = [replace(row, step=2, state="COPIED", content_hash="h", copied_at=AT) for row in planned]
    ledger.append(copied)
    ledger.append([replace(ROW, path="a.txt", seq=2, step=4, state="GONE", modified=None)])

    found = list(ledger.newest())

    assert [row.path for row in found] == sorted(paths)
    assert {row.path: row.state for row in found}["a.txt"] == "GONE"
    assert next(row for row in found if row.path == "🚀.txt") == replace(copied[4])
    assert [row.path for row in ledger.newest(("GONE",))] == ["a.txt"]


def test_indexes_do_not_see_each_other(ledger, tables):
    ledger.append([ROW])

    assert list(IndexLedger(tables, "other").newest()) == []


def test_runs_are_numbered_and_a_number_belongs_to_one_run(ledger, tables):
    assert [ledger.open_run(RUN), ledger.open_run(OTHER)] == [1, 2]
    closed = IndexRun(index="pages", seq=1, state="CLOSED", listed=3, **RUN.stamp)
    ledger.close_run(closed)

    assert closed in tables.records("index_runs", IndexRun, index="pages")
    with pytest.raises(ConcurrentRunError):
        ledger.close_run(replace(closed, attempt_id="another"))


def test_a_restored_table_of_runs_takes_the_same_number_again(ledger, tables):
    ledger.open_run(RUN)
    version = tables.spark.sql(f"DESCRIBE HISTORY {tables.name('index_runs')} LIMIT 1").first()["version"]
    ledger.open_run(OTHER)
    tables.spark.sql(f"RESTORE TABLE {tables.name('index_runs')} TO VERSION AS OF {version}")

    assert ledger.open_run(replace(OTHER, attempt_id="t3")) == 2
