"""Labels of a table of their own: each reaches its row, whichever comes first, and nothing is counted twice."""

from dataclasses import replace

import pytest
from tests.loop import COLUMNS, UNLABELLED, labelled_spec
from tests.retraining.adapters.sources.feed import FEED
from tests.retraining.adapters.sources.folder import put_csv, read_from_files

from retraining.adapters.tables.batches import read_batches
from retraining.errors import ContractError

pytestmark = pytest.mark.slow

NINE, TEN, ELEVEN, TWELVE = (f"2013-01-31 {hour:02d}:00" for hour in (9, 10, 11, 12))


@pytest.fixture
def begun(loop):
    """Two rows that wait for their label; a table of labels without a row."""
    loop.spec = labelled_spec()
    loop.source_has([("a", NINE, 1.0), ("b", TEN, 2.0)], UNLABELLED)
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
    begun.source_has([("c", TEN, 3.0), ("a", ELEVEN, 4.0)], UNLABELLED)
    assert counts(begun.ingest()) == (3, 2, 0, 1, 0)
    assert begun.accepted("y") == {"a": 5.0, "b": None, "c": None}


def test_labels_that_come_before_their_rows_wait_and_are_counted(begun):
    begun.labels_have([("c", TEN, 7.0), ("never", TEN, 8.0)])
    waiting = begun.ingest()
    begun.source_has([("c", ELEVEN, 3.0)], UNLABELLED)

    report = begun.ingest()

    assert (counts(waiting), waiting.labels_waiting) == ((1, 0, 0, 1, 0), 2)
    assert (counts(report), report.labels_waiting) == ((2, 1, 0, 1, 0), 1)
    assert begun.accepted("y")["c"] == 7.0
    assert begun.ingest().summary.endswith("; labels that wait for their row: 1")


@pytest.mark.slow
def test_a_corrected_label_is_an_update_again_and_an_equal_one_is_not(begun):
    begun.labels_have([("a", NINE, 5.0), ("b", NINE, 6.0)])
    begun.ingest()
    begun.labels_have([("a", TEN, 5.5), ("b", TEN, 6.0)])

    report = begun.ingest()

    assert (report.labels.accepted, report.relabelled) == (2, 1)
    assert begun.accepted("y") == {"a": 5.5, "b": 6.0}
    begun.source_has([("c", TEN, 1.0)], UNLABELLED)
    assert counts(begun.ingest()) == (2, 1, 0, 1, 0)


@pytest.mark.slow
def test_a_late_row_within_the_lookback_comes_with_the_label_that_is_there(loop):
    loop.spec = labelled_spec(
        source={"table": "toy_source", "ledger_column": "at", "keys": ["id"], "lookback": "2 hours"}
    )
    loop.source_has([("a", NINE, 1.0), ("b", TEN, 2.0)], UNLABELLED)
    loop.labels_have([("late", NINE, 7.0), ("a", NINE, 5.0)])
    loop.ingest()
    loop.labels_have([("b", TEN, 6.0)])
    loop.source_has([("late", NINE, 3.0)], UNLABELLED)

    report = loop.ingest()

    assert counts(report) == (3, 1, 0, 2, 1)
    assert (report.late, report.older) == (1, 0)
    assert loop.accepted("y") == {"a": 5.0, "b": 6.0, "late": 7.0}
    loop.source_has([("too late", "2013-01-31 07:00", 3.0)], UNLABELLED)
    again = loop.ingest()
    assert (counts(again), again.late, again.older) == ((3, 0, 0, 3, 0), 0, 1)


@pytest.mark.slow
def test_a_faulty_label_stays_out_with_its_reason_and_a_good_one_comes_in_later(begun):
    more_than_x = {"rule": "sql", "name": "more_than_x", "condition": "y > x"}
    begun.spec = labelled_spec(quality={"rules": [{"rule": "in_range", "column": "y", "max": 10}, more_than_x]})
    begun.labels_have([("a", TEN, None), ("b", TEN, 50.0), (None, TEN, 1.0), ("c", TEN, 1.0), ("c", TEN, 2.0)])
    begun.labels_have([("d", None, 1.0), ("e", "2113-01-31 10:00", 1.0), ("f", TEN, 1e308)])

    report = begun.ingest()

    assert (report.labels.accepted, report.labels.quarantined, report.relabelled) == (0, 8, 0)
    assert report.labels.reasons == (
        *("conflicting_duplicate", "id_not_null", "label_missing", "label_too_large", "ledger_in_future"),
        *("ledger_missing", "y_in_range"),
    )
    assert begun.accepted("y") == {"a": None, "b": None}
    begun.labels_have([("b", ELEVEN, 0.0)])
    refused = begun.ingest()
    assert (refused.relabelled, refused.quarantined, refused.reasons) == (0, 0, ("more_than_x",))
    begun.labels_have([("b", TWELVE, 5.0)])
    assert begun.ingest().relabelled == 1
    assert begun.accepted("y") == {"a": None, "b": 5.0}


@pytest.mark.slow
def test_a_row_and_its_label_of_one_batch_meet_whatever_version_is_current(begun):
    begun.labels_have([("a", TEN, 5.0), ("b", TEN, 6.0)])
    begun.source_has([("b", TEN, 9.0), ("a", ELEVEN, 4.0), ("c", ELEVEN, 1.0), ("c", ELEVEN, 2.0)], UNLABELLED)

    report = begun.ingest()

    assert (begun.accepted("x"), begun.accepted("y")) == ({"a": 4.0, "b": 9.0}, {"a": 5.0, "b": 6.0})
    assert (report.accepted, report.quarantined, report.already_present) == (2, 2, 1)
    assert begun.quarantined_keys() == ["c", "c"]


@pytest.mark.slow
def test_a_batch_made_by_labels_alone_passes_no_gate_of_rows_and_keeps_warnings_and_the_age_of_rows(loop):
    rules = [
        {"rule": "fresh", "column": "at", "within": "1 days"},
        {"rule": "in_range", "column": "x", "max": 1, "severity": "warn"},
    ]
    loop.spec = labelled_spec(quality={"rules": rules, "batch": {"min_rows": 2}})
    loop.source_has([("a", NINE, 1.0), ("b", TEN, 2.0)], UNLABELLED)
    loop.labels_have([])
    loop.ingest(as_of="2013-01-31T12:00")
    loop.labels_have([("b", TEN, 6.0)])

    report = loop.ingest(as_of="2013-03-01")

    assert (report.relabelled, report.warnings, report.held) == (1, (), ())
    assert (loop.accepted("y"), loop.accepted("_warnings")["b"]) == ({"a": None, "b": 6.0}, ["x_in_range"])
    assert [row.state for row in read_batches(loop.tables, "toy")] == ["COMMITTED"] * 2


@pytest.mark.slow
def test_rows_of_a_change_feed_get_their_labels_and_a_deleted_key_needs_none(loop):
    loop.spec = labelled_spec(source=FEED, gate={"holdout": "reserved"})
    properties = "TBLPROPERTIES (delta.enableChangeDataFeed = true)"
    loop.tables.spark.sql(f"CREATE TABLE {loop.source} ({UNLABELLED}) USING delta {properties}")
    insert = f"INSERT INTO {loop.source} VALUES ('{{}}', TIMESTAMP '{TEN}', 1D)"
    for key in ("a", "b"):
        loop.tables.spark.sql(insert.format(key))
    loop.labels_have([("a", TEN, 5.0)])
    loop.ingest()
    loop.tables.spark.sql(f"DELETE FROM {loop.source} WHERE id = 'a'")
    loop.labels_have([("a", ELEVEN, 5.5), ("b", ELEVEN, 6.0)])

    report = loop.ingest()
    loop.labels_have([("a", ELEVEN, 5.7)])
    of_the_deleted = loop.ingest()

    assert loop.accepted("y") == {"b": 6.0}
    assert (report.accepted, of_the_deleted.relabelled) == (1, 0)
    deletions = loop.tables.read("toy_observations").where("_deletes_key IS NOT NULL").select("id", "y").collect()
    assert [tuple(row) for row in deletions] == [("a", None)]


@pytest.mark.slow
def test_rows_of_files_get_their_labels(loop, tmp_path):
    read_from_files(loop, tmp_path / "in")
    schema = {"id": "string", "at": "timestamp", "x": "double"}
    loop.spec = labelled_spec(source={**loop.spec.source.model_dump(), "file_schema": schema})
    loop.landing = replace(loop.landing, schema=schema)
    put_csv(tmp_path / "in", "1.csv", [("a", TEN, 1.0), ("b", TEN, "much")], header="id,at,x")
    loop.labels_have([("b", TEN, 6.0)])
    loop.ingest()
    loop.labels_have([("a", TEN, 5.0)])

    report = loop.ingest()

    assert (report.relabelled, report.already_present, loop.accepted("y")) == (1, 2, {"a": 5.0})


@pytest.mark.parametrize(
    ("columns", "of_labels", "said"),
    [
        (COLUMNS, "id string, said_at timestamp, y double", "toy_source has a column `y`, which columns.labels fills"),
        (
            UNLABELLED,
            "id int, said_at timestamp, y double",
            "key `id` of toy_said is int, `id` of toy_source",
        ),
        (UNLABELLED, "id string, said_at timestamp, y string", "column `y` of toy_said is string, expected a number"),
    ],
)
def test_tables_that_do_not_fit_together_are_refused_before_a_row_is_planned(loop, columns, of_labels, said):
    loop.spec = labelled_spec()
    loop.source_has([], columns)
    loop.labels_have([], of_labels)

    with pytest.raises(ContractError, match=said):
        loop.ingest()
    assert "toy_observations" not in loop.written()
