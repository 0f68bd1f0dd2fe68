"""A slice of a Delta source reads the files that can hold its rows, not the whole table."""

from tests.loop import days

from retraining.adapters.sources.delta_table import find_newest
from retraining.rules.ingest.ledger import Ledger


def test_a_slice_reads_the_files_whose_statistics_fit(loop):
    for day in range(1, 6):
        loop.source_has(days(day, day))
    pinned = find_newest(loop.tables.spark, loop.source)
    ledger = Ledger("at", "timestamp")
    lo, hi, valid_until = (ledger.from_text(f"2013-01-0{day}T00:00:00Z") for day in (3, 4, 9))

    found = pinned.slice(ledger, lo, hi, valid_until)

    assert len(pinned.rows.inputFiles()) >= 5
    assert len(found.inputFiles()) < len(pinned.rows.inputFiles())
    assert found.count() == 21  # the third day, and the first hour of the fourth
