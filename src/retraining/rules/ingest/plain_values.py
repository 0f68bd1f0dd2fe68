"""Texts of files as values of a type: exactly what people write, and nothing that only Java or Spark reads."""

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import (
    ByteType,
    DataType,
    DateType,
    DecimalType,
    DoubleType,
    FloatType,
    IntegerType,
    LongType,
    ShortType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

_DAY = r"[0-9]{4,6}-[0-9]{1,2}-[0-9]{1,2}"
_CLOCK = r"[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,9})?)?"
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"

_WRITTEN_AS: dict[type[DataType], str] = {
    **dict.fromkeys((ByteType, ShortType, IntegerType, LongType), r"[+-]?[0-9]+(\.0*)?"),
    **dict.fromkeys((FloatType, DoubleType), rf"(?i){_NUMBER}|[+-]?(inf|infinity|nan)"),
    DecimalType: _NUMBER,
    DateType: rf"{_DAY}([ T]0{{1,2}}:00(:00(\.0+)?)?)?",
    TimestampType: rf"{_DAY}([ T]{_CLOCK} ?([zZ]|UTC|[+-][0-9]{{1,2}}(:?[0-9]{{2}})?)?)?",
    TimestampNTZType: rf"{_DAY}([ T]{_CLOCK})?",
}
"""The whole text of a value, by type. Only Java reads `1d` as a number. `2013` does not say a moment, nor does `10:00`,
which Spark would take for one of today. pandas writes whole numbers with gaps as `1.0`."""


def value_of(text: Column, type_: DataType) -> Column:
    """The value that a text says; null where it says none, or is not of the type."""
    if isinstance(type_, StringType):
        return text
    plain = F.trim(text)
    if isinstance(type_, ByteType | ShortType | IntegerType | LongType):
        plain = F.regexp_replace(plain, r"\.0*$", "")
    written_as = _WRITTEN_AS.get(type(type_))
    value = plain.try_cast(type_)
    return value if written_as is None else F.when(F.trim(text).rlike(rf"\A(?:{written_as})\z"), value)


def is_malformed(text: Column, type_: DataType) -> Column:
    """Whether a text says something, but no value of the type."""
    if isinstance(type_, StringType):
        return F.lit(False)
    return F.coalesce((F.trim(text) != "") & value_of(text, type_).isNull(), F.lit(False))


_DIFFERENT = bytes((0x80, *range(0x82, 0x8D), 0x8E, *range(0x91, 0x9D), 0x9E, 0x9F))
_AS_LATIN = _DIFFERENT.decode("latin1")
_AS_WINDOWS = _DIFFERENT.decode("cp1252")


def from_windows_1252(text: Column) -> Column:
    """A text that was read as ISO-8859-1, which Spark knows, as the Windows-1252 that it is: 27 signs differ."""
    return F.translate(text, _AS_LATIN, _AS_WINDOWS)
