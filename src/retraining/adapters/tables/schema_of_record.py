"""A control table's columns derive from its record: there is no second schema."""

from dataclasses import fields
from datetime import datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    DoubleType,
    LongType,
    StringType,
    StructField,
    StructType,
    TimestampType,
)

_SIMPLE: dict[Any, DataType] = {
    str: StringType(),
    int: LongType(),
    float: DoubleType(),
    bool: BooleanType(),
    datetime: TimestampType(),
    tuple[str, ...]: ArrayType(StringType(), containsNull=False),
    tuple[float, ...]: ArrayType(DoubleType(), containsNull=False),
    tuple[int, ...]: ArrayType(LongType(), containsNull=False),
}


def schema_of_record(record: type) -> StructType:
    """Spark schema of a frozen record: `X | None` becomes nullable, everything else NOT NULL."""
    hints = get_type_hints(record)
    return StructType([_field(each.name, hints[each.name]) for each in fields(record)])


def _field(name: str, hint: Any) -> StructField:
    options = [each for each in get_args(hint) if each is not type(None)] if type(None) in get_args(hint) else [hint]
    base = str if get_origin(options[0]) is Literal else options[0]
    return StructField(name, _SIMPLE[base], nullable=type(None) in get_args(hint))
