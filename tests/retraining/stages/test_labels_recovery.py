"""Labels of a table of their own through kills, repairs and held batches: every label reaches its row once."""

from contextlib import suppress
from dataclasses import replace

import pytest
from tests.loop import UNLABELLED, KilledError, labelled_spec

from retraining.adapters.tables.batches import read_batches
from retraining.errors import HeldBatchError, IngestError, SourceError
from retraining.requests.repair import RepairRequest
from retraining.stages import ingest as stage
from retraining.stages.repair import repair

pytestmark = pytest.mark.slow

NINE, TEN, ELEVEN = (f"2013-01-31 {hour:02d}:00" for hour in (9, 10, 11))


@pytest.fixture
def begun(loop):
    """Two rows, of which one has its label."""
    loop.spec = labelled_spec()
    loop.source_has([("a", NINE, 1.0), ("b", TEN, 2.0)], UNLABELLED)
    loop.labels_have([("a", NINE, 5.0)])
    loop.ingest()
    return loop


def ask(loop, action, **said):
    loop.start_run()
    request = RepairRequest(action, "It was asked for.", **said)
    return repair(loop.context, loop.source, request)


def kill_at(loop, monkeypatch, point, times):
    """A run that dies when it passes a point for the first time (labels) or the second (rows)."""
    passed = []

    def dies(place):
        passed.append(place)
        if passed.count(point) == times:
            raise KilledError

    with monkeypatch.context() as patched, suppress(KilledError):
        patched.setattr(stage, "hit", dies)
        loop.ingest()
    assert passed[-1] == point


def known(loop, source="toy"):
    return [(row.batch_seq, row.state, row.labels_through) for row in read_batches(loop.tables, source)]


def stored(loop):
    """Every stored row: who, its label, in which batch, and of which batch it repeats a row."""
    rows = loop.tables.read("toy_observations").select("id", "y", "_batch_seq", "_relabels_batch").collect()
    return sorted((tuple(row) for row in rows), key=str)


@pytest.mark.parametrize(
    ("point", "times"),
    [
        ("ingest.after_write", 1),
        ("ingest.after_close", 1),
        ("ingest.after_plan", 2),
        ("ingest.after_write", 2),
    ],
    ids=["labels stored", "labels closed", "rows planned", "rows stored"],
)
def test_a_run_killed_anywhere_and_a_rerun_end_where_an_unkilled_run_ends(begun, monkeypatch, point, times):
    begun.labels_have([("b", TEN, 6.0), ("c", TEN, 7.0)])
    begun.source_has([("c", ELEVEN, 3.0)], UNLABELLED)

    kill_at(begun, monkeypatch, point, times)
    begun.ingest()

    assert known(begun, "toy_labels") == [(1, "COMMITTED", None), (2, "COMMITTED", None)]
    assert known(begun) == [(1, "COMMITTED", 1), (2, "COMMITTED", 2)]
    assert stored(begun) == [("a", 5.0, 1, None), ("b", 6.0, 2, 1), ("b", None, 1, None), ("c", 7.0, 2, None)]
    newest = read_batches(begun.tables, "toy")[-1]
    assert (newest.rows_read, newest.rows_accepted, newest.rows_already_present, newest.rows_relabelled) == (2, 1, 1, 1)
    assert begun.ingest().read == 0


def test_a_replay_brings_rows_and_labels_again_and_what_left_the_source_is_gone(begun):
    begun.labels_have([("a", TEN, 5.5), ("b", TEN, 6.0)])
    begun.ingest()
    begun.tables.spark.sql(f"DELETE FROM {begun.source} WHERE id = 'b'")

    ask(begun, "replay", batch_seq=1)
    first = begun.ingest()
    ask(begun, "replay", batch_seq=2)
    second = begun.ingest()

    assert (first.read, first.accepted, first.already_present, first.relabelled) == (1, 1, 0, 0)
    assert (second.read, second.older) == (0, 0)
    assert begun.accepted("y") == {"a": 5.5}
    assert begun.ingest().read == 0


def test_after_a_rebuild_all_labels_are_looked_at_and_equal_ones_add_nothing(begun):
    begun.labels_have([("b", TEN, 6.0)])
    begun.ingest()
    begun.tables.spark.sql(f"DROP TABLE {begun.tables.name('watermarks')}")
    begun.tables = replace(begun.tables, _known=set())
    with pytest.raises(IngestError, match=r"toy_labels: .* with action=rebuild,source=labels"):
        begun.ingest()

    ask(begun, "rebuild", source="labels")
    with pytest.raises(IngestError, match=r"toy: .* with action=rebuild"):
        begun.ingest()
    ask(begun, "rebuild")
    rebuilt = read_batches(begun.tables, "toy")
    report = begun.ingest()

    assert [(row.rows_accepted, row.rows_first_read, row.rows_relabelled) for row in rebuilt] == [(2, 2, 0), (0, 0, 1)]
    assert [row.labels_through for row in rebuilt] == [None, None]
    assert (report.accepted, report.relabelled, report.older) == (0, 0, 0)
    assert stored(begun) == [("a", 5.0, 1, None), ("b", 6.0, 2, 1), ("b", None, 1, None)]
    assert (known(begun)[-1], begun.ingest().read) == ((3, "COMMITTED", 2), 0)


def test_rows_of_a_released_batch_get_the_labels_that_came_while_it_was_held(begun):
    begun.spec = labelled_spec(quality={"batch": {"min_rows": 2}})
    begun.source_has([("c", ELEVEN, 3.0)], UNLABELLED)
    with pytest.raises(HeldBatchError):
        begun.ingest()
    begun.labels_have([("b", TEN, 6.0), ("c", TEN, 7.0)])
    while_held = begun.ingest()
    begun.release("2")
    begun.labels_have([("never", TEN, 8.0)])

    report = begun.ingest()

    assert (while_held.relabelled, report.relabelled) == (1, 1)
    assert begun.accepted("y") == {"a": 5.0, "b": 6.0, "c": 7.0}


def test_a_label_that_a_rule_holds_holds_one_batch_and_is_not_tried_again(begun):
    begun.spec = labelled_spec(quality={"rules": [{"rule": "in_range", "column": "y", "max": 10, "severity": "fail"}]})
    begun.labels_have([("b", TEN, 50.0)])
    with pytest.raises(HeldBatchError, match=r"rule y_in_range \(severity: fail\): 1 rows broke it"):
        begun.ingest()
    begun.source_has([("c", ELEVEN, 3.0)], UNLABELLED)
    begun.labels_have([("a", TEN, 5.5)])
    behind = begun.ingest()
    begun.labels_have([("b", ELEVEN, 6.0)])

    corrected = begun.ingest()

    assert (behind.accepted, behind.relabelled, corrected.relabelled) == (1, 1, 1)
    assert begun.accepted("y") == {"a": 5.5, "b": 6.0, "c": None}


def test_labels_that_an_abandoned_batch_took_come_with_the_next_one(begun, monkeypatch):
    begun.labels_have([("b", TEN, 6.0)])

    kill_at(begun, monkeypatch, "ingest.before_close", 2)
    assert known(begun)[-1] == (2, "PLANNED", 2)
    ask(begun, "abandon")

    report = begun.ingest()

    assert (report.batch_seq, report.relabelled, begun.accepted("y")) == (3, 1, {"a": 5.0, "b": 6.0})


def test_a_replaced_table_of_labels_stops_ingestion_with_the_cure(begun):
    begun.tables.spark.sql(f"DROP TABLE {begun.tables.name('toy_said')}")
    begun.labels_have([("b", TEN, 6.0)])

    with pytest.raises(SourceError, match=r"toy_said` was replaced .* action=rebaseline,source=labels"):
        begun.ingest()
    ask(begun, "rebaseline", source="labels")

    assert begun.ingest().relabelled == 1
