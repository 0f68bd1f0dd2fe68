"""A table takes in the columns of its source as they are by now: new ones at its end, and types that grew wider."""

from collections.abc import Iterable

from pyspark.sql.types import StructField, StructType

from retraining.adapters.tables.column_sql import MAPPED_COLUMNS, column_in_sql, needs_mapping
from retraining.adapters.tables.tables import Tables
from retraining.rules.ingest.widening import widens
from retraining.spec.identifiers import quoted_column, quoted_text

_WIDENING = {"delta.enableTypeWidening": "true"}
_NO_TIME_ZONE = {"delta.feature.timestampNtz": "supported"}


def fit_to_columns(tables: Tables, table: str, columns: StructType) -> None:
    """Adds the columns that the table lacks, and widens those whose new type takes in the stored one. Repeated after a
    kill, it does what is missing. Raises ConcurrentRunError while another run changes the table."""
    there = {each.name.lower(): each for each in tables.read(table).schema}
    new = [each for each in columns if each.name.lower() not in there]
    wider = [
        StructField(there[each.name.lower()].name, each.dataType)
        for each in columns
        if each.name.lower() in there and widens(_type(there[each.name.lower()]), _type(each))
    ]

    properties = _needed(new, wider)
    if properties:
        listed = ", ".join(f"'{key}' = {quoted_text(value)}" for key, value in properties.items())
        tables.alter(table, f"SET TBLPROPERTIES ({listed})")
    if new:
        listed = ", ".join(column_in_sql(StructField(each.name, each.dataType)) for each in new)
        tables.alter(table, f"ADD COLUMNS ({listed})")
    for each in wider:
        tables.alter(table, f"ALTER COLUMN {quoted_column(each.name)} TYPE {_type(each)}")


def _needed(new: Iterable[StructField], wider: Iterable[StructField]) -> dict[str, str]:
    """Properties that a table which was made without them needs first."""
    added = list(new)
    widened = list(wider)
    properties = dict(_WIDENING) if widened else {}
    if any(needs_mapping(each) for each in added):
        properties |= MAPPED_COLUMNS
    if any("timestamp_ntz" in _type(each) for each in (*added, *widened)):
        properties |= _NO_TIME_ZONE
    return properties


def _type(column: StructField) -> str:
    return str(column.dataType.simpleString())
