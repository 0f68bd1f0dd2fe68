"""Arithmetic of numbers and of times that has no answer where Spark would stop: a division by 0, or a result that is
too large for its type."""

from collections.abc import Callable
from operator import add, mul, sub

from pyspark.sql import Column
from pyspark.sql import functions as F

from retraining.rules.ingest.conditions.answers import LENGTHS, TIMES, Answer, expect, strict
from retraining.rules.ingest.conditions.value_types import common_type, convert, size_of
from retraining.spec.conditions.tree import ConditionError, Interval

_DIGITS = 38
_KEPT_BEHIND_THE_POINT = 6
"""Digits of a decimal that Spark keeps at least where a result has more than 38."""

_TRIED: dict[str, Callable[[Column, Column], Column]] = {
    "+": F.try_add,
    "-": F.try_subtract,
    "*": F.try_multiply,
    "/": F.try_divide,
    "mod": F.try_mod,
}
_PLAIN: dict[str, Callable[[Column, Column], Column]] = {
    "+": add,
    "-": sub,
    "*": mul,
}
"""Of doubles, these never stop."""

TRY_FORMS = {"try_add": "+", "try_subtract": "-", "try_multiply": "*", "try_divide": "/", "try_mod": "mod"}


def calculate(text: str, name: str, left: Answer, right: Answer) -> Answer:
    """`left name right`, or its try_ form, which counts as an answer although it is null."""
    operator = TRY_FORMS.get(name, name)
    stops = name == operator
    if operator in "+-" and {left.type, right.type} & {*TIMES, *LENGTHS}:
        return _with_times(text, operator, left, right, stops)

    for each in (left, right):
        expect(each, lambda it: it.is_number, "numbers", f"try_cast({each.text} AS double)")
    if left.is_decimal or right.is_decimal:
        decimal = _with_decimals(text, operator, left, right, stops)
        if decimal is not None:
            return decimal

    common = common_type(text, [left, right])
    type_ = "double" if operator == "/" or common == "void" or common.startswith("decimal") else common
    one = convert(left, type_)
    other = convert(right, type_)
    if type_ == "double" and operator in _PLAIN:
        return strict(text, type_, _PLAIN[operator](one.value, other.value), [one, other])
    return strict(text, type_, _TRIED[operator](one.value, other.value), [one, other], stops)


def _with_decimals(text: str, operator: str, left: Answer, right: Answer, stops: bool) -> Answer | None:
    """With the digits that Spark gives the result. None where both are meant as plain numbers: 0.5 beside bigint."""
    if "double" in (left.type, right.type) or "void" in (left.type, right.type):
        return None
    plain = (left.is_constant and right.type == "bigint") or (right.is_constant and left.type == "bigint")
    if plain or (left.is_constant and right.is_constant):
        return None

    type_ = _type_of_result(operator, size_of(left), size_of(right))
    one, other = (
        each if each.is_decimal else convert(each, "decimal({},{})".format(*size_of(each))) for each in (left, right)
    )
    value = _TRIED[operator](one.value, other.value).try_cast(type_)
    return strict(text, type_, value, [one, other], stops)


def _type_of_result(operator: str, left: tuple[int, int], right: tuple[int, int]) -> str:
    digits, scale = left
    other_digits, other_scale = right
    before = digits - scale
    other_before = other_digits - other_scale

    whole = max(before, other_before) + 1
    behind = max(scale, other_scale)
    if operator == "*":
        whole = before + other_before + 1
        behind = scale + other_scale
    elif operator == "/":
        whole = before + other_scale
        behind = max(_KEPT_BEHIND_THE_POINT, scale + other_digits + 1)
    elif operator == "mod":
        whole = min(before, other_before)

    if whole + behind > _DIGITS:
        behind = max(_DIGITS - whole, min(behind, _KEPT_BEHIND_THE_POINT))
        return f"decimal({_DIGITS},{behind})"
    return f"decimal({whole + behind},{behind})"


def _with_times(text: str, operator: str, left: Answer, right: Answer, stops: bool) -> Answer:
    """A time and a length of time, two times, or two lengths."""
    if operator == "+" and left.type in LENGTHS and right.type in TIMES:
        return _with_times(text, operator, right, left, stops)

    if left.type in TIMES and right.type in LENGTHS:
        type_ = "timestamp" if left.type == "date" else left.type
        made_of = [convert(left, type_), right]
    elif operator == "-" and left.type in TIMES and right.type in TIMES:
        both = "timestamp_ntz" if left.type == right.type == "timestamp_ntz" else "timestamp"
        type_ = "interval"
        made_of = [convert(left, both), convert(right, both)]
    elif left.type == right.type and left.type in LENGTHS:
        type_ = left.type
        made_of = [left, right]
    else:
        days = f". Write date_add({left.text}, {right.text})" if left.type == "date" and right.is_number else ""
        raise ConditionError(f"`{text}` has no meaning for {left.type} and {right.type}{days}")
    return strict(text, type_, _TRIED[operator](made_of[0].value, made_of[1].value), made_of, stops)


def negative(text: str, of: Answer) -> Answer:
    """The number below 0 for one above it, and the other way round."""
    expect(of, lambda it: it.is_number, "a number", f"try_cast({of.text} AS double)")
    if of.type == "bigint":  # the smallest whole number has no counterpart
        return strict(text, "bigint", F.try_subtract(F.lit(0).cast("bigint"), of.value), [of], stops=True)
    return strict(text, of.type, -of.value, [of])


def absolute(text: str, of: Answer) -> Answer:
    """Its distance from 0."""
    expect(of, lambda it: it.is_number, "a number", f"try_cast({of.text} AS double)")
    if of.type != "bigint":
        return strict(text, of.type, F.abs(of.value), [of])
    below = F.try_subtract(F.lit(0).cast("bigint"), of.value)
    return strict(text, "bigint", F.when(of.value < 0, below).otherwise(of.value), [of], stops=True)


def length_of_time(interval: Interval) -> Answer:
    """A constant length, of microseconds or of months."""
    amount = F.lit(interval.amount)
    if interval.unit in ("month", "year"):
        months = {"month": F.make_ym_interval(months=amount), "year": F.make_ym_interval(years=amount)}
        return Answer(interval.text, "months", months[interval.unit])
    lengths = {
        "second": F.make_dt_interval(secs=amount),
        "minute": F.make_dt_interval(mins=amount),
        "hour": F.make_dt_interval(hours=amount),
        "day": F.make_dt_interval(days=amount),
        "week": F.make_dt_interval(days=F.lit(7 * interval.amount)),
    }
    return Answer(interval.text, "interval", lengths[interval.unit])
