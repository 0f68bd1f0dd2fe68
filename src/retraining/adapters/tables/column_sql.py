"""Columns as SQL writes them."""

from pyspark.sql.types import DataType, StructField, StructType

from retraining.spec.identifiers import quoted_column

MAPPED_COLUMNS = {"delta.columnMapping.mode": "name"}
"""Property of a table that lets Delta take a name which its files could not have."""
_NOT_IN_FILES = set(" ,;{}()\n\t=")


def column_in_sql(column: StructField) -> str:
    """Name, type and nullability."""
    return f"{quoted_column(column.name)} {type_in_sql(column.dataType)}{'' if column.nullable else ' NOT NULL'}"


def type_in_sql(data_type: DataType) -> str:
    """A type, with the names inside it quoted."""
    if not isinstance(data_type, StructType):
        return str(data_type.simpleString())
    parts = ", ".join(f"{quoted_column(each.name)}: {type_in_sql(each.dataType)}" for each in data_type)
    return f"STRUCT<{parts}>"


def needs_mapping(column: StructField) -> bool:
    """Whether a name of a column, or one inside it, holds what Delta's files cannot have in a name, such as a space."""
    inside = column.dataType if isinstance(column.dataType, StructType) else ()
    return bool(_NOT_IN_FILES & set(column.name)) or any(needs_mapping(each) for each in inside)
