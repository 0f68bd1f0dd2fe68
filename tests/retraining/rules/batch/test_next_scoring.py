"""What a scoring reads next: everything at first, then from the watermark on."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from retraining.records.scoring import BatchScoring
from retraining.rules.batch.next_scoring import Reading, Wanted, next_scoring, open_scoring
from retraining.rules.ingest.ledger import Ledger

NUMBERS = Ledger("n", "integer")
WANTED = Wanted("1", False, NUMBERS, 20, 0, True)


def scoring(seq, state="CLOSED", **changes):
    row = BatchScoring(
        batch="daily",
        seq=seq,
        state=state,
        model="toy",
        version="1",
        scope="new" if seq > 1 else "all",
        ledger_column="n",
        ledger_type="integer",
        lo=None,
        hi="10",
        run_id="1",
        attempt_id="a",
        at=datetime(2013, 6, 1, tzinfo=UTC),
    )
    return replace(row, **changes)


def test_the_first_scoring_reads_everything():
    assert next_scoring([], WANTED) == Reading("all", None, 20)


def test_the_next_one_begins_at_the_watermark_and_never_ends_below_it():
    assert next_scoring([scoring(1)], WANTED) == Reading("new", 10, 20)
    assert next_scoring([scoring(1)], replace(WANTED, newest=5)) == Reading("new", 10, 10)
    assert next_scoring([scoring(1)], replace(WANTED, lookback=3)) == Reading("new", 7, 20)


@pytest.mark.parametrize(
    "change",
    [{"ledger": Ledger("m", "integer")}, {"ledger": Ledger("n", "decimal")}, {"table_is_there": False}],
)
def test_another_ledger_or_a_dropped_table_begins_again(change):
    assert next_scoring([scoring(1)], replace(WANTED, **change)) == Reading("all", None, 20)


def test_without_a_ledger_every_scoring_reads_everything():
    assert next_scoring([scoring(1)], replace(WANTED, ledger=None, newest=None)) == Reading("all")


def test_another_version_reads_everything_again_only_where_the_spec_says_rescore():
    second = replace(WANTED, version="2")

    assert next_scoring([scoring(1)], second) == Reading("new", 10, 20)
    assert next_scoring([scoring(1)], replace(second, rescores=True)) == Reading("all", None, 20)


def test_rows_of_an_earlier_version_are_scored_again_when_the_spec_says_rescore_later():
    kept = [scoring(1), scoring(2, version="2")]
    again = replace(WANTED, version="2", rescores=True)

    assert next_scoring(kept, again).scope == "all"
    assert next_scoring([*kept, scoring(3, version="2", scope="all")], again).scope == "new"


def test_a_scoring_that_was_given_up_moves_no_watermark():
    rows = [scoring(1), scoring(2, "OPENED", hi="15"), scoring(2, "ABANDONED", hi="15")]

    assert open_scoring(rows) is None
    assert next_scoring(rows, WANTED) == Reading("new", 10, 20)


def test_a_killed_scoring_is_open_until_it_is_closed():
    opened = scoring(2, "OPENED")

    assert open_scoring([scoring(1), opened]) == opened
    assert open_scoring([scoring(1), opened, scoring(2)]) is None
