"""Types of the parts of a condition: which ones meet, and what they become. Spark converts a text beside a number by
itself, and stops at the first row whose text is none: here that is an error before any row is read."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from pyspark.sql import Column
from pyspark.sql import functions as F

from retraining.rules.ingest.conditions.answers import LENGTHS, TIMES, Answer, strict
from retraining.spec.conditions.tree import ConditionError, Constant, Value

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WHOLE = ("tinyint", "smallint", "int", "bigint")
_SPARKS_NAME = {"interval": "interval day to second", "months": "interval year to month"}
_DIGITS = 38
_LONGEST_WHOLE = 19
_GREATEST_WHOLE = 2**63 - 1
_COMPARABLE = ("boolean", "bigint", "double", "string", *TIMES, *LENGTHS)


def of_column(text: str, type_: str, value: Column) -> Answer:
    """A column: whole numbers as bigint and others as double, so that a sum of two small ones is not too large."""
    if type_ in _WHOLE:
        return Answer(text, "bigint", value.try_cast("bigint"))
    if type_ in ("float", "double"):
        return Answer(text, "double", value.try_cast("double"))
    known = {spark: own for own, spark in _SPARKS_NAME.items()}
    return Answer(text, known.get(type_, type_), value)


def of_constant(constant: Constant) -> Answer:
    """A value that is written in the condition."""
    value = constant.value
    type_ = _type_of(value)
    return Answer(constant.text, type_, _literal(value, type_), is_constant=True, constant=value)


def _type_of(value: Value) -> str:
    if value is None:
        return "void"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "bigint" if abs(value) <= _GREATEST_WHOLE else f"decimal({_digits_of(value)},0)"
    if isinstance(value, Decimal):
        return _decimal_type(value)
    if isinstance(value, datetime):
        return "timestamp"
    return "date" if isinstance(value, date) else {float: "double", str: "string"}[type(value)]


def _digits_of(value: int) -> int:
    digits = len(str(abs(value)))
    if digits > _DIGITS:
        raise ConditionError(f"has a number of {digits} digits, of at most {_DIGITS}. Write it with an exponent: 1e40")
    return digits


def _decimal_type(value: Decimal) -> str:
    _, digits, exponent = value.as_tuple()
    scale = -int(exponent)
    if max(len(digits), scale) > _DIGITS:
        raise ConditionError(f"has a number of {len(digits)} digits, of at most {_DIGITS}. Write fewer")
    return f"decimal({max(len(digits), scale)},{scale})"


def _literal(value: Value, type_: str) -> Column:
    if value is None:
        return F.lit(None)
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return F.timestamp_micros(F.lit((moment - _EPOCH) // timedelta(microseconds=1))).try_cast(type_)
    if isinstance(value, date):  # PySpark writes a year before 1000 without its zeros, which Java refuses
        return F.date_from_unix_date(F.lit((value - _EPOCH.date()).days)).try_cast(type_)
    if type_ == "double":
        return F.lit(float(value))
    if type_.startswith("decimal"):
        return F.lit(Decimal(value)).try_cast(type_)
    return F.lit(value).try_cast(type_)


def common_type(text: str, answers: Sequence[Answer]) -> str:
    """The type in which these meet. Raises ConditionError where they do not, or where it would not hold them all."""
    held = answers[0]
    for each in answers[1:]:
        type_ = _common(text, held, each)
        stays = held.is_constant and each.is_constant
        held = replace(held if held.type == type_ else each, type=type_, is_constant=stays)
    return held.type


def _common(text: str, one: Answer, other: Answer) -> str:
    if one.type == other.type or other.type == "void":
        return one.type
    if one.type == "void":
        return other.type
    if one.is_number and other.is_number:
        return _common_number(text, one, other)
    if one.type in TIMES and other.type in TIMES:
        return "timestamp"
    for moment, words in ((one, other), (other, one)):
        if moment.type in TIMES and words.type == "string" and words.is_constant:
            return moment.type
    raise ConditionError(f"`{text}` puts {one.type} beside {other.type}. {_cure(one, other)}")


def _cure(one: Answer, other: Answer) -> str:
    for words, value in ((one, other), (other, one)):
        if words.type == "string" and words.is_constant:
            return f"Write {words.text} as {value.type}{', without quotes' if value.is_number else ''}"
        if words.type == "string":
            return f"Write try_cast({words.text} AS {value.type})"
    return f"Convert `{one.text}` or `{other.text}` with try_cast"


def _common_number(text: str, one: Answer, other: Answer) -> str:
    types = {one.type, other.type}
    if "double" in types:
        return "double"
    # A number with a point beside whole numbers is meant as a plain number, not as one with a number of digits.
    for each, whole in ((one, other), (other, one)):
        if each.is_constant and whole.type == "bigint":
            return "double"
    return widest(text, one, other)


def widest(text: str, one: Answer, other: Answer) -> str:
    """The decimal that holds both. Raises ConditionError where none does."""
    digits, scale = size_of(one)
    other_digits, other_scale = size_of(other)
    widest_scale = max(scale, other_scale)
    needed = max(digits - scale, other_digits - other_scale) + widest_scale
    if needed > _DIGITS:
        raise ConditionError(
            f"`{text}` puts {one.type} beside {other.type}, which needs {needed} digits of at most {_DIGITS}. Write "
            f"try_cast(... AS decimal(p,s)) with fewer digits, or AS double, around one of them"
        )
    return f"decimal({needed},{widest_scale})"


def size_of(answer: Answer) -> tuple[int, int]:
    """Digits of a number, and how many of them are behind the point."""
    if answer.is_decimal:
        digits, scale = answer.type[len("decimal(") : -1].split(",")
        return int(digits), int(scale)
    if isinstance(answer.constant, int):
        return len(str(abs(answer.constant))), 0
    return _LONGEST_WHOLE, 0


def convert(answer: Answer, type_: str) -> Answer:
    """The same in a type that common_type found for it."""
    if answer.type == type_:
        return answer
    if answer.is_constant and answer.constant is not None:
        return replace(answer, type=type_, value=_literal(_as_time(answer, type_), type_))
    value = answer.value.try_cast(_SPARKS_NAME.get(type_, type_))
    # A date may be far before or behind what a timestamp can say.
    return strict(answer.text, type_, value, [answer], stops=answer.type in TIMES and type_ != "date")


def _as_time(answer: Answer, type_: str) -> Value:
    """A day or a moment that is written in the condition, in another type of time."""
    value = answer.constant
    if type_ not in TIMES or value is None:
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return datetime.combine(value, time())
    if not isinstance(value, str):
        return value
    try:
        return date.fromisoformat(value) if type_ == "date" else datetime.fromisoformat(value)
    except ValueError as err:
        example = "'2013-01-31'" if type_ == "date" else "'2013-01-31 10:00'"
        raise ConditionError(f"has {answer.text} beside a {type_}. Write it as {example}") from err


def comparable(text: str, answers: Sequence[Answer]) -> list[Answer]:
    """These in one type, whose values can be compared."""
    type_ = common_type(text, answers)
    if type_ not in (*_COMPARABLE, "void") and not type_.startswith("decimal"):
        raise ConditionError(f"`{text}` compares values of type {type_}. Compare the values inside them")
    return [convert(each, type_) for each in answers]
