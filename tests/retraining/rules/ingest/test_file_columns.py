"""What a later file may bring, and what it may not lack."""

import pytest
from tests.retraining.rules.ingest.test_contract import FOUND, TOY, toy_feed, without

from retraining.errors import SourceError
from retraining.rules.ingest.file_columns import FileColumns, compare_file, why_not_header

MORE = {**FOUND, "weight": "int"}


def files(**said: object):
    source = {"mode": "files", "path": "/in", "format": "parquet", "ledger_column": "at", "keys": ["id"], **said}
    return toy_feed(source=source)


def refusal(found, landed=MORE, **said):
    with pytest.raises(SourceError) as caught:
        compare_file(files(**said), "/in/2.parquet", found, landed)
    return str(caught.value)


def test_a_file_like_the_ones_before_changes_nothing():
    shouted = {name.upper(): type_ for name, type_ in MORE.items()}

    assert compare_file(files(), "/in/2.parquet", shouted, MORE) == FileColumns()


@pytest.mark.parametrize("column", ["x", "id", "at", "y"])
def test_a_column_that_the_spec_names_may_not_be_missing(column):
    message = refusal(without(column))

    assert f"/in/2.parquet has no column `{column}`, which earlier files hold as {FOUND[column]}. No file of" in message
    assert "Write the file again with that column (null where it has no value), or take it away" in message


def test_a_column_that_no_spec_uses_may_be_missing_or_of_another_type():
    assert compare_file(files(), "f", FOUND, MORE) == FileColumns()
    assert compare_file(files(), "f", {**FOUND, "weight": "string"}, MORE) == FileColumns(unfit=("weight",))


def test_a_function_may_read_any_column_that_is_not_ignored():
    assert "has no column `weight`" in refusal(FOUND, prepare="recipes.toy.prepare")
    assert compare_file(files(prepare="recipes.toy.prepare", ignore=["weight"]), "f", FOUND, MORE) == FileColumns()


@pytest.mark.parametrize(
    ("policy", "expected"), [("ignore", FileColumns()), ("accept", FileColumns(added=("height",)))]
)
def test_a_new_column_is_ignored_or_accepted(policy, expected):
    assert compare_file(files(new_columns=policy), "f", {**MORE, "height": "int"}, MORE) == expected


def test_a_new_column_that_shall_fail_is_named_unless_it_is_ignored():
    found = {**MORE, "height": "int"}

    assert "has new columns `height`, and source.new_columns is fail." in refusal(found, new_columns="fail")
    assert compare_file(files(new_columns="fail", ignore=["Height"]), "f", found, MORE) == FileColumns()


def test_a_new_column_that_the_spec_names_comes_in():
    assert compare_file(files(new_columns="fail"), "f", MORE, {**MORE, "x": "double"}).added == ()
    assert compare_file(files(), "f", MORE, {"weight": "int"}).added == tuple(FOUND)


def test_a_wider_type_comes_in_a_narrower_one_is_read_and_another_one_stops():
    landed = {**MORE, "x": "int"}

    assert compare_file(files(), "f", {**MORE, "x": "bigint"}, landed) == FileColumns(wider=("x",))
    assert compare_file(files(), "f", {**MORE, "x": "smallint"}, landed) == FileColumns()
    assert "holds column `x` as string, earlier files as int." in refusal({**MORE, "x": "string"}, landed)
    assert TOY["columns"]["numeric"] == ["x"]


@pytest.mark.parametrize(
    ("header", "why"),
    [
        (["ID", "at", "X"], None),
        (["id", "x", "at"], "has its columns in another order than source.schema, from `at` on"),
        (["id", "at"], "lacks `x` in its first line"),
        (["id", "at", "x", "anna@example.com"], "has 1 names that are not in source.schema in its first line"),
        (["id", "at", "y"], "lacks `x` and has 1 names that are not in source.schema in its first line"),
        (["id", "at", "x", "x"], "names a column twice in its first line"),
        ([""], "is empty: its first line names no column"),
        ([" ", ""], "is empty: its first line names no column"),
        (["anna@example.com", "2013-01-31", "1"], "has none of the names of source.schema in its first line"),
    ],
)
def test_a_header_is_the_schema_or_the_difference_is_said_without_a_value_of_a_row(header, why):
    said = why_not_header(header, ["id", "at", "x"])

    assert said == why if why is None else said.startswith(why)
    assert "anna" not in str(said)
