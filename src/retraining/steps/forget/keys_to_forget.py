"""The keys of a request, hashed as ingestion hashes the keys of rows."""

from collections.abc import Mapping

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from retraining.adapters.tables import observations
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.errors import ParameterError
from retraining.requests.forget import ForgetRequest, read_keys
from retraining.rules.ingest.row_identity import IDENTITIES, row_key


def keys_to_forget(context: Context, request: ForgetRequest) -> DataFrame:
    """Every key in the request once, with its `_row_key` of each identity: tables of sources that the models had before
    may have another one.

    The key columns must have the types that the observations store: an int has another hash than a bigint. Raises
    ParameterError for anything else; no error repeats a value.
    """
    columns = _key_columns(context)
    types = {column.name: column.dataType.simpleString() for column in columns}
    if request.keys_table is not None:
        rows = _rows_of(context.tables, request.keys_table, types)
    else:
        rows = context.tables.spark.createDataFrame(read_keys(request.keys or "", types), columns)
    named = (row_key(rows, context.spec.source.keys, identity).alias(identity) for identity in IDENTITIES)
    keys = rows.select(*named).distinct()
    if request.keys_table is not None and keys.isEmpty():
        raise ParameterError(f"keys_table {request.keys_table} has no rows, so it names no key. Fill it and run again.")
    return keys


def _key_columns(context: Context) -> StructType:
    """The key columns by the names of the spec, with the types of the observations."""
    schema = context.tables.read(observations.table_of(context.spec.source_name)).schema
    stored = {column.name.lower(): column for column in schema}
    return StructType([StructField(name, stored[name.lower()].dataType, True) for name in context.spec.source.keys])


def _rows_of(tables: Tables, table: str, types: Mapping[str, str]) -> DataFrame:
    if not tables.spark.catalog.tableExists(table):
        raise ParameterError(f"keys_table {table} does not exist, or this principal may not read it. Nothing was done.")

    rows = tables.spark.table(table)
    found = {column.name.lower(): column.dataType.simpleString() for column in rows.schema}
    wrong = [
        f"`{name}` is {found.get(name.lower(), 'missing')}, expected {expected}"
        for name, expected in types.items()
        if found.get(name.lower()) != expected
    ]
    if wrong:
        raise ParameterError(
            f"keys_table {table}: {'; '.join(wrong)}. Nothing was forgotten. Give it the key columns of the source, or "
            f"name a view that casts them."
        )

    return rows.select(*(F.col(f"`{name}`") for name in types))
