"""Files that come later have the columns of those before, or it is said what they lack and what they bring."""

import pandas as pd
import pytest
from tests.retraining.adapters.sources.folder import read_from_files

from retraining.errors import SourceError

DAY = pd.Timestamp("2013-01-31")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def put(folder, name, **columns):
    """A Parquet file of one row, as pandas writes it."""
    row = {"id": name, "at": DAY, "x": 1.0, "y": 1.0, **columns}
    kept = {column: [value] for column, value in row.items() if value is not ...}
    pd.DataFrame(kept).to_parquet(folder / f"{name}.parquet", index=False, coerce_timestamps="us")


def test_a_later_file_without_a_used_column_stops_and_one_without_another_comes_in(loop, folder):
    put(folder, "1", w=1, **{"a b": 2})
    assert read_from_files(loop, folder, "parquet").ingest().accepted == 1
    put(folder, "2")
    assert loop.ingest().accepted == 1
    put(folder, "3", x=...)

    with pytest.raises(
        SourceError, match=r"/3.parquet has no column `x`, which earlier files hold as double\. No file"
    ):
        loop.ingest()
    (folder / "3.parquet").unlink()
    put(folder, "4")
    assert (loop.ingest().accepted, loop.accepted("w")) == (1, {"1": 1, "2": None, "4": None})


@pytest.mark.parametrize("policy", ["ignore", "accept", "fail"])
@pytest.mark.slow
def test_a_later_file_with_a_new_column_follows_the_spec(loop, folder, policy):
    put(folder, "1")
    read_from_files(loop, folder, "parquet", new_columns=policy).ingest()
    put(folder, "2", z=7)

    if policy == "fail":
        with pytest.raises(SourceError, match=r"/2\.parquet has new columns `z`, and source.new_columns is fail"):
            loop.ingest()
        return
    assert loop.ingest().accepted == 1
    assert ("z" in loop.tables.read("toy_observations").columns) == (policy == "accept")
    assert policy == "ignore" or loop.accepted("z") == {"1": None, "2": 7}


@pytest.mark.slow
def test_a_later_file_with_a_wider_type_widens_and_an_unused_one_of_another_type_is_null(loop, folder):
    put(folder, "1", x=pd.array([1], "int32")[0], w="text")
    loop = read_from_files(loop, folder, "parquet")
    loop.ingest()
    put(folder, "2", x=3_000_000_000, w=5)

    report = loop.ingest()

    assert (report.accepted, loop.accepted("x")) == (1, {"1": 1, "2": 3_000_000_000})
    assert "column `w` of" in report.notes[0]
    assert loop.accepted("w") == {"1": "text", "2": None}


def test_nanoseconds_are_refused_with_what_pandas_can_write_instead(loop, folder):
    pd.DataFrame({"id": ["a"], "at": [DAY], "x": [1.0], "y": [1.0]}).to_parquet(folder / "1.parquet")

    with pytest.raises(SourceError, match=r"1.parquet holds times in nanoseconds, .* coerce_timestamps='us'"):
        read_from_files(loop, folder, "parquet").ingest()
    assert not loop.written()


def test_a_json_file_in_which_no_line_has_a_used_key_stops(loop, folder):
    line = '{"id": "a", "at": "2013-01-31 10:00", "x": 1, "y": null}'
    (folder / "1.json").write_text(line)
    assert read_from_files(loop, folder, "json").ingest().accepted == 1
    (folder / "2.json").write_text('{"id": "b", "at": "2013-01-31 10:00", "y": 1}\n' * 2)

    with pytest.raises(SourceError, match=r"no line of \S*/2.json has the key `x`, which source.schema names"):
        loop.ingest()
