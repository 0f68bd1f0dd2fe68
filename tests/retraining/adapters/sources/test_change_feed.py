"""A change feed: deletions take a key away, and a history that cannot be read stops before anything is planned."""

import shutil
from pathlib import Path

import pytest
from tests.loop import toy_spec
from tests.retraining.adapters.sources.feed import FEED, read_changes, upsert

from retraining.adapters.tables.batches import committed_batches, read_batches
from retraining.adapters.tables.observations import Selection, current_rows
from retraining.errors import ParameterError, SourceError
from retraining.requests.repair import RepairRequest
from retraining.rules.ingest.ledger import Ledger
from retraining.stages.repair import repair

pytestmark = pytest.mark.slow

TEN = "2013-01-31 10:00"
STEPS = [
    "INSERT INTO {} VALUES ('z', NULL, 5D, 1D)",
    "DELETE FROM {} WHERE id = 'b'",
    "UPDATE {} SET id = 'd' WHERE id = 'c'",
    "INSERT OVERWRITE {} SELECT id, at, x + 10, y FROM {}",
    "INSERT INTO {} VALUES ('b', NULL, 6D, 1D)",
]
BATCHES = [3, 1, 1]  # how many of the steps arrive in each batch after the first


@pytest.fixture(scope="module")
def story(make_loop):
    """Three rows, then the steps in three batches. Its tests only read."""
    loop = read_changes(make_loop())
    upsert(loop, [(key, TEN, 1.0, 1.0) for key in "abc"])
    reports, views, steps = [loop.ingest()], [loop.accepted("x")], iter(STEPS)
    for size in BATCHES:
        for _ in range(size):
            loop.tables.spark.sql(next(steps).replace("{}", loop.source))
        reports.append(loop.ingest())
        views.append(loop.accepted("x"))
    return loop, reports, views


def test_the_first_batch_is_all_rows_as_they_are(story):
    _, reports, views = story

    assert (reports[0].read, reports[0].accepted, reports[0].watermark) == (3, 3, "1")
    assert views[0] == {"a": 1.0, "b": 1.0, "c": 1.0}


def test_deleted_keys_and_keys_that_an_update_left_are_gone(story):
    _, reports, views = story

    assert views[1] == {"a": 1.0, "d": 1.0, "z": 5.0}
    assert (reports[1].accepted, reports[1].quarantined) == (4, 0)  # z, d, and that b and c are gone


def test_a_row_deleted_and_written_in_one_commit_is_an_update(story):
    _, reports, views = story

    assert views[2] == {"a": 11.0, "d": 11.0, "z": 15.0}
    assert (reports[2].accepted, reports[2].quarantined) == (3, 0)


def test_a_key_that_comes_back_is_there_again(story):
    assert story[2][3] == {"a": 11.0, "b": 6.0, "d": 11.0, "z": 15.0}


def test_a_deletion_keeps_the_key_and_nothing_else_of_the_row(story):
    loop, _, _ = story
    gone = loop.tables.read("toy_observations").where("_deletes_key = _row_key")

    assert sorted(tuple(row) for row in gone.select("id", "at", "x", "y", "is_deleted").collect()) == [
        ("b", None, None, None, True),
        ("c", None, None, None, True),
    ]


@pytest.mark.parametrize(("through", "ids"), [(1, "abc"), (2, "adz"), (4, "abdz")])
def test_training_and_scoring_see_no_key_that_was_deleted_by_then(story, through, ids):
    loop, _, _ = story
    committed = committed_batches(read_batches(loop.tables, "toy"), through)

    rows = current_rows(loop.tables, "toy", committed, Ledger("commit_version", "integer"))

    assert "".join(sorted(row["id"] for row in rows.select("id").collect())) == ids


def test_what_arrived_since_a_batch_is_without_its_deletions(story):
    loop, _, _ = story
    committed = committed_batches(read_batches(loop.tables, "toy"), 2)

    rows = current_rows(loop.tables, "toy", committed, Ledger("commit_version", "integer"), Selection(newer_than=1))

    assert sorted(row["id"] for row in rows.select("id").collect()) == ["d", "z"]


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TABLE {} (id string, at timestamp, x double, y double) USING parquet",
        "CREATE VIEW {} AS SELECT 'a' AS id, now() AS at, 1D AS x, 1D AS y",
    ],
)
def test_a_table_without_versions_has_no_feed_and_nothing_is_written(loop, sql):
    loop.spec = toy_spec(source=FEED, gate={"holdout": "reserved"})
    loop.tables.spark.sql(sql.format(loop.source))

    with pytest.raises(
        SourceError, match="toy_source` has no versions, which a change feed and a foreign_key rule need"
    ):
        loop.ingest()
    assert not loop.written()


def test_a_feed_that_is_off_is_refused_with_the_cure_and_nothing_is_written(loop):
    read_changes(loop, feed=False)
    upsert(loop, [("a", TEN, 1.0, 1.0)])

    with pytest.raises(SourceError, match=r"from version 1 to 1 cannot be read \(DELTA_MISSING_CHANGE_DATA\).* ALTER"):
        loop.ingest()
    assert not loop.written()


def test_a_history_that_is_gone_stops_with_the_watermark_where_it_was(loop):
    read_changes(loop)
    upsert(loop, [("a", TEN, 1.0, 1.0)])
    loop.ingest()
    before = loop.version_of_table("watermarks")
    loop.tables.spark.sql(f"UPDATE {loop.source} SET x = 2")
    location = loop.tables.spark.sql(f"DESCRIBE DETAIL {loop.source}").collect()[0]["location"]
    shutil.rmtree(Path(location.removeprefix("file:")) / "_change_data")  # what VACUUM does, in less than a minute

    with pytest.raises(SourceError, match=r"from version 1 to \d cannot be read .* give the source another `name`"):
        loop.ingest()
    assert loop.version_of_table("watermarks") == before


def test_a_table_made_anew_is_refused_because_its_versions_begin_again(loop):
    read_changes(loop)
    upsert(loop, [("a", TEN, 1.0, 1.0)])
    loop.ingest()
    loop.tables.spark.sql(f"DROP TABLE {loop.source}")
    read_changes(loop)

    with pytest.raises(SourceError, match="was replaced since batch 1"):
        loop.ingest()
    with pytest.raises(ParameterError, match="rebaseline: changes of toy are read in the order of their commits, once"):
        repair(loop.context, loop.source, RepairRequest("rebaseline", "Made again."))


def test_no_rule_keeps_a_deletion_out(loop):
    read_changes(loop)
    rules = [{"rule": "foreign_key", "column": "id", "table": "sites"}, {"rule": "not_null", "column": "x"}]
    loop.spec = toy_spec(**{**loop.spec.model_dump(), "quality": {"rules": rules}})
    sites = loop.tables.name("sites")
    loop.tables.spark.sql(f"CREATE TABLE {sites} USING delta AS SELECT * FROM VALUES ('a'), ('b') AS sites(id)")
    upsert(loop, [("a", TEN, 1.0, 1.0), ("b", TEN, 1.0, 1.0)])
    loop.ingest()
    for table in (sites, loop.source):
        loop.tables.spark.sql(f"DELETE FROM {table} WHERE id = 'a'")

    assert (loop.ingest().quarantined, loop.accepted_keys()) == (0, ["b"])
