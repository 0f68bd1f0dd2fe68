"""Rows of control tables come back in the order they were written, whatever the order of Delta's files."""

from dataclasses import fields, replace
from datetime import UTC, datetime

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.adapters.tables.tables import Fence, Tables
from retraining.records.promotion import Promotion

DECIDED = replace(
    Promotion(**dict.fromkeys((each.name for each in fields(Promotion)), None)),
    **{
        "model": "toy",
        "outcome": "PROMOTE",
        "batch_seq": 1,
        "reasons": (),
        "answers": (),
        "run_id": "r",
        "attempt_id": "a",
    },
    **{"seq": 1, "state": "DECIDED", "at": datetime(2026, 1, 1, tzinfo=UTC)},
)


def test_a_table_of_an_earlier_version_gets_the_column_of_who_decided(tables: Tables):
    tables.append_records("promotions", [DECIDED], Fence("test", "toy", 1))
    older = tables.read("promotions").drop("decided_by", "answers")
    older.write.format("delta").saveAsTable(tables.name("older"))

    tables.append_records("older", [replace(DECIDED, seq=2, decided_by="anna")], Fence("test", "toy", 2))

    rows = sorted(tables.records("older", Promotion), key=lambda row: row.seq)
    assert [(row.decided_by, row.answers) for row in rows] == [(None, ()), ("anna", ())]


def test_a_decision_comes_before_the_note_that_the_alias_follows_it(tables: Tables):
    written = [DECIDED, replace(DECIDED, state="APPLIED"), replace(DECIDED, seq=2)]
    # One file keeps the order of its rows; that of several files is nobody's promise.
    tables.append_records("promotions", written[::-1], Fence("test", "toy", 1))

    assert read_rows(tables, Promotion, "toy") == written
