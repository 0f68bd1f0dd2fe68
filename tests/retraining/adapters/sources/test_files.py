"""Files of a folder: each lands exactly once, whatever it holds, and nothing is skipped without a word."""

import os
import shutil

import pytest
from pyspark.sql import functions as F
from tests.retraining.adapters.sources.folder import put_csv, read_from_files

from retraining.adapters.sources.files import Landing, reading
from retraining.errors import SourceError
from retraining.spec.feed import rows_feed
from retraining.steps.ingest.land_files import land_files

pytestmark = pytest.mark.slow

TEN = "2013-01-31 10:00"
FINE = ("a", TEN, 1.0, 1.0)


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


@pytest.fixture
def csv_loop(loop, folder):
    return read_from_files(loop, folder)


def land(loop):
    loop.start_run(as_of=f"2013-06-{int(loop.run.run_id):02d}")
    return land_files(loop.tables, rows_feed(loop.spec), loop.landing, loop.run.started_at)


def landed(loop, *columns):
    return sorted(tuple(row) for row in loop.tables.read("toy_landing").select(*columns).collect())


def test_many_small_files_in_subfolders_land_once_each_and_empty_ones_bring_nothing(csv_loop, folder, caplog):
    for number in range(200):
        put_csv(folder, f"day={number % 3}/{number}.csv", [(number, TEN, 1.0, 1.0)])
    put_csv(folder, "header only.csv", [])
    (folder / "zero bytes.csv").touch()
    (folder / "_not for us.csv").write_text("started by a writer")
    os.utime(folder / "day=0/0.csv", (0, 0))  # a file far older than the newest one

    first, second = land(csv_loop), land(csv_loop)

    assert (first.files, first.rows, second.files, second.rows) == (200, 200, 0, 0)
    assert len(set(landed(csv_loop, "id"))) == 200
    assert first.without_rows == 1
    assert "1 files hold something, but gave no row" in caplog.text


def test_malformed_lines_are_quarantined_with_their_text_and_nothing_else(csv_loop, folder):
    lines = ["a,soon,1,1", f"b,{TEN},one,1", f"c,{TEN}", f"d,{TEN},1,1,1"]
    put_csv(folder, "mixed.csv", [FINE]).open("a").write("\n".join([*lines, lines[0]]))

    report = csv_loop.ingest()

    assert (report.read, report.accepted, report.quarantined, report.already_present) == (6, 1, 4, 1)
    assert report.reasons == ("malformed",)
    assert csv_loop.accepted("x") == {"a": 1.0}
    refused = csv_loop.tables.read("toy_quarantine").select("malformed_line", "id", "at", "x").collect()
    assert sorted(tuple(row) for row in refused) == [(line, None, None, None) for line in sorted(lines)]


def test_json_lines_of_another_type_are_malformed_and_keys_nobody_asked_for_are_left_out(loop, folder):
    wrong = '{"id": "b", "at": "2013-01-31 10:00", "x": "1.5"}'
    (folder / "a.json").write_text(f'{{"id": "a", "at": "{TEN}", "x": 1, "y": 1, "more": 3}}\n{wrong}\nnot json\n')
    read_from_files(loop, folder, "json")

    assert land(loop).rows == 3
    assert landed(loop, F.coalesce("id", "malformed_line")) == [("a",), ("not json",), (wrong,)]


def test_parquet_files_say_their_columns_themselves_and_a_retyped_one_stops(loop, folder, tmp_path):
    def put(name, x):
        rows = loop.tables.spark.sql(f"SELECT 'a' AS id, TIMESTAMP '{TEN}' AS at, {x} AS x, 1D AS y")
        rows.coalesce(1).write.parquet(str(tmp_path / name))
        (written,) = (tmp_path / name).glob("*.parquet")
        written.rename(folder / f"{name}.parquet")

    read_from_files(loop, folder, "parquet")
    with pytest.raises(SourceError, match="holds no parquet file yet, so its columns are not known"):
        loop.ingest()
    (folder / "0.parquet").touch()
    put("first", "1D")
    assert (land(loop).rows, loop.tables.read("toy_landing").columns[:4]) == (1, ["id", "at", "x", "y"])
    put("retyped", "'text'")

    with pytest.raises(SourceError, match=r"retyped.parquet holds column `x` as string, earlier files as double"):
        loop.ingest()
    (folder / "retyped.parquet").unlink()
    assert loop.ingest().accepted == 1


def test_files_that_land_again_after_a_reset_are_told_and_give_no_new_observation(csv_loop, folder, caplog):
    csv_loop.spec = csv_loop.spec.model_copy(
        update={"source": csv_loop.spec.source.model_copy(update={"lookback": "1 days"})}
    )
    put_csv(folder, "one.csv", [FINE, ("b", "2013-01-31 11:00", 1.0, 1.0)])
    csv_loop.ingest(as_of="2013-06-01")
    shutil.rmtree(csv_loop.landing.checkpoints)

    report = csv_loop.ingest(as_of="2013-06-02")

    assert len(landed(csv_loop, "id")) == 4
    assert (report.read, report.accepted, report.quarantined, report.already_present) == (4, 0, 0, 4)
    assert "1 files landed again" in caplog.text


def test_a_landing_table_that_was_dropped_starts_with_nothing_landed(csv_loop, folder):
    put_csv(folder, "one.csv", [FINE])
    land(csv_loop)
    csv_loop.tables.spark.sql(f"DROP TABLE {csv_loop.source}")
    csv_loop.tables._known.clear()

    assert land(csv_loop).rows == 1


def test_a_file_replaced_under_its_name_stops_until_it_gets_another(csv_loop, folder):
    file = put_csv(folder, "one.csv", [FINE])
    csv_loop.ingest()
    before = csv_loop.version_of_table("watermarks")
    put_csv(folder, "one.csv", [("a", "2013-01-31 12:00", 2.0, 1.0)])
    os.utime(file, (2_000_000_000, 2_000_000_000))

    with pytest.raises(SourceError, match=r"1 files in .* were replaced after they had landed, for example \S*one.csv"):
        csv_loop.ingest()
    assert csv_loop.version_of_table("watermarks") == before
    file.rename(folder / "two.csv")
    assert (csv_loop.ingest().accepted, csv_loop.accepted("x")) == (1, {"a": 2.0})


def test_an_empty_folder_is_an_empty_batch_and_a_missing_one_is_refused(csv_loop, folder):
    folder.rmdir()
    with pytest.raises(SourceError, match=r"source folder \S+/in cannot be read \(PATH_NOT_FOUND\)"):
        csv_loop.ingest()
    assert not csv_loop.written()
    folder.mkdir()

    assert (csv_loop.ingest().read, csv_loop.states_of_batches()) == (0, ["PLANNED", "COMMITTED"])


def test_a_header_in_another_order_stops_instead_of_being_taken_for_the_right_one(csv_loop, folder):
    put_csv(folder, "fine.csv", [FINE])
    land(csv_loop)
    put_csv(folder, "turned.csv", [("b", TEN, 1.0, 2.0)], header="id,at,y,x")

    with pytest.raises(SourceError, match=r"turned.csv has its columns in another order than source.schema, from `x`"):
        land(csv_loop)
    put_csv(folder, "turned.csv", [("b", TEN, 2.0, 1.0)])
    assert (land(csv_loop).rows, landed(csv_loop, "id", "x")) == (1, [("a", 1.0), ("b", 2.0)])


def test_a_schema_that_differs_from_the_landing_table_is_refused(csv_loop, folder):
    put_csv(folder, "one.csv", [FINE])
    land(csv_loop)
    said = {"id": "string", "at": "timestamp", "x": "string"}
    csv_loop.landing = Landing(str(folder), "csv", said, "toy_landing", csv_loop.landing.checkpoints)

    with pytest.raises(SourceError, match=r"differ in `x`, `y`\. Nothing was ingested"):
        land(csv_loop)


def test_on_databricks_auto_loader_reads_the_same_way_without_evolving_columns():
    here = Landing("/in", "csv", {"id": "string"}, "toy_landing", "/checkpoints")
    there = Landing("/in", "csv", {"id": "string"}, "toy_landing", "/Volumes/a/b/checkpoints", "`a`.`b`.`checkpoints`")
    source, options = reading(there)

    assert reading(here)[0] == "csv"
    assert source == "cloudFiles"
    assert {name: value for name, value in options.items() if name.startswith("cloudFiles.")} == {
        "cloudFiles.format": "csv",
        "cloudFiles.schemaEvolutionMode": "none",
        "cloudFiles.partitionColumns": "",
    }
    assert reading(here)[1].items() & options.items() == {
        ("header", "true"),
        ("enforceSchema", "false"),
        ("mode", "PERMISSIVE"),
        ("columnNameOfCorruptRecord", "malformed_line"),
        ("encoding", "UTF-8"),
        ("escape", '"'),
        ("multiLine", "true"),
        ("quote", '"'),
        ("sep", ","),
    }
