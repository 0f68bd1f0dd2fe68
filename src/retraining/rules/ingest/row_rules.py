"""Row rules as Spark expressions: true where a row breaks the rule, null or false where it does not. None of them
raises, whatever a row holds."""

import math
from datetime import datetime

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, DecimalType, DoubleType, FloatType, StructType

from retraining.rules.ingest.conditions.condition_answer import MOST_TRIED, condition_answer
from retraining.rules.ingest.ledger import EPOCH, MICROSECOND
from retraining.spec.conditions.tree import ConditionError
from retraining.spec.row_rules import (
    Fresh,
    InRange,
    InSet,
    IsFinite,
    Matches,
    MaxLength,
    NotBlank,
    NotNull,
    Rule,
    Sql,
)
from retraining.spec.section import length_of
from served_model.column_values import GREATEST_NUMBER

_WHITE = "\t\n\x0b\x0c\r\x1c\x1d\x1e\x1f \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000\u200b\ufeff" + "".join(
    map(chr, range(0x2000, 0x200B))
)
"""Everything that shows as nothing: Unicode's white space, the zero-width space and the byte order mark."""


def is_missing(column: str, schema: StructType) -> Column:
    """Null, or NaN in a floating-point column."""
    value = F.col(f"`{column}`")
    return value.isNull() | F.isnan(value) if _is_float(_type_of(column, schema)) else value.isNull()


def is_too_large(column: str, schema: StructType) -> Column:
    """Whether a number is infinite, or further from 0 than a model can calculate with."""
    if not (_is_float(_type_of(column, schema)) or isinstance(_type_of(column, schema), DecimalType)):
        return F.lit(False)
    number = _number(column)
    return ~F.isnan(number) & (F.abs(number) > F.lit(GREATEST_NUMBER))


def is_broken(rule: Rule, schema: StructType, as_of: datetime) -> Column:
    """Whether a row breaks a rule that can be judged by the row alone."""
    match rule:
        case NotNull(column=column):
            return is_missing(column, schema)
        case NotBlank(column=column):
            return F.translate(_text(column), _WHITE, "") == ""
        case IsFinite(column=column):
            return _no_number(column) | (F.abs(_number(column)) == F.lit(math.inf))
        case InRange(column=column):
            return _outside(rule) | _no_number(column)
        case InSet(column=column):
            return _is_other(rule, _type_of(column, schema))
        case Matches(column=column, pattern=pattern):
            text = _text(column)
            fits = (F.length(text) <= MOST_TRIED) & F.substring(text, 1, MOST_TRIED).rlike(rf"\A(?:{pattern})\z")
            return ~fits
        case MaxLength(column=column, max=most):
            return F.length(_text(column)) > most
        case Fresh(column=column):
            moment = F.col(f"`{column}`").try_cast("timestamp")
            value = F.col(f"`{column}`")
            return (moment < _oldest(rule, as_of)) | (value.isNotNull() & moment.isNull())
        case Sql():
            return ~condition_answer(rule.tree, schema).value

    raise TypeError(f"{rule.title} looks at more than one row")


def why_not_asked(rule: Rule, schema: StructType) -> str | None:
    """Why a condition cannot be asked of rows of a schema, as the end of a sentence about it; None where it can."""
    if not isinstance(rule, Sql):
        return None
    try:
        condition_answer(rule.tree, schema)
    except ConditionError as err:
        return str(err)
    return None


def is_unanswered(rule: Rule, schema: StructType) -> Column | None:
    """Whether a rule has no answer to a row; None for a rule that always has one."""
    return condition_answer(rule.tree, schema).failed if isinstance(rule, Sql) else None


def _outside(rule: InRange) -> Column:
    low = -math.inf if rule.min is None else rule.min
    high = math.inf if rule.max is None else rule.max
    return (_number(rule.column) < F.lit(low)) | (_number(rule.column) > F.lit(high))


def _is_other(rule: InSet, type_: DataType) -> Column:
    """Numbers with a fraction are compared as numbers: as text, 1.0 would not be the 1 of the spec."""
    if _is_float(type_) or isinstance(type_, DecimalType):
        numbers = [float(each) for each in rule.values if isinstance(each, int)]
        return ~(_number(rule.column) + F.lit(0.0)).isin(numbers)  # + 0.0: a set holds no -0.0
    return ~_text(rule.column).isin([str(each) for each in rule.values])


def _oldest(rule: Fresh, as_of: datetime) -> Column:
    """Counted in microseconds, because a length of time can reach further back than Python's years."""
    behind = (as_of - EPOCH) // MICROSECOND - length_of(rule.within) // MICROSECOND
    return F.timestamp_micros(F.lit(behind))


def _no_number(column: str) -> Column:
    return F.col(f"`{column}`").isNotNull() & (_number(column).isNull() | F.isnan(_number(column)))


def _number(column: str) -> Column:
    return F.col(f"`{column}`").try_cast("double")


def _text(column: str) -> Column:
    return F.col(f"`{column}`").try_cast("string")


def _type_of(column: str, schema: StructType) -> DataType:
    return next(each.dataType for each in schema if each.name.lower() == column.lower())


def _is_float(type_: DataType) -> bool:
    return isinstance(type_, DoubleType | FloatType)
