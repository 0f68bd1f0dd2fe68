"""The refresh with its real tables: what they say of each document, and how many commits a run needs."""

from retraining.adapters.tables.index_documents import DOCUMENTS, RUNS, IndexLedger
from retraining.records.search import IndexRun


def commits(tables):
    return sum(tables.spark.sql(f"DESCRIBE HISTORY {tables.name(name)}").count() for name in (DOCUMENTS, RUNS))


def test_tables_say_what_became_of_every_document(places, tables):
    places.ledger = IndexLedger(tables, "pages")
    for name in ("kept.txt", "changed.txt", "deleted.txt"):
        places.write(name, name)
    places.refresh()
    places.write("changed.txt", "other")
    (places.folder / "deleted.txt").unlink()
    before = commits(tables)

    report = places.refresh()

    states = {row.path: row.state for row in places.ledger.newest()}
    assert states == {"changed.txt": "INDEXED", "deleted.txt": "GONE", "kept.txt": "INDEXED"}
    assert set(places.copies) == {"docs/kept.txt", "docs/changed.txt"}
    assert report.run in tables.records(RUNS, IndexRun, index="pages")
    assert commits(tables) - before <= 12


def test_a_run_without_changes_makes_two_commits(places, tables):
    places.ledger = IndexLedger(tables, "pages")
    places.write("a.txt")
    places.refresh()
    before = commits(tables)

    report = places.refresh()

    assert (report.run.copied, commits(tables) - before) == (0, 2)
