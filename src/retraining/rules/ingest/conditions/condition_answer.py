"""A condition as a Spark column that never raises: true, false or null for every row, and the rows without an answer.

What Spark would stop at is found part by part: each operation is written in a form that gives null there, and a null
that was made, not given, is a failure. A part that decides nothing may fail: `x <> 0 AND y / x > 1` is false for x = 0.
"""

import re
from collections.abc import Callable
from functools import reduce
from operator import and_, eq, ge, gt, le, lt, ne, or_

from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import DataType, StructType

from retraining.rules.ingest.conditions.answers import (
    Answer,
    any_failed,
    chosen,
    expect,
    known,
    lenient,
    limited,
    strict,
)
from retraining.rules.ingest.conditions.arithmetic import calculate, length_of_time, negative
from retraining.rules.ingest.conditions.functions import call
from retraining.rules.ingest.conditions.value_types import common_type, comparable, convert, of_column, of_constant
from retraining.spec.conditions.tree import Call, Cast, ConditionError, Constant, Interval, Named, Part
from retraining.spec.identifiers import quoted_column

MOST_TRIED = 500
"""Characters of a text that a regular expression is tried on. Java's engine goes one level deeper with each repetition
of a group; from 1,000 characters on it ran out of stack, and took the worker with it."""

_SIGNS: dict[str, Callable[[Column, Column], Column]] = {
    "=": eq,
    "<>": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}
_LIKE = re.compile(r"(?:[^\\]|\\[\\%_])*", re.DOTALL)


def condition_answer(tree: Part, schema: StructType) -> Answer:
    """The answer of a condition to rows of a schema. Raises ConditionError for a column that they do not have, and
    where a part takes another type."""
    return _boolean(_answer(tree, schema))


def _answer(part: Part, schema: StructType) -> Answer:
    match part:
        case Constant():
            return of_constant(part)
        case Interval():
            return length_of_time(part)
        case Named():
            name = ".".join(quoted_column(each) for each in part.parts)
            return of_column(part.text, _type_of(part, schema).simpleString(), F.col(name))
        case Cast():
            return _cast(part, _answer(part.value, schema))
        case Call(text=text, name=name, arguments=arguments):
            parts = [_answer(each, schema) for each in arguments]
            try:
                return _call(text, name, parts)
            except ConditionError as err:
                said = str(err)
                raise ConditionError(f"`{text}` {said}" if said.startswith("takes ") else said) from err


def _type_of(column: Named, schema: StructType) -> DataType:
    found: DataType = schema
    for part in column.parts:
        fields = found.fields if isinstance(found, StructType) else []
        named = [each for each in fields if each.name.lower() == part.lower()]
        if not named:
            raise ConditionError(f"names `{column.text}`, which these rows do not have. Correct the name")
        found = named[0].dataType
    return found


def _cast(cast: Cast, of: Answer) -> Answer:
    value = of.value.try_cast(cast.type)
    made = of_column(cast.text, cast.type, value)
    return strict(cast.text, made.type, made.value, [of], stops=not cast.tried and cast.type != "string")


def _call(text: str, name: str, parts: list[Answer]) -> Answer:
    match name:
        case "and" | "or":
            values = [_boolean(each).value for each in parts]
            return known(text, reduce(and_ if name == "and" else or_, values), parts)
        case "not":
            return strict(text, "boolean", ~_boolean(parts[0]).value, parts)
        case "=" | "<>" | "<" | "<=" | ">" | ">=" | "<=>":
            return _compared(text, name, parts[0], parts[1])
        case "in":
            return _one_of(text, parts[0], parts[1:])
        case "case":
            return _case(text, parts)
        case "like" | "ilike":
            return _like(text, name, parts[0], parts[1])
        case "rlike":
            return _rlike(text, parts[0], parts[1])
        case "negative":
            return negative(text, parts[0])
        case "+" | "-" | "*" | "/" | "mod":
            return calculate(text, name, parts[0], parts[1])
        case _:
            return call(text, name, parts)


def _boolean(answer: Answer) -> Answer:
    return convert(expect(answer, lambda it: it.type == "boolean", "a condition", "a comparison"), "boolean")


def _compared(text: str, name: str, left: Answer, right: Answer) -> Answer:
    one, other = comparable(text, [left, right])
    if name == "<=>":
        return lenient(text, "boolean", one.value.eqNullSafe(other.value), any_failed([one, other]))
    return strict(text, "boolean", _SIGNS[name](one.value, other.value), [one, other])


def _one_of(text: str, value: Answer, values: list[Answer]) -> Answer:
    """IN: true as soon as one of the values is the same."""
    if not values:
        raise ConditionError(f"`{text}` has no value between its brackets. Write one")
    of, *others = comparable(text, [value, *values])
    if any_failed(others) is None:
        return strict(text, "boolean", of.value.isin(*(each.value for each in others)), [of])
    return known(text, reduce(or_, (of.value == each.value for each in others)), [of, *others])


def _case(text: str, parts: list[Answer]) -> Answer:
    type_ = common_type(text, [*parts[1::2], parts[-1]])
    pairs = zip(parts[:-1:2], parts[1::2], strict=True)
    branches = [(_boolean(condition), convert(answer, type_)) for condition, answer in pairs]
    return chosen(text, branches, convert(parts[-1], type_))


def _like(text: str, name: str, value: Answer, pattern: Answer) -> Answer:
    words = _pattern_of(text, value, pattern)
    if not _LIKE.fullmatch(words):
        raise ConditionError(f"`{text}` has a backslash that stands before neither %, _ nor a backslash")
    return strict(text, "boolean", value.value.like(words) if name == "like" else value.value.ilike(words), [value])


def _rlike(text: str, value: Answer, pattern: Answer) -> Answer:
    words = _pattern_of(text, value, pattern)
    tried = F.substring(value.value, 1, MOST_TRIED).rlike(words)
    return limited(text, "boolean", tried, [value], F.length(value.value) > MOST_TRIED)


def _pattern_of(text: str, value: Answer, pattern: Answer) -> str:
    expect(value, lambda it: it.type == "string", "a text", f"try_cast({value.text} AS string)")
    if not isinstance(pattern.constant, str):
        raise ConditionError(f"`{text}` takes its pattern from the row. Write the pattern itself, in quotes")
    return pattern.constant
