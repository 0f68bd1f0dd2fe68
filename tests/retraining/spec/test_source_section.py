"""Where rows may come from, and which keys each mode takes."""

import pytest
from pydantic import ValidationError

from retraining.errors import SpecError
from retraining.spec.read_spec import parse_spec
from retraining.spec.source_section import SourceSection

SPEC = """
model: toy
kind: regression
source: { SOURCE, ledger_column: at, keys: [id] }
columns: { label: y, numeric: [x] }
recipe: recipes.ridge.pipeline
gate: { holdout: reserved }
schedule: daily
"""
FILES = "mode: files, path: /Volumes/main/shop/in, format: csv, schema: { id: string, at: timestamp }"


def source(said: str) -> SourceSection:
    return parse_spec(SPEC.replace("SOURCE", said), "specs/toy.yml").source


def refusal(said: str) -> str:
    with pytest.raises(SpecError) as caught:
        source(said)
    return str(caught.value).replace("specs/toy.yml, line 4: ", "")


@pytest.mark.parametrize(
    ("said", "mode", "origin"),
    [
        ("table: toy_source", "table", "toy_source"),
        (FILES, "files", "/Volumes/main/shop/in"),
        ("mode: files, path: /data/in/, format: parquet", "files", "/data/in"),
        ("table: meters, prepare: recipes.meters.prepare", "table", "meters (prepared by recipes.meters.prepare)"),
    ],
)
def test_each_mode_knows_where_its_rows_come_from(said, mode, origin):
    assert (source(said).mode, source(said).origin) == (mode, origin)


def test_a_spec_of_files_survives_being_dumped_and_has_a_hash_that_depends_on_the_schema():
    spec = parse_spec(SPEC.replace("SOURCE", FILES), "specs/toy.yml")
    other = parse_spec(SPEC.replace("SOURCE", FILES.replace("timestamp", "date")), "specs/toy.yml")

    assert type(spec).model_validate(spec.model_dump()) == spec
    assert spec.hash != other.hash


def test_types_may_be_written_as_people_write_them():
    assert source(FILES.replace("timestamp", "'DECIMAL(9, 2)'")).file_schema["at"] == "decimal(9,2)"


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (f"{FILES}, table: toy_source", "mode: files has no `table`. Remove it, or say mode: table or change_feed"),
        ("table: toy_source, path: /in", "mode: table has no `path`. Remove it, or say mode: files"),
        ("table: toy_source, format: csv", "mode: table has no `format`. Remove it, or say mode: files"),
        ("table: toy_source, schema: { id: string }", "mode: table has no `schema`. Remove it, or say mode: files"),
    ],
)
def test_a_key_of_another_mode_is_refused_with_the_cure(said, message):
    assert refusal(said).endswith(message)


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ("mode: table", ["table"]),
        ("mode: files", ["path", "format"]),
        ("mode: files, path: /in, format: csv", ["schema"]),
        ("mode: files, path: /in, format: json", ["schema"]),
    ],
)
def test_a_key_that_the_mode_needs_is_asked_for(said, missing):
    assert refusal(said) == "\n".join(f"`source.{key}` is missing. Add it" for key in sorted(missing))


@pytest.mark.parametrize(
    ("path", "why"),
    [
        *(
            (path, "is not an absolute path of a folder")
            for path in ("in", "/", "s3://shop/in", "dbfs:/in", "file:///in")
        ),
        *((path, "steps through") for path in ("/in/../etc", "/in/./more", "/..")),
        *((path, "holds") for path in ("/in/*.csv", "/in/[a]", "/in/{a,b}", "/in/?", "/in/a:b", "/in/a'b")),
    ],
)
def test_a_path_is_one_plain_folder(path, why):
    assert why in refusal(FILES.replace("/Volumes/main/shop/in", f'"{path}"'))


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        ("{}", "is an empty section. Write at least one name"),
        ("{ id: string, at: struct }", "'struct' is not a column type of a file. Write one of string, boolean,"),
        ("{ id: 'array<int>' }", "is not a column type"),
        ("{ id: string, ID: string }", "named more than once: id"),
        ("{ malformed_line: string }", "is the column that lines which cannot be read go to"),
        ("{ _file: string }", "`_file` is a name that this product gives to a column itself"),
    ],
)
def test_a_schema_names_each_column_once_with_a_plain_type(schema, why):
    assert why in refusal(FILES.replace("{ id: string, at: timestamp }", schema))


def test_an_unknown_mode_is_refused():
    with pytest.raises(ValidationError, match="Input should be 'table'"):
        SourceSection.model_validate({"mode": "queue", "table": "t", "ledger_column": "at", "keys": ["id"]})


FEED = SPEC.replace("SOURCE, ledger_column: at", "mode: change_feed, table: toy_source")


def test_a_change_feed_needs_no_ledger_column_because_versions_are_the_ledger():
    spec = parse_spec(FEED, "specs/toy.yml")

    assert (spec.source.ledger_column, spec.source.origin) == ("commit_version", "toy_source")
    assert type(spec).model_validate(spec.model_dump()) == spec


@pytest.mark.parametrize(
    ("addition", "message"),
    [
        ("ledger_column: at", "mode: change_feed takes the table's versions as its ledger. Remove ledger_column"),
        ("lookback: 3", "mode: change_feed has no late rows. Remove lookback and settle_delay"),
        ("settle_delay: 1 hours", "mode: change_feed has no late rows. Remove lookback and settle_delay"),
        ("path: /in", "mode: change_feed has no `path`. Remove it, or say mode: files"),
    ],
)
def test_a_change_feed_refuses_what_it_has_no_use_for(addition, message):
    with pytest.raises(SpecError) as caught:
        parse_spec(FEED.replace("table: toy_source", f"table: toy_source, {addition}"), "specs/toy.yml")

    assert str(caught.value).endswith(message)


def test_a_change_feed_is_judged_on_reserved_keys_because_it_has_no_days():
    with pytest.raises(SpecError, match=r"has versions instead of days. Say gate: \{ holdout: reserved \}"):
        parse_spec(FEED.replace("holdout: reserved", "holdout: newest"), "specs/toy.yml")
