"""What a run would do is said from spec and source, and nothing is written."""

from pathlib import Path

import pytest
from tests.loop import LABEL_COLUMNS, UNLABELLED, days, labelled_spec, toy_spec

from retraining.adapters.sources.files import Landing
from retraining.errors import RetrainingError
from retraining.stages.validate import validate


def sentences(report, level):
    return [each.text for each in report.findings if each.level == level]


def test_a_source_without_faults_is_described_and_nothing_is_written(loop):
    loop.source_has([*days(1, 8), ("late", "2013-01-08 23:00", 0.5, None)])

    report = validate(loop.context, loop.source)

    assert [each.level for each in report.findings] == ["ok"] * 6
    assert sentences(report, "ok")[:2] == [
        "Columns used: at timestamp, id string, y double, x double.",
        "161 rows; ledger `at` is a timestamp from 2013-01-01T00:00:00.000000Z to 2013-01-08T23:00:00.000000Z.",
    ]
    assert (
        "there are 7. The first run can train a candidate and have it judged on the newest 6 of them;" in report.summary
    )
    assert loop.written() == []
    report.raise_if_wrong()


def test_what_would_go_wrong_is_found_in_one_look(loop):
    rows = [(f"k{place // 2}", place, None, "same", "ab"[place % 2]) for place in range(40)]
    loop.source_has(rows, "id string, at int, x double, place string, y string")
    columns = {"label": "y", "numeric": ["x"], "categorical": ["place"]}
    loop.spec = toy_spec(kind="classification", columns=columns, gate={"metric": "auc"}, params={"alhpa": 1})

    report = validate(loop.context, loop.source)

    errors = sentences(report, "error")
    assert errors[0].endswith("unexpected keyword argument 'alhpa'. Did you mean `alpha`?")
    assert errors[1].startswith("gate.holdout is newest, which judges on whole days, but ledger `at` is an integer")
    assert len(errors) == 2
    assert sentences(report, "warning") == [
        "Feature `x` has no value in any row. Remove it from columns, or fill it.",
        "Feature `place` is the same in every row, so a model learns nothing from it.",
    ]
    assert "50.0% of the rows repeat a key (id); the newest row of a key counts." in sentences(report, "ok")
    assert "2 classes: a 50.0%, b 50.0%." in sentences(report, "ok")
    with pytest.raises(RetrainingError, match="validate: toy has 2 errors"):
        report.raise_if_wrong()


def test_of_snapshots_of_the_same_keys_only_the_days_of_the_newest_rows_count(loop):
    snapshots = [
        (f"k{key}", f"2012-{month:02d}-28 00:00", float(month), float(key)) for month in range(1, 9) for key in range(3)
    ]
    loop.source_has([*snapshots, ("gone", "2012-03-28 00:00", 0.5, 1.0), ("new", "2012-09-28 00:00", 0.5, None)])

    report = validate(loop.context, loop.source)

    repeats, days_of_keys = sentences(report, "warning")
    assert repeats.startswith("80.8% of the rows repeat a key (id); only the newest row of each key is learned from.")
    assert days_of_keys.startswith(
        "A first champion needs 7 whole days with labelled rows; there are 2. New rows replace older ones of their key"
    )


def test_a_source_that_is_not_there_is_a_finding(loop):
    report = validate(loop.context, loop.source)

    (error,) = sentences(report, "error")
    assert error.startswith(f"source table {loop.source} does not exist")


def test_a_condition_that_would_stop_at_a_row_is_a_finding(loop):
    loop.source_has(days(1, 8))
    loop.spec = toy_spec(quality={"rules": [{"rule": "sql", "name": "early", "condition": "id < 5"}]})

    assert sentences(validate(loop.context, loop.source), "error") == [
        "Rule early: its condition `id < 5` puts string beside bigint. Write try_cast(id AS bigint). Correct "
        "quality.rules in specs/toy.yml."
    ]


@pytest.mark.slow
def test_batches_so_far_are_counted_and_labels_of_another_table_are_joined(loop):
    loop.spec = labelled_spec()
    first = days(1, 8)
    loop.source_has([row[:3] for row in first], UNLABELLED)
    loop.labels_have([(row[0], row[1], row[3]) for row in first[:150]], LABEL_COLUMNS)
    loop.ingest()
    loop.source_has([row[:3] for row in days(9, 9)], UNLABELLED)
    written = loop.written()

    report = validate(loop.context, loop.source)

    assert "1 batch is stored; 20 rows are above the watermark." in sentences(report, "ok")
    assert "16.7% of the rows have no label; such rows are scored, not learned from." in sentences(report, "ok")
    assert loop.written() == written


@pytest.mark.slow
def test_files_are_read_where_they_are_and_none_lands(loop, tmp_path):
    (tmp_path / "in").mkdir()
    lines = [f"{key},{at},{x},{y}" for key, at, x, y in days(1, 8)]
    (tmp_path / "in" / "january.csv").write_text("\n".join(["id,at,x,y", *lines, "broken,not a time,1,2"]) + "\n")
    columns = {"id": "string", "at": "timestamp", "x": "double", "y": "double"}
    folder = str(tmp_path / "in")
    source = {
        "mode": "files",
        "path": folder,
        "format": "csv",
        "schema": columns,
        "ledger_column": "at",
        "keys": ["id"],
    }
    loop.spec = toy_spec(source=source)
    landing = Landing(folder, "csv", columns, "toy_landing", str(tmp_path / "landed"))

    report = validate(loop.context, loop.tables.name("toy_landing"), landing)

    assert [each.level for each in report.findings] == ["ok"] * 6, report.summary
    assert sentences(report, "ok")[1].startswith("160 rows; ledger `at` is a timestamp from 2013-01-01")
    assert (loop.written(), (tmp_path / "landed").exists()) == ([], False)
    (Path(folder) / "turned.csv").write_text("at,id,x,y\n")
    (error,) = sentences(validate(loop.context, loop.tables.name("toy_landing"), landing), "error")
    assert "turned.csv has its columns in another order than source.schema, from `id` on" in error


@pytest.mark.slow
def test_a_change_feed_is_described_as_its_table_is_now(loop):
    loop.source_has(days(1, 8))
    loop.tables.spark.sql(f"ALTER TABLE {loop.source} SET TBLPROPERTIES (delta.enableChangeDataFeed = true)")
    loop.spec = toy_spec(
        source={"mode": "change_feed", "table": "toy_source", "keys": ["id"]}, gate={"holdout": "reserved"}
    )

    report = validate(loop.context, loop.source)

    assert [each.level for each in report.findings] == ["ok"] * 6, report.summary
    assert sentences(report, "ok")[1] == "160 rows; ledger `commit_version` is an integer from 1 to 1."
