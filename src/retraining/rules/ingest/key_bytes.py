"""The values of keys as bytes: two keys have the same bytes only if they are the same key."""

from collections.abc import Callable
from typing import Any

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ArrayType,
    BinaryType,
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    FractionalType,
    IntegralType,
    StringType,
    StructType,
    TimestampNTZType,
    TimestampType,
)

_NULL = b"-"


def key_bytes(value: Column, type_: DataType) -> Column:
    """A letter for the kind of type, the number of bytes, a colon and the bytes; for null a single sign.

    The length keeps neighbours apart: `a`, `bc` are other bytes than `ab`, `c`. The letter keeps the text `1` apart
    from the number; a whole number has the same bytes in a wider type. No setting of a session and no version of Java
    changes them.
    """
    letter, content = _content(value, type_)
    head = F.concat(F.lit(letter), F.octet_length(content).cast("string"), F.lit(":"))
    return F.coalesce(F.concat(head.cast("binary"), content), F.lit(_NULL))


def _content(value: Column, type_: DataType) -> tuple[str, Column]:
    if isinstance(type_, StructType):
        fields = [key_bytes(value.getField(each.name), each.dataType) for each in type_]
        return "r", F.when(value.isNotNull(), F.concat(*fields))
    if isinstance(type_, ArrayType):
        elements = F.transform(value, lambda each: key_bytes(each, type_.elementType))
        return "a", F.aggregate(elements, F.lit(b""), lambda joined, each: F.concat(joined, each))

    letter, plain = next((letter, plain) for kind, letter, plain in _PLAIN if isinstance(type_, kind))
    return letter, plain(value, type_).cast("binary")


def _bits(value: Column, _: DataType) -> Column:
    """xxhash64 of eight bytes is one-to-one, and knows one zero and one NaN. The text of a double depends on Java."""
    return F.when(value.isNotNull(), F.xxhash64(value.cast("double"))).cast("string")


_PLAIN: tuple[tuple[type[DataType], str, Callable[[Column, Any], Column]], ...] = (
    (StringType, "s", lambda value, _: value),
    (BinaryType, "x", lambda value, _: value),
    (IntegralType, "i", lambda value, _: value.cast("string")),
    (BooleanType, "b", lambda value, _: value.cast("string")),
    (DateType, "d", lambda value, _: F.unix_date(value).cast("string")),
    (TimestampType, "t", lambda value, _: F.unix_micros(value).cast("string")),
    (TimestampNTZType, "n", lambda value, _: F.unix_micros(value.cast("timestamp")).cast("string")),
    # Cast to text, a small decimal is 1E-7 or 0.0000001, as the session says.
    (DecimalType, "c", lambda value, type_: F.format_number(value, type_.scale)),
    (FractionalType, "f", _bits),
)
"""Kinds of types, their letter, and the value as text or bytes. A decimal is fractional too, so it comes before."""
