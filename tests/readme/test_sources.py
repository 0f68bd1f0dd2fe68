"""The sources of the how-to pages bring rows in."""

from dataclasses import replace

import pytest
from tests.loop import toy_spec
from tests.retraining.adapters.sources.folder import put_csv

from retraining.adapters.sources.files import Landing

from .pages import columns_with_labels, sources

COLUMNS = {"label": "load", "numeric": ["outdoor"]}


def test_a_file_put_into_the_folder_of_the_page_is_ingested(loop, tmp_path):
    files = {**sources()["files"], "path": str(tmp_path / "in")}
    spec = toy_spec(source=files, columns=COLUMNS)
    landing = Landing(files["path"], files["format"], spec.source.file_schema, "toy_landing", str(tmp_path / "landed"))
    rows = [("m1", "2013-01-31 10:00", 4.5, 310.0), ("m1", "2013-01-31 11:00", 4.0, "much")]
    put_csv(tmp_path / "in", "january/1.csv", rows, header=",".join(files["schema"]))

    report = replace(loop, spec=spec, landing=landing).ingest()

    assert (report.accepted, report.quarantined, report.reasons) == (1, 1, ("malformed",))


def test_a_row_deleted_from_the_table_of_the_pages_change_feed_is_gone(loop):
    spec = toy_spec(source=sources()["change_feed"], columns=COLUMNS, gate={"holdout": "reserved"})
    columns = "meter string, read_at timestamp, outdoor double, load double"
    properties = "TBLPROPERTIES (delta.enableChangeDataFeed = true)"
    loop.tables.spark.sql(f"CREATE TABLE {loop.source} ({columns}) USING delta {properties}")
    now = "TIMESTAMP '2013-01-31 10:00'"
    loop.tables.spark.sql(f"INSERT INTO {loop.source} VALUES ('m1', {now}, 4D, 310D), ('m2', {now}, 5D, 300D)")
    loop = replace(loop, spec=spec)
    loop.ingest()
    loop.tables.spark.sql(f"DELETE FROM {loop.source} WHERE meter = 'm1'")
    loop.ingest()

    assert [row["meter"] for row in loop.tables.read("toy_accepted").collect()] == ["m2"]


@pytest.mark.slow
def test_a_label_of_the_table_of_the_page_reaches_its_row(loop):
    columns = columns_with_labels()
    source = {"table": "toy_source", "ledger_column": "read_at", "keys": ["meter", "read_at"]}
    spec = toy_spec(source=source, columns={**columns, "labels": {**columns["labels"], "table": "toy_said"}})
    loop = replace(loop, spec=spec)
    ten, eleven = "2013-01-31 10:00", "2013-01-31 11:00"
    loop.source_has([("m1", ten, 4.5), ("m1", eleven, 4.0)], "meter string, read_at timestamp, outdoor double")
    schema = "meter string, read_at timestamp, booked_at timestamp, load double"
    loop.labels_have([("m1", ten, eleven, 310.0)], schema)
    loop.ingest()
    loop.labels_have([("m1", eleven, eleven, 300.0)], schema)

    assert loop.ingest().relabelled == 1
    assert sorted(row["load"] for row in loop.tables.read("toy_accepted").collect()) == [300.0, 310.0]


def test_the_function_of_the_page_makes_columns_that_a_model_can_learn_from(loop):
    spec = toy_spec(source=sources()["prepare"], columns={"label": "load", "numeric": ["outdoor", "hour", "weekday"]})
    loop.tables.spark.sql(
        f"CREATE TABLE {loop.source} USING delta AS SELECT 'm1' AS meter, TIMESTAMP '2013-01-31 10:00' AS read_at, "
        f"-99D AS outdoor, 310D AS load"
    )
    loop = replace(loop, spec=spec)
    loop.ingest()

    rows = loop.tables.read("toy_accepted").select("outdoor", "hour", "weekday", "load").collect()
    assert [tuple(row) for row in rows] == [(None, 10, 5, 310.0)]  # a Thursday
