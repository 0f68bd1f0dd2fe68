"""Writes staged files into a Delta table of the bundle's schema: a new one, more rows of one, or instead of one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import DataType

from local_workspace.errors import LoadError
from local_workspace.loading.column_names import NEEDS_MAPPING, differing_columns
from local_workspace.loading.value_format import ValueFormat

LOADED = "local_workspace.loaded"
"""Property of a table that this command made, so that it never touches another."""

FORMAT = "local_workspace.format"
"""Property that holds how the files of the table write values, so that more of them are read in the same way."""

MAPPING = "delta.columnMapping.mode"

WIDER = {"tinyint": 1, "smallint": 2, "int": 3, "bigint": 4, "float": 5, "double": 6}
"""A number of the files may become a later type of this list, if the table has it."""


@dataclass(frozen=True)
class LoadedTable:
    """What the table is now."""

    types: Mapping[str, str]
    """Spark's types by column."""
    new_rows: int
    """Rows that were written."""
    rows: int
    """Rows of the table."""


def text_types(spark: SparkSession, table: str) -> dict[str, str]:
    """The types that the files' text must get so that it can be appended; empty if there is no such table."""
    types = dict(spark.table(table).dtypes) if spark.catalog.tableExists(table) else {}
    return {name: "bigint" if kind in ("int", "smallint", "tinyint") else kind for name, kind in types.items()}


def format_of(spark: SparkSession, table: str) -> ValueFormat:
    """How the files write values from which the table was made; the default where there is no such table."""
    known = _properties(spark, table) if spark.catalog.tableExists(table) else {}
    return ValueFormat.from_json(known[FORMAT]) if FORMAT in known else ValueFormat()


def check_table(spark: SparkSession, table: str, append: bool, replace: bool) -> None:
    """A LoadError if the table is there and may not be written."""
    if not spark.catalog.tableExists(table):
        return
    shown = table.replace("`", "")
    if LOADED not in _properties(spark, table):
        raise LoadError(
            f"{shown}: the table exists, and `load` did not make it, so it is not changed. Choose another name."
        )
    if not (append or replace):
        raise LoadError(
            f"{shown}: the table exists, with {spark.table(table).count():,} rows. Add --append for rows that it does "
            f"not have yet, or --replace to load it again. Nothing was changed."
        )


def load_table(
    spark: SparkSession,
    staged: Path,
    table: str,
    append: bool,
    values: ValueFormat = ValueFormat(),  # noqa: B008
) -> LoadedTable:
    """Write the staged rows. append: only rows that the table does not have; else the table has only these rows.
    values: how their files write values, remembered for the files that are appended later."""
    rows = spark.read.parquet(str(staged))
    if spark.catalog.tableExists(table) and append:
        new = _as_in(spark.table(table), rows, table.replace("`", "")).exceptAll(spark.table(table))
        before = spark.table(table).count()
        new.writeTo(table).append()
    else:
        before = 0
        _create(spark, rows, table, values)

    written = spark.table(table)
    count = written.count()
    return LoadedTable(dict(written.dtypes), count - before, count)


def _create(spark: SparkSession, rows: DataFrame, table: str, values: ValueFormat) -> None:
    writer = rows.writeTo(table).using("delta").tableProperty(LOADED, "true").tableProperty(FORMAT, values.as_json)
    known = _properties(spark, table) if spark.catalog.tableExists(table) else {}
    if MAPPING in known or any(NEEDS_MAPPING.search(name) for name in rows.columns):
        writer = writer.tableProperty(MAPPING, "name")

    if known:
        writer.replace()
    else:
        _remove_leftovers(spark, table)
        writer.create()


def _as_in(table: DataFrame, rows: DataFrame, name: str) -> DataFrame:
    """The rows with the table's columns in its order; a LoadError where they do not fit."""
    differences = differing_columns(table.columns, rows.columns)
    if differences:
        raise LoadError(
            f"{name}: the files do not have its columns; {differences}. Nothing was appended. "
            f"Give the files the table's columns, or load all files again with --replace."
        )

    for field in table.schema:
        found = rows.schema[field.name].dataType
        if not _fits(found, field.dataType):
            raise LoadError(
                f"{name}: column `{field.name}` has the type {field.dataType.simpleString()}, in the files "
                f"{found.simpleString()}. Nothing was appended. Correct the files, or load all of them with --replace."
            )
    return rows.select([F.col(_quoted(each.name)).cast(each.dataType).alias(each.name) for each in table.schema])


def _fits(found: DataType, wanted: DataType) -> bool:
    names = (found.simpleString(), wanted.simpleString())
    if names == ("date", "timestamp"):
        return True
    return found == wanted or WIDER.get(names[0], 9) <= WIDER.get(names[1], 0)


def _remove_leftovers(spark: SparkSession, table: str) -> None:
    """Files of a load that was killed before the table had a name. The lock of the state folder keeps others away."""
    *_, schema, name = (part.strip("`") for part in table.split("."))
    location = spark.catalog.getDatabase(schema).locationUri
    folder = Path(unquote(urlsplit(location).path)) / name
    if folder.is_dir() and re.fullmatch(r"\w+", name):
        shutil.rmtree(folder)


def _properties(spark: SparkSession, table: str) -> dict[str, str]:
    return {row["key"]: row["value"] for row in spark.sql(f"show tblproperties {table}").collect()}


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
