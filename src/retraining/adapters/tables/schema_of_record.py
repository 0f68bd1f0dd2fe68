"""A control table's columns derive from its record: there is no second schema."""

from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pyspark.sql.types import (
    ArrayType,
    BooleanType,
    DataType,
    DateType,
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
    date: DateType(),
    datetime: TimestampType(),
    tuple[str, ...]: ArrayType(StringType(), containsNull=False),
    tuple[float, ...]: ArrayType(DoubleType(), containsNull=False),
    tuple[int, ...]: ArrayType(LongType(), containsNull=False),
}


def columns_of_record(record: type) -> list[str]:
    """The fields of a record in the order of its table's columns: its own first, then those of each base. Rows are
    written and read by these names, so that the order of a table's own columns does not matter."""
    inherited = [name for base in record.__mro__ for name in vars(base).get("__annotations__", {})]
    known = {each.name for each in fields(record)}
    return [name for name in dict.fromkeys(inherited) if name in known]


def schema_of_record(record: type) -> StructType:
    """Spark schema of a frozen record: `X | None` becomes nullable, everything else NOT NULL. A tuple of records is an
    array of structs."""
    hints = get_type_hints(record)
    return StructType([_field(name, hints[name]) for name in columns_of_record(record)])


def _field(name: str, hint: Any) -> StructField:
    options = [each for each in get_args(hint) if each is not type(None)] if type(None) in get_args(hint) else [hint]
    base = str if get_origin(options[0]) is Literal else options[0]
    return StructField(name, _type(base), nullable=type(None) in get_args(hint))


def _type(hint: Any) -> DataType:
    inner = get_args(hint)[0] if get_origin(hint) is tuple else None
    if is_dataclass(inner) and isinstance(inner, type):
        return ArrayType(schema_of_record(inner), containsNull=False)
    return _SIMPLE[hint]
