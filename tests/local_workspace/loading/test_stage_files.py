"""Files of many formats become one typed Parquet file, or one clear sentence."""

import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local_workspace.errors import LoadError
from local_workspace.loading.find_files import find_files
from local_workspace.loading.read_csv import CsvFormat
from local_workspace.loading.stage_files import StagedFiles, stage_files
from local_workspace.loading.value_format import ValueFormat, date_pattern

UTF8 = CsvFormat("utf8", None)


def stage(folder: Path, *inputs: str, csv: CsvFormat = UTF8, **options) -> StagedFiles:
    files = find_files([str(folder / each) for each in inputs])
    return stage_files(files, folder / "staged" / "rows.parquet", csv, options.pop("wanted", {}), **options)


def rows(staged: StagedFiles) -> list[dict]:
    return pq.read_table(staged.path).to_pylist()


def types(staged: StagedFiles) -> dict[str, str]:
    return {column.name: column.type for column in staged.columns}


def write(folder: Path, **files: str | bytes) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", ".")
        path.write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_csv_as_pandas_writes_it_comes_in_whole(tmp_path):
    frame = pd.DataFrame({"text": ['say "hi", he said', "two\nlines", "é", None], "n": [1, 2, 3, 4]})
    frame.to_csv(tmp_path / "a.csv", index=False)

    assert rows(stage(tmp_path, "a.csv")) == frame.replace({None: None}).to_dict("records")


def test_names_keep_spaces_inside_and_lose_those_around(tmp_path):
    write(tmp_path, a__csv="\ufeffday, wind speed ,\n2024-01-01,3,x\n")

    staged = stage(tmp_path, "a.csv")

    assert types(staged) == {"day": "date", "wind speed": "bigint", "unnamed_3": "string"}


def test_a_folder_is_one_table_whatever_the_order_of_its_columns(tmp_path):
    folder = tmp_path / "days"
    (folder / "february").mkdir(parents=True)
    write(folder, b__csv="y,x\nb,2\n", a__csv="x,y\n1,a\n", notes__md="not a table", _SUCCESS="")
    write(folder / "february", c__csv="x,y\n,\n")

    staged = stage(tmp_path, "days")

    assert rows(staged) == [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}, {"x": None, "y": None}]
    assert (staged.rows, staged.how) == (3, "3 files (csv, separated by `,`)")
    assert [column.missing for column in staged.columns] == [1, 1]


def test_patterns_semicolons_tabs_and_compression_are_understood(tmp_path):
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"x;y\n1;a,b\n"))
    write(tmp_path, b__tsv="x\ty\n2\tc\n")

    assert rows(stage(tmp_path, "*.csv.gz")) == [{"x": 1, "y": "a,b"}]
    assert rows(stage(tmp_path, "b.tsv")) == [{"x": 2, "y": "c"}]
    assert rows(stage(tmp_path, "b.tsv", csv=CsvFormat("utf8", ","))) == [{"x\ty": "2\tc"}]


def test_latin1_is_refused_by_name_and_read_with_its_encoding(tmp_path):
    write(tmp_path, a__csv="key,n\né1,1\nè1,2\n".encode("latin1"))

    with pytest.raises(LoadError, match=r"a\.csv: not text in utf8.*--encoding cp1252 or --encoding latin1"):
        stage(tmp_path, "a.csv")
    assert [row["key"] for row in rows(stage(tmp_path, "a.csv", csv=CsvFormat("latin1", None)))] == ["é1", "è1"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a__csv": ""}, "a.csv: the file is empty"),
        ({"a__csv": "x,y\n"}, "there are no rows, only the names of the columns"),
        ({"a__csv": "x,y\n1,2\n1,2,3\n"}, "row 3 of the file has 3 values, the header has 2"),
        ({"a__csv": "x,y\n1\n"}, "row 2 of the file has 1 values, the header has 2"),
        ({"a__csv": "x,X,y\n1,2,3\n"}, "2 columns have the same name in upper or lower case: X, x"),
        ({"a__csv": "x,x\n1,2\n"}, "the column x is there 2 times"),
        ({"a__csv": 'x,"y\nz"\n1,2\n'}, "the name of a column contains a line break"),
        (
            {"a__csv": "x,y\n1,2\n", "b__csv": "x,z\n1,2\n"},
            "b.csv: its columns are not .*; y missing and z new",
        ),
        ({"a__csv": "x\n1\n", "b__parquet": b""}, "the files have 2 formats"),
        ({"a__pkl": b"x"}, "reading a pickle runs the code in it"),
        ({"a__xyz": b"x"}, "its format is not known. Expected a name that ends in one of .csv"),
        ({"a__parquet": b"x"}, "a.parquet: not readable as parquet"),
        ({"a__json": "[1, 2"}, "a.json: not readable as json"),
    ],
)
def test_what_cannot_be_loaded_is_one_sentence_with_a_cure(tmp_path, files, message):
    write(tmp_path, **files)

    with pytest.raises(LoadError, match=message):
        stage(tmp_path, *(name.replace("__", ".") for name in files))


def test_a_file_that_is_not_there_is_named_with_what_is(tmp_path):
    write(tmp_path, weather__csv="x\n1\n")

    with pytest.raises(LoadError, match=r"whether\.csv: no such file, .*\. In .* there are weather\.csv"):
        find_files([str(tmp_path / "whether.csv")])
    (tmp_path / "empty").mkdir()
    with pytest.raises(LoadError, match="none of its 0 files ends in one of"):
        find_files([str(tmp_path / "empty")])


def test_no_error_quotes_a_value(tmp_path):
    write(tmp_path, a__csv="x,y\nsecret,1\nsecret,1,secret\n")

    with pytest.raises(LoadError) as raised:
        stage(tmp_path, "a.csv")
    assert "secret" not in str(raised.value)


def test_parquet_keeps_its_types_and_nanoseconds_become_microseconds(tmp_path):
    frame = pd.DataFrame(
        {
            "at": pd.to_datetime(["2024-01-31 10:00:00.123456789"]),
            "code": ["007"],
            "kind": pd.Categorical(["a"]),
            "n": pd.Series([1], dtype="uint8"),
        }
    )
    frame.index = pd.Index([5])
    frame.to_parquet(tmp_path / "a.parquet")

    staged = stage(tmp_path, "a.parquet")

    at = datetime(2024, 1, 31, 10, 0, 0, 123456, tzinfo=UTC)
    assert rows(staged) == [{"at": at, "code": "007", "kind": "a", "n": 1}]
    assert pq.read_schema(staged.path).field("at").type == pa.timestamp("us", "UTC")


def test_a_duration_is_refused_with_its_column(tmp_path):
    pd.DataFrame({"took": pd.to_timedelta([1], unit="s")}).to_parquet(tmp_path / "a.parquet")

    with pytest.raises(LoadError, match=r"column `took` has the type duration.* Write it as a number"):
        stage(tmp_path, "a.parquet")


@pytest.mark.parametrize("name", ["a.json", "a.jsonl", "a.feather", "a.orc"])
def test_other_formats_that_pandas_reads_come_in(tmp_path, name):
    frame = pd.DataFrame({"day": ["2024-01-31", "2024-02-01"], "n": [1, 2]})
    if name == "a.json":
        frame.to_json(tmp_path / name, orient="records")
    elif name == "a.jsonl":
        frame.to_json(tmp_path / name, orient="records", lines=True)
    elif name == "a.feather":
        frame.to_feather(tmp_path / name)
    else:
        frame.to_orc(tmp_path / name)

    staged = stage(tmp_path, name)

    assert staged.rows == 2
    assert [row["n"] for row in rows(staged)] == [1, 2]
    assert types(staged)["day"] == ("date" if "json" in name else "string")


def test_rows_for_a_table_get_its_types_or_are_refused(tmp_path):
    write(tmp_path, a__csv="code,n\n7,1\n", b__csv="code,n\n8,x\n")

    staged = stage(tmp_path, "a.csv", wanted={"code": "string", "n": "double"})
    assert rows(staged) == [{"code": "7", "n": 1.0}]

    with pytest.raises(LoadError, match="column `n`: the table has the type double, and the files hold"):
        stage(tmp_path, "b.csv", wanted={"code": "string", "n": "double"})


def test_a_column_can_be_kept_as_text(tmp_path):
    write(tmp_path, a__csv="zip,n\n12345,1\n")

    assert types(stage(tmp_path, "a.csv", keep_text=frozenset({"zip"}))) == {"zip": "string", "n": "bigint"}
    with pytest.raises(LoadError, match=r"--text zap: no such column\. The files have: zip, n"):
        stage(tmp_path, "a.csv", keep_text=frozenset({"zap"}))


GERMAN = "Tag;Preis;Menge;Land\n31.12.2024;1.234,50;1.000;DE\n01.01.2025;12,5;2.500;NA\n"


def notes(staged: StagedFiles) -> dict[str, str]:
    return {column.name: column.note for column in staged.columns}


def test_a_file_with_decimal_commas_says_which_options_read_it(tmp_path):
    write(tmp_path, a__csv=GERMAN)

    staged = stage(tmp_path, "a.csv")

    assert types(staged) == {"Tag": "string", "Preis": "string", "Menge": "double", "Land": "string"}
    assert notes(staged) == {
        "Tag": "text, because day and month could be mixed up: add --date-format, such as dd.mm.yyyy or mm/dd/yyyy",
        "Preis": "text, because of decimal commas: add --decimal ,",
        "Menge": "perhaps its points are between thousands: --decimal , reads them so",
        "Land": "NA read as missing; --missing names other texts",
    }


def test_with_these_options_it_is_read(tmp_path):
    write(tmp_path, a__csv=GERMAN)
    values = ValueFormat(missing=(), decimal=",", date_pattern=date_pattern("dd.mm.yyyy"))

    staged = stage(tmp_path, "a.csv", values=values)

    assert rows(staged) == [
        {"Tag": date(2024, 12, 31), "Preis": 1234.5, "Menge": 1000, "Land": "DE"},
        {"Tag": date(2025, 1, 1), "Preis": 12.5, "Menge": 2500, "Land": "NA"},
    ]
    assert set(notes(staged).values()) == {""}
