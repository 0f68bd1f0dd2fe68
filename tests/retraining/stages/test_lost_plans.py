"""An open batch whose version of the source is gone: planned again by itself where nothing of it is stored, and left to
a person where something could be lost with it."""

import os
from contextlib import suppress
from pathlib import Path

import pytest
from tests.loop import UNLABELLED, KilledError, killed, labelled_spec
from tests.retraining.adapters.sources.feed import read_changes, upsert
from tests.retraining.adapters.sources.folder import put_csv, read_from_files
from tests.retraining.adapters.sources.unversioned import insert, read_view

from retraining.adapters.tables.batches import read_batches
from retraining.errors import SourceError
from retraining.requests.repair import RepairRequest
from retraining.stages import ingest as stage
from retraining.stages.repair import repair

NINE, TEN, ELEVEN = (f"2013-01-31 {hour:02d}:00" for hour in (9, 10, 11))
BEFORE_ROWS = "retraining.adapters.tables.observations.append_batch"
BEFORE_CLOSE = "retraining.stages.ingest.append_close"


def kill(loop, monkeypatch, before=BEFORE_ROWS):
    with monkeypatch.context() as patch, suppress(KilledError):
        patch.setattr(before, killed)
        loop.ingest()


def keep(loop, table, time):
    """One more commit of a table, which says how long removed files are kept, and its log at least as long."""
    kept = f"'delta.deletedFileRetentionDuration' = '{time}', 'delta.logRetentionDuration' = '365 days'"
    loop.tables.spark.sql(f"ALTER TABLE {table} SET TBLPROPERTIES ({kept})")


def keep_nothing(loop, table):
    """From now on Delta refuses every older version of a table, although all its files are there."""
    keep(loop, table, "0 hours")


def a_month_passes(loop):
    """The commits of the source are from a month ago."""
    location = loop.tables.spark.sql(f"DESCRIBE DETAIL {loop.source}").collect()[0]["location"]
    commits = sorted((Path(location.removeprefix("file:")) / "_delta_log").glob("*.json"))
    assert commits
    for commit in commits:
        then = commit.stat().st_mtime - 30 * 86_400
        os.utime(commit, (then, then))


def remove_files(loop, table):
    """What VACUUM does a week later."""
    for row in loop.tables.spark.table(table).select("_metadata.file_path").distinct().collect():
        Path(row[0].removeprefix("file:")).unlink()


def ask(loop, action, **said):
    loop.start_run()
    return repair(loop.context, loop.source, RepairRequest(action, "It was asked for.", **said))


def known(loop, source="toy"):
    return [(row.batch_seq, row.state) for row in read_batches(loop.tables, source)]


GIVEN_UP = [(1, "ABANDONED"), (2, "COMMITTED")]


def test_a_version_that_delta_refuses_by_its_age_is_given_up_and_the_newest_is_read_in_the_same_run(loop, monkeypatch):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    kill(loop, monkeypatch)
    keep_nothing(loop, loop.source)
    loop.source_has([("b", ELEVEN, 1.0, 1.0)])

    report = loop.ingest()

    given_up = read_batches(loop.tables, "toy")[0]
    assert (report.batch_seq, report.accepted, loop.accepted_keys()) == (2, 2, ["a", "b"])
    assert known(loop) == GIVEN_UP
    assert given_up.watermark_after is None
    assert given_up.reason == (
        f"Version 0 of {loop.source} can no longer be read: it is older than `delta.deletedFileRetentionDuration` of "
        f"the table allows."
    )


@pytest.mark.parametrize(("point", "batches"), [("pin_referenced", [(1, "COMMITTED")]), ("count_slice", GIVEN_UP)])
def test_a_version_that_another_writer_takes_away_in_the_middle_of_a_run_is_read_again(
    loop, monkeypatch, point, batches
):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    go_on, times = getattr(stage, point), []

    def after_another_writer(*given):
        times.append(1)
        if len(times) == 1:
            keep_nothing(loop, loop.source)
            loop.tables.spark.read.option("versionAsOf", 0).table(loop.source).collect()
        return go_on(*given)

    monkeypatch.setattr(stage, point, after_another_writer)

    assert loop.ingest().accepted == 1
    assert (known(loop), len(times)) == (batches, 2)


@pytest.mark.slow
def test_a_batch_that_is_stored_waits_for_a_person(loop, monkeypatch):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    kill(loop, monkeypatch, BEFORE_CLOSE)
    loop.tables.spark.sql(f"DELETE FROM {loop.source}")  # a row that was stored, and that no later version holds
    loop.source_has([("b", TEN, 1.0, 1.0)])
    keep_nothing(loop, loop.source)

    with pytest.raises(SourceError, match=r"batch 1 is stored, but not closed, .* `repair` with action=abandon: what"):
        loop.ingest()
    assert known(loop) == [(1, "PLANNED")]
    ask(loop, "abandon", batch_seq=1)

    assert (loop.ingest().accepted, loop.accepted_keys(), known(loop)) == (1, ["b"], GIVEN_UP)


@pytest.mark.slow
def test_a_batch_that_is_stored_is_closed_once_its_version_can_be_read_again(loop, monkeypatch):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    kill(loop, monkeypatch, BEFORE_CLOSE)
    keep_nothing(loop, loop.source)

    with pytest.raises(SourceError, match=r"a longer `delta.deletedFileRetentionDuration` makes"):
        loop.ingest()
    keep(loop, loop.source, "7 days")

    assert (loop.ingest().accepted, known(loop)) == (1, [(1, "COMMITTED")])


@pytest.mark.slow
def test_what_an_operator_planned_is_not_dropped_without_a_word(loop, monkeypatch):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    loop.ingest()
    ask(loop, "replay", batch_seq=1)
    keep_nothing(loop, loop.source)

    with pytest.raises(SourceError, match=r"batch 2 was planned by the job `repair`, .* with the same request"):
        loop.ingest()

    ask(loop, "abandon")
    ask(loop, "replay", batch_seq=1)
    assert loop.ingest().accepted == 1
    assert known(loop) == [(1, "COMMITTED"), (2, "ABANDONED"), (3, "COMMITTED")]


@pytest.mark.slow
def test_a_newest_version_with_a_lost_file_stops_with_the_cure_and_gives_nothing_up(loop, monkeypatch):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    kill(loop, monkeypatch)
    remove_files(loop, loop.source)

    with pytest.raises(SourceError, match=r"its files were removed.* newest version .* RESTORE TABLE"):
        loop.ingest()
    assert known(loop) == [(1, "PLANNED")]


@pytest.mark.slow
def test_a_lost_file_without_an_open_batch_stops_with_the_cure(loop):
    loop.source_has([("a", TEN, 1.0, 1.0)])
    remove_files(loop, loop.source)

    with pytest.raises(SourceError, match=r"\(FAILED_READ_FILE.FILE_NOT_EXIST\).* RESTORE TABLE"):
        loop.ingest()
    assert known(loop) == []


@pytest.mark.slow
def test_the_first_batch_of_a_change_feed_is_planned_again(loop, monkeypatch):
    read_changes(loop)
    upsert(loop, [("a", TEN, 1.0, 1.0)])
    kill(loop, monkeypatch)
    keep_nothing(loop, loop.source)
    upsert(loop, [("b", TEN, 1.0, 1.0)])

    assert (loop.ingest().accepted, loop.accepted_keys(), known(loop)) == (2, ["a", "b"], GIVEN_UP)


@pytest.mark.slow
def test_a_feed_that_was_quiet_for_longer_than_the_retention_goes_on(loop):
    read_changes(loop)
    upsert(loop, [("a", TEN, 1.0, 1.0)])
    loop.ingest()
    a_month_passes(loop)
    loop.tables.spark.sql(f"DELETE FROM {loop.source} WHERE id = 'a'")
    upsert(loop, [("b", TEN, 1.0, 1.0)])

    assert (loop.ingest().accepted, loop.accepted_keys()) == (2, ["b"])
    assert loop.ingest().read == 0


@pytest.mark.slow
def test_changes_that_delta_refuses_by_their_age_are_read_once_the_retention_is_longer(loop, monkeypatch):
    read_changes(loop)
    upsert(loop, [("a", TEN, 1.0, 1.0)])
    loop.ingest()
    upsert(loop, [("b", TEN, 1.0, 1.0)])
    kill(loop, monkeypatch)
    a_month_passes(loop)
    loop.tables.spark.sql(f"DELETE FROM {loop.source} WHERE id = 'a'")

    with pytest.raises(SourceError, match=r"cannot be read \(DELTA_UNSUPPORTED_TIME_TRAVEL.* a longer delta.deleted"):
        loop.ingest()
    keep(loop, loop.source, "365 days")

    assert (loop.ingest().accepted, loop.accepted_keys()) == (2, ["b"])
    assert known(loop) == [(1, "COMMITTED"), (2, "ABANDONED"), (3, "COMMITTED")]


@pytest.mark.slow
def test_labels_of_their_own_table_are_planned_again(loop, monkeypatch):
    loop.spec = labelled_spec()
    loop.source_has([("a", NINE, 1.0)], UNLABELLED)
    loop.labels_have([("a", NINE, 5.0)])
    kill(loop, monkeypatch)
    keep_nothing(loop, loop.tables.name("toy_said"))

    assert loop.ingest().accepted == 1
    assert (known(loop, "toy_labels"), known(loop)) == (GIVEN_UP, [(1, "COMMITTED")])
    assert loop.accepted("y") == {"a": 5.0}


@pytest.mark.slow
def test_a_lost_copy_of_a_view_is_made_again(loop, monkeypatch):
    read_view(loop)
    insert(loop, [("a", TEN, 1.0, 1.0)])
    kill(loop, monkeypatch)
    remove_files(loop, loop.tables.name("toy_staging"))

    assert (loop.ingest().accepted, known(loop)) == (1, GIVEN_UP)


@pytest.mark.slow
def test_files_that_landed_are_read_again(loop, monkeypatch, tmp_path):
    read_from_files(loop, tmp_path / "files")
    put_csv(tmp_path / "files", "first.csv", [("a", TEN, 1.0, 1.0)])
    kill(loop, monkeypatch)
    keep_nothing(loop, loop.source)

    assert (loop.ingest().accepted, known(loop)) == (1, GIVEN_UP)
