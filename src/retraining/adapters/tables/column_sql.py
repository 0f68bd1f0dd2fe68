"""Columns as SQL writes them."""

from pyspark.sql.types import StructField

from retraining.spec.identifiers import quoted_column

MAPPED_COLUMNS = {"delta.columnMapping.mode": "name"}
"""Property of a table that lets Delta take a name which its files could not have."""
_NOT_IN_FILES = set(" ,;{}()\n\t=")


def column_in_sql(column: StructField) -> str:
    """Name, type and nullability."""
    return f"{quoted_column(column.name)} {column.dataType.simpleString()}{'' if column.nullable else ' NOT NULL'}"


def needs_mapping(column: StructField) -> bool:
    """Whether a column's name holds what Delta's files cannot have in a name, such as a space."""
    return bool(_NOT_IN_FILES & set(column.name))
