"""A source without versions: what a run needs is copied once, and from then on it is a source like any other."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import pytest
from pyspark.errors import AnalysisException, PySparkException, UnsupportedOperationException
from pyspark.sql import DataFrameWriter
from pyspark.sql import functions as F
from tests.loop import KilledError, killed, toy_spec
from tests.retraining.adapters.sources.unversioned import insert, read_view

from retraining.adapters.sources import delta_table
from retraining.adapters.tables import staging
from retraining.errors import ConcurrentRunError, ContractError, SourceError
from retraining.requests.repair import RepairRequest
from retraining.stages.repair import repair

pytestmark = pytest.mark.slow

NINE, TEN, ELEVEN, TWELVE = (f"2013-01-31 {hour:02d}:00" for hour in (9, 10, 11, 12))
ROWS = [("a", NINE, 1.0, 1.0), ("b", TEN, 1.0, 1.0), ("none", None, 1.0, 1.0), ("far", "2113-01-31 10:00", 1.0, 1.0)]


@pytest.fixture
def begun(loop):
    """A view of which four rows are stored, up to 10:00."""
    read_view(loop)
    insert(loop, ROWS)
    loop.ingest()
    return loop


def staged(loop):
    return sorted(row["id"] for row in loop.tables.read("toy_staging").select("id").collect())


def versions(loop):
    return [loop.version_of_table(table) for table in ("watermarks", "toy_observations")]


def kill(loop, monkeypatch, before):
    with monkeypatch.context() as patch, suppress(KilledError):
        patch.setattr(before, killed)
        loop.ingest()


def test_runs_with_nothing_new_write_nothing_and_stage_only_what_the_next_slice_may_hold(begun):
    before = versions(begun)

    assert [begun.ingest().read for _ in range(2)] == [0, 0]
    assert versions(begun) == before
    assert staged(begun) == ["b", "far", "none"]


UNSUPPORTED = "ROW_LEVEL_SECURITY_COLUMN_MASK_FEATURE_NOT_SUPPORTED"


def refused(error: type[PySparkException], condition: str):
    def refuse(*_: object) -> NoReturn:
        raise error("refused", condition, {})

    return refuse


@pytest.mark.parametrize(
    "refusal",
    [
        ("_newest_version", refused(AnalysisException, "ANY")),
        ("_newest_version", refused(PySparkException, f"{UNSUPPORTED}.DESCRIBE_HISTORY")),
        ("_format_and_id", refused(UnsupportedOperationException, "ANY")),
    ],
    ids=["history by analysis", "history by condition", "detail"],
)
def test_a_delta_table_whose_history_the_platform_keeps_back_is_staged(loop, monkeypatch, caplog, refusal):
    caplog.set_level("INFO")
    loop.source_has(ROWS[:2])
    name, refuse = refusal
    own = getattr(delta_table, name)
    monkeypatch.setattr(delta_table, name, lambda spark, table: refuse() if table == loop.source else own(spark, table))

    assert (loop.ingest().accepted, loop.ingest().read) == (2, 0)
    assert staged(loop) == ["b"]
    assert "`toy_source` has no versions, so its rows are copied to toy_staging" in caplog.text


def test_a_delta_table_that_names_its_versions_and_is_read_at_none_of_them_is_staged(loop, monkeypatch):
    loop.source_has(ROWS[:2])
    own = delta_table.PinnedTable.raw
    refuse = refused(PySparkException, f"{UNSUPPORTED}.TIME_TRAVEL")
    raw = property(lambda pinned: refuse() if pinned.table == loop.source else own.fget(pinned))
    monkeypatch.setattr(delta_table.PinnedTable, "raw", raw)

    assert (loop.ingest().accepted, loop.ingest().read) == (2, 0)


def test_another_refusal_is_not_taken_for_a_table_without_versions(loop, monkeypatch):
    loop.source_has(ROWS[:2])
    monkeypatch.setattr(delta_table, "_newest_version", refused(PySparkException, "OUT_OF_LUCK"))

    with pytest.raises(PySparkException):
        loop.ingest()
    assert not loop.written()


def test_a_row_that_takes_the_place_of_another_is_seen(begun):
    begun.tables.spark.sql(f"UPDATE {begun.tables.name('toy_rows')} SET x = 7 WHERE id = 'none'")

    assert (begun.ingest().quarantined, begun.ingest().read) == (1, 0)


def test_without_the_earlier_version_the_rows_are_read_again_and_found_stored(begun):
    files = {row[0] for row in begun.tables.read("toy_staging").select("_metadata.file_path").collect()}
    for file in files:  # what VACUUM does a week later
        Path(file.removeprefix("file:")).unlink()

    report = begun.ingest()

    assert (report.read, report.accepted, report.already_present) == (3, 0, 3)
    assert begun.ingest().read == 0


def test_a_batch_is_finished_on_the_rows_it_was_planned_on_whatever_the_view_says_since(begun, monkeypatch):
    insert(begun, [("c", ELEVEN, 1.0, 1.0)])
    kill(begun, monkeypatch, "retraining.adapters.tables.observations.append_batch")
    begun.tables.spark.sql(f"DELETE FROM {begun.tables.name('toy_rows')} WHERE id = 'c'")
    insert(begun, [("d", TWELVE, 1.0, 1.0)])
    finished, after = begun.ingest(), begun.ingest()

    assert [(report.batch_seq, report.accepted) for report in (finished, after)] == [(2, 1), (3, 1)]
    assert begun.accepted_keys() == ["a", "b", "c", "d"]


def test_a_run_killed_before_its_plan_leaves_only_a_copy_behind(begun, monkeypatch):
    insert(begun, [("c", ELEVEN, 1.0, 1.0)])
    kill(begun, monkeypatch, "retraining.stages.ingest.append_plan")

    assert (begun.ingest().accepted, begun.ingest().read) == (1, 0)
    assert begun.states_of_batches() == ["PLANNED", "COMMITTED"] * 2


def test_a_column_of_another_type_is_refused_before_the_copy_is_replaced(begun):
    before = begun.version_of_table("toy_staging")
    begun.tables.spark.sql(
        f"CREATE OR REPLACE VIEW {begun.source} AS SELECT id, at, cast(x AS string) AS x, y "
        f"FROM {begun.tables.name('toy_rows')}"
    )

    with pytest.raises(ContractError, match="column `x` of toy_source is string, expected a number"):
        begun.ingest()
    assert begun.version_of_table("toy_staging") == before


def test_a_column_that_the_view_gains_comes_in_where_the_spec_accepts_it(begun):
    begun.spec = toy_spec(source={**begun.spec.source.model_dump(), "new_columns": "accept"})
    begun.tables.spark.sql(
        f"CREATE OR REPLACE VIEW {begun.source} AS SELECT *, 5 AS z FROM {begun.tables.name('toy_rows')}"
    )
    insert(begun, [("c", ELEVEN, 1.0, 1.0)])
    begun.ingest()

    assert begun.accepted("z")["c"] == 5


@pytest.mark.parametrize(
    ("said", "stored"),
    [({"action": "backfill", "start": NINE, "end": TEN}, 3), ({"action": "rebaseline"}, 4)],
    ids=["backfill", "rebaseline"],
)
def test_what_an_operator_asks_for_is_staged_however_old_it_is(begun, said, stored):
    insert(begun, [("late", NINE, 2.0, 1.0)])
    assert begun.ingest().read == 0  # below the watermark, so it is not even staged
    begun.start_run()
    repair(begun.context, begun.source, RepairRequest(reason="It was asked for.", **said))

    report = begun.ingest()

    assert (report.accepted, report.already_present, begun.accepted_keys()) == (1, stored, ["a", "b", "late"])
    assert begun.ingest().read == 0


def test_a_view_in_place_of_a_delta_table_is_a_source_that_was_replaced(loop):
    loop.source_has(ROWS)
    loop.ingest()
    loop.tables.spark.sql(f"DROP TABLE {loop.source}")
    read_view(loop)
    insert(loop, ROWS)

    with pytest.raises(SourceError, match=r"was replaced since batch 1 .* action=rebaseline"):
        loop.ingest()


def test_a_ledger_that_a_function_makes_is_found_in_rows_staged_as_they_are(loop, prepared_by):
    prepared_by(lambda rows: rows.withColumn("at", F.try_to_timestamp("said_at")))
    loop.spec = toy_spec(source={**loop.spec.source.model_dump(), "prepare": "recipes.toy.prepare"})
    loop.tables.spark.sql(
        f"CREATE VIEW {loop.source} AS SELECT * FROM VALUES ('a', '{NINE}', 1D, 1D), ('b', '{TEN}', 1D, 1D), "
        f"('none', 'soon', 1D, 1D) AS rows(id, said_at, x, y)"
    )
    first, before = loop.ingest(), versions(loop)

    assert (first.watermark, first.reasons) == ("2013-01-31T10:00:00.000000Z", ("ledger_missing",))
    assert (loop.ingest().read, versions(loop), staged(loop)) == (0, before, ["a", "b", "none"])


def rows_of(tables, name):
    return tables.spark.range(1).select(F.lit(name).alias("id"))


def rows_at(tables, version):
    staged = tables.spark.read.option("versionAsOf", version).table(tables.name("toy_staging"))
    return [row["id"] for row in staged.collect()]


def test_a_run_pins_its_own_copy_also_when_another_follows_at_once(tables, monkeypatch):
    save = DataFrameWriter.saveAsTable

    def and_another(writer, name):
        save(writer, name)
        save(rows_of(tables, "another").write.format("delta").mode("overwrite"), name)

    monkeypatch.setattr(DataFrameWriter, "saveAsTable", and_another)
    version = staging.replace_rows(tables, "toy", rows_of(tables, "mine"), "attempt")

    assert rows_at(tables, version) == ["mine"]


def test_of_runs_that_stage_at_once_each_gets_its_own_rows_or_is_told(tables):
    def stage(name):
        try:
            return name, staging.replace_rows(tables, "toy", rows_of(tables, name), name)
        except ConcurrentRunError as err:
            return name, str(err)

    stage("first")
    with ThreadPoolExecutor(4) as pool:
        ended = dict(pool.map(stage, ["a", "b", "c", "d"]))
    versions = {name: version for name, version in ended.items() if isinstance(version, int)}
    told = [each for each in ended.values() if isinstance(each, str)]

    assert versions
    assert {name: rows_at(tables, version) for name, version in versions.items()} == {name: [name] for name in versions}
    assert all("another run replaced the rows of `toy_staging`" in each for each in told)
