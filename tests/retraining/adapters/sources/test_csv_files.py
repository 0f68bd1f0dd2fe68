"""CSV as pandas and Excel write it, and as a spec says that it is written."""

from dataclasses import replace

import pandas as pd
import pytest
from tests.loop import killed
from tests.retraining.adapters.sources.folder import HEADER, put_csv, read_from_files

from retraining.errors import HeldBatchError, SourceError
from retraining.spec.csv_section import CsvSection

TEN = "2013-01-31 10:00"
SCHEMA = {"id": "string", "at": "timestamp", "x": "double", "n": "int", "y": "double", "text": "string"}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    return folder


def read(loop, folder, **csv):
    """The loop on files with a text in their last column."""
    read_from_files(loop, folder, schema=SCHEMA, csv=csv)
    loop.landing = replace(loop.landing, schema=SCHEMA, csv=CsvSection(**csv))
    return loop


def refused(loop):
    rows = loop.tables.read("toy_quarantine").select("malformed_line").orderBy("malformed_line").collect()
    return [row[0] for row in rows]


def test_what_pandas_writes_comes_in_as_it_is(loop, folder):
    texts = ['say "hi", he said', "first\nsecond", "tab\tand, comma", "back\\slash", "größe", None]
    frame = pd.DataFrame({"id": list("abcdef"), "at": pd.Timestamp(TEN), "x": 1.5, "n": [1, 2, 3, 4, 5, None], "y": 1})
    frame.assign(text=texts).to_csv(folder / "one.csv", index=False)
    frame.assign(text=texts, id=list("ABCDEF")).to_csv(folder / "two.csv.gz", index=False, lineterminator="\r\n")

    report = read(loop, folder).ingest()

    assert (report.accepted, report.quarantined) == (12, 0)
    assert [loop.accepted("text")[key] for key in "abcdef"] == texts
    assert [loop.accepted("text")[key] for key in "ABCDEF"] == texts
    assert [loop.accepted("n")[key] for key in "aef"] == [1, 5, None]


def test_texts_that_only_java_or_spark_reads_are_malformed_with_their_line(loop, folder):
    lines = [f"a,{TEN},1d,1,1,t", f"b,{TEN},1f,1,1,t", "c,2013,1,1,1,t", f"d,{TEN},1,1.5,1,t", f"e,{TEN},1,1"]
    (folder / "one.csv").write_text("\n".join([",".join(SCHEMA), *lines, f"f,{TEN},1,1,1,t"]))

    report = read(loop, folder).ingest()

    assert (report.accepted, report.reasons) == (1, ("malformed",))
    assert refused(loop) == lines


def test_a_quote_that_is_never_closed_hides_no_line(loop, folder):
    lines = [f'a,{TEN},1,1,1,"open', f"b,{TEN},1,1,1,t", f"c,{TEN},1,1,1,t"]
    (folder / "one.csv").write_text("\n".join([",".join(SCHEMA), f"z,{TEN},1,1,1,t", *lines]) + "\n")

    report = read(loop, folder).ingest()

    assert loop.accepted_keys() == ["z"]
    assert report.quarantined >= 1
    assert "b," in "".join(refused(loop))


def test_bytes_that_are_not_utf_8_are_refused_by_name_and_read_by_encoding(loop, folder):
    text = "\n".join([",".join(SCHEMA), f"é1,{TEN},1,1,1,t", f"è1,{TEN},1,1,1,t", ""])
    (folder / "latin [1].csv").write_bytes(text.encode("latin1"))

    with pytest.raises(SourceError, match=r"latin \[1\].csv is not UTF-8 in 2 lines\. .* source.csv.encoding: latin1"):
        read(loop, folder).ingest()
    assert not loop.tables.exists("toy_observations")
    assert read(loop, folder, encoding="latin1").ingest().accepted == 2
    assert loop.accepted_keys() == ["è1", "é1"]


@pytest.mark.slow
def test_another_delimiter_other_nulls_no_header_and_a_backslash_are_said_in_the_spec(loop, folder):
    said = {"delimiter": "tab", "header": False, "null_values": ["NA", "-"], "escape": "\\", "encoding": "cp1252"}
    lines = [f'a\t{TEN}\tNA\t1\t1\t"5 € \\"net\\""', f"b\t{TEN}\t-\tNA\t1\tNA"]
    (folder / "one.csv").write_bytes("\n".join(lines).encode("cp1252"))

    assert read(loop, folder, **said).ingest().accepted == 2
    assert loop.accepted("text") == {"a": '5 € "net"', "b": None}
    assert loop.accepted("x") == {"a": None, "b": None}


@pytest.mark.parametrize("volume", [None, "`a`.`b`.`c`"], ids=["on a laptop", "on the platform"])
@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("id,at,y,x\n", "has its columns in another order than source.schema, from `x` on"),
        ('"id","at","x"\n', "lacks `y` in its first line"),
        (f"anna,{TEN},1,1\n", "has none of the names of source.schema in its first line"),
        ('""\n', "is empty: its first line names no column"),
    ],
    ids=["another order", "a column less", "no header", "an empty frame of pandas"],
)
def test_a_file_with_another_header_is_named_and_no_other_one(loop, folder, monkeypatch, volume, text, why):
    put_csv(folder, "fine.csv", [("a", TEN, 1.0, 1.0)])
    put_csv(folder, "later.csv", [("b", TEN, 1.0, 1.0)])
    (folder / "odd.csv").write_text(text)
    read_from_files(loop, folder)
    loop.landing = replace(loop.landing, volume=volume)
    monkeypatch.setattr("retraining.steps.ingest.land_files.land", killed)  # Auto Loader would read it by name

    with pytest.raises(SourceError, match=rf"odd\.csv {why}.* No file of this run has landed") as refused:
        loop.ingest()
    assert "fine.csv" not in str(refused.value)
    assert "anna" not in str(refused.value)


@pytest.mark.slow
def test_a_header_is_recognised_in_any_case_with_quotes_a_mark_or_another_encoding(loop, folder):
    put_csv(folder, "one.csv", [("a", TEN, 1.0, 1.0)], '"ID","At","X","Y"')
    put_csv(folder, "two.csv", [("b", TEN, 1.0, 1.0)], "\ufeffid,at,x,y\r")
    put_csv(folder, "blank lines.csv", [("c", TEN, 1.0, 1.0)], "\n\nid,at,x,y")
    (folder / "nothing.csv").write_text("\n\n")

    assert read_from_files(loop, folder).ingest().accepted == 3
    put_csv(folder, "three.csv", [("d", TEN, 1.0, 1.0)])
    (folder / "three.csv").write_text((folder / "three.csv").read_text(), encoding="utf-16")
    for name in ("one", "two", "blank lines", "nothing"):
        (folder / f"{name}.csv").unlink()
    loop.landing = replace(loop.landing, csv=CsvSection(encoding="utf-16"))
    assert loop.ingest().accepted == 1


def test_a_file_of_which_most_is_malformed_is_held(loop, folder):
    rows = [(n, TEN, "wrong" if n < 77 else 1.0, 1.0) for n in range(100)]
    put_csv(folder, "one.csv", rows)

    with pytest.raises(HeldBatchError, match=r"77 of 100 new rows \(77.00%\) were quarantined; .* malformed 77"):
        read_from_files(loop, folder).ingest()


@pytest.mark.slow
def test_a_column_added_to_the_schema_lands_in_the_order_of_the_spec(loop, folder):
    put_csv(folder, "one.csv", [("a", TEN, 1.0, 1.0)])
    read_from_files(loop, folder).ingest()
    schema = {"id": "string", "at": "timestamp", "z": "int", "x": "double", "y": "double"}
    read_from_files(loop, folder, schema=schema, new_columns="accept")
    loop.landing = replace(loop.landing, schema=schema)
    put_csv(folder, "two.csv", [("b", TEN, 7, 2.0, 1.0)], HEADER.replace("x", "z,x"))

    assert loop.ingest().accepted == 1
    assert (loop.accepted("z"), loop.accepted("x")) == ({"a": None, "b": 7}, {"a": 1.0, "b": 2.0})


@pytest.mark.parametrize("value", ['"2013"', "1359626400", '"soon"'])
@pytest.mark.slow
def test_a_moment_in_json_is_written_in_full(loop, folder, value):
    lines = [f'{{"id": "a", "at": "{TEN}", "x": 1, "y": 1}}', f'{{"id": "b", "at": {value}, "x": 1, "y": 1}}']
    (folder / "one.json").write_text("\n".join(lines))

    assert read_from_files(loop, folder, "json").ingest().accepted == 1
    assert loop.reasons_of(None) == ["malformed"]
