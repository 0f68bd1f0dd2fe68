"""Staged files in a real Delta table."""

import uuid

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from local_workspace.errors import LoadError
from local_workspace.loading.load_table import check_table, format_of, load_table, text_types
from local_workspace.loading.value_format import ValueFormat


@pytest.fixture(scope="module")
def schema(spark):
    name = f"test_{uuid.uuid4().hex[:10]}"
    spark.sql(f"CREATE SCHEMA spark_catalog.{name}")
    return name


@pytest.fixture
def table(schema):
    return f"`spark_catalog`.`{schema}`.`t_{uuid.uuid4().hex[:8]}`"


@pytest.fixture
def staged(tmp_path):
    def write(**columns):
        pq.write_table(pa.table(columns), tmp_path / "rows.parquet")
        return tmp_path / "rows.parquet"

    return write


@pytest.mark.classic
def test_a_name_with_a_space_is_kept_and_rows_that_are_there_are_not_added_again(spark, table, staged):
    values = ValueFormat(missing=("?",), decimal=",", date_pattern="^a$")
    first = load_table(spark, staged(day=["a", "a"], **{"wind speed": [1, None]}), table, False, values)
    later = load_table(spark, staged(**{"wind speed": [None, 3]}, day=["a", "b"]), table, append=True)

    assert first.types == {"day": "string", "wind speed": "bigint"}
    assert (first.rows, first.new_rows, later.rows, later.new_rows) == (2, 2, 3, 1)
    assert sorted(map(tuple, spark.table(table).collect()), key=str) == [("a", 1), ("a", None), ("b", 3)]
    assert text_types(spark, table) == {"day": "string", "wind speed": "bigint"}
    assert format_of(spark, table) == values
    assert format_of(spark, f"{table[:-1]}_none`") == ValueFormat()


@pytest.mark.classic
def test_what_exists_is_refused_replaced_when_asked_and_never_touched_when_another_made_it(spark, table, staged):
    load_table(spark, staged(x=[1]), table, append=False)

    with pytest.raises(LoadError, match=r"the table exists, with 1 rows\. Add --append .* or --replace"):
        check_table(spark, table, append=False, replace=False)
    check_table(spark, table, append=False, replace=True)
    replaced = load_table(spark, staged(**{"y z": ["b", "c"]}), table, append=False)
    assert (replaced.types, replaced.rows) == ({"y z": "string"}, 2)

    other = table.replace("`t_", "`other_")
    spark.sql(f"CREATE TABLE {other} (x INT) USING DELTA")
    for append in (True, False):
        with pytest.raises(LoadError, match="`load` did not make it, so it is not changed"):
            check_table(spark, other, append=append, replace=not append)


@pytest.mark.classic
def test_other_columns_or_types_are_not_appended(spark, table, staged):
    load_table(spark, staged(x=[1], y=["a"]), table, append=False)

    with pytest.raises(LoadError, match=r"do not have its columns; y missing and z new\. Nothing was appended"):
        load_table(spark, staged(x=[1], z=["a"]), table, append=True)
    with pytest.raises(LoadError, match="column `y` has the type string, in the files bigint"):
        load_table(spark, staged(x=[1], y=[1]), table, append=True)
    assert spark.table(table).count() == 1


@pytest.mark.classic
def test_a_load_that_was_killed_before_the_table_had_a_name_is_healed(spark, schema, table, staged):
    location = spark.catalog.getDatabase(schema).locationUri
    folder = f"{location}/{table.split('.')[-1].strip('`')}"
    spark.range(5).write.format("delta").save(folder)

    assert load_table(spark, staged(x=[1]), table, append=False).rows == 1
