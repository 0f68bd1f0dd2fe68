"""The functions that a condition may call, as answers. spec/conditions/functions.py says which there are."""

from collections.abc import Callable, Sequence

from pyspark.sql import functions as F

from retraining.rules.ingest.conditions.answers import (
    TIMES,
    Answer,
    any_failed,
    chosen,
    expect,
    first_there,
    lenient,
    limited,
    strict,
)
from retraining.rules.ingest.conditions.arithmetic import TRY_FORMS, absolute, calculate
from retraining.rules.ingest.conditions.value_types import common_type, comparable, convert, of_column
from retraining.spec.conditions.tree import ConditionError

_MOST_DAYS = 2**31 - 1
_LAST_PLACE = 2**31 - 1
_BEYOND_WHOLE = 2.0**63

Arguments = Sequence[Answer]


def _taken(answer: Answer, wanted: str) -> Answer:
    """An argument in the type that a function takes. count: a whole number that is written there."""
    if wanted == "count":
        if answer.type == "bigint" and isinstance(answer.constant, int) and abs(answer.constant) <= _MOST_DAYS:
            return Answer(answer.text, "bigint", F.lit(answer.constant))
        raise ConditionError(f"takes a whole number where `{answer.text}` is. Write the number itself, such as 3")
    if wanted == "double":
        return convert(
            expect(answer, lambda it: it.is_number, "a number", f"try_cast({answer.text} AS double)"), "double"
        )
    if wanted in TIMES:
        as_time = expect(answer, lambda it: it.type in TIMES, "a time", f"try_cast({answer.text} AS {wanted})")
        return convert(as_time, wanted)
    return convert(
        expect(answer, lambda it: it.type == wanted, f"a {wanted}", f"try_cast({answer.text} AS {wanted})"), wanted
    )


_PLAIN: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("length", "ascii"), ("string", "bigint")),
    **dict.fromkeys(("lower", "upper", "trim", "ltrim", "rtrim", "reverse", "initcap"), ("string", "string")),
    **dict.fromkeys(("contains", "startswith", "endswith"), ("string string", "boolean")),
    **dict.fromkeys(("left", "right"), ("string count", "string")),
    **{"instr": ("string string", "bigint"), "substring": ("string count count", "string")},
    **{"translate": ("string string string", "string")},
    **dict.fromkeys(("sqrt", "exp", "ln", "log10", "log2", "sign"), ("double", "double")),
    **dict.fromkeys(("sin", "cos", "tan", "asin", "acos", "atan", "radians", "degrees"), ("double", "double")),
    **dict.fromkeys(("pow", "atan2", "nanvl"), ("double double", "double")),
    **{"isnan": ("double", "boolean"), "round": ("double count", "double")},
    **dict.fromkeys(("year", "quarter", "month", "day", "dayofweek", "weekday", "dayofyear"), ("date", "bigint")),
    **dict.fromkeys(("hour", "minute", "second"), ("timestamp", "bigint")),
    **dict.fromkeys(("unix_seconds", "unix_millis", "unix_micros"), ("timestamp", "bigint")),
    **{"weekofyear": ("date", "bigint"), "datediff": ("date date", "bigint")},
    **{"months_between": ("timestamp timestamp", "double")},
}
"""Functions that answer whatever they are given: the types that they take, and the one that they give."""


def _plain(text: str, name: str, arguments: Arguments) -> Answer:
    wanted, type_ = _PLAIN[name]
    taken = [_taken(each, type_of) for each, type_of in zip(arguments, wanted.split(), strict=False)]
    value = F.call_function(name, *(each.value for each in taken))
    if name == "isnan":  # false of null
        return lenient(text, type_, value, any_failed(taken))
    return strict(text, type_, value.cast("bigint") if type_ == "bigint" else value, taken)


def _whole_number(text: str, name: str, arguments: Arguments) -> Answer:
    """floor and ceil. Of a double that no whole number is near, Spark makes the greatest one there is, and 0 of NaN."""
    of = _taken(arguments[0], "double")
    wrong = F.isnan(of.value) | (F.abs(of.value) >= F.lit(_BEYOND_WHOLE))
    return limited(text, "bigint", F.call_function(name, of.value).cast("bigint"), [of], wrong)


def _concat(text: str, _: str, arguments: Arguments) -> Answer:
    taken = [_taken(each, "string") for each in arguments]
    return strict(text, "string", F.concat(*(each.value for each in taken)), taken)


def _coalesce(text: str, _: str, arguments: Arguments) -> Answer:
    type_ = common_type(text, arguments)
    return first_there(text, [convert(each, type_) for each in arguments])


def _extreme(text: str, name: str, arguments: Arguments) -> Answer:
    """least and greatest leave out what is null."""
    taken = comparable(text, arguments)
    value = F.call_function(name, *(each.value for each in taken))
    return lenient(text, taken[0].type, value, any_failed(taken))


def _if(text: str, _: str, arguments: Arguments) -> Answer:
    condition = _taken(arguments[0], "boolean")
    type_ = common_type(text, arguments[1:])
    return chosen(text, [(condition, convert(arguments[1], type_))], convert(arguments[2], type_))


def _if_there(text: str, _: str, arguments: Arguments) -> Answer:
    return _if(text, "if", [_is_there(text, "isnotnull", arguments[:1]), *arguments[1:]])


def _null_if(text: str, _: str, arguments: Arguments) -> Answer:
    one, other = comparable(text, arguments)
    return lenient(text, one.type, F.nullif(one.value, other.value), any_failed([one, other]))


def _is_there(text: str, name: str, arguments: Arguments) -> Answer:
    value = arguments[0].value
    found = value.isNotNull() if name == "isnotnull" else value.isNull()
    return lenient(text, "boolean", found, arguments[0].failed)


def _as_time(text: str, name: str, arguments: Arguments) -> Answer:
    """to_date and to_timestamp of one argument are casts."""
    of = expect(arguments[0], lambda it: it.type in (*TIMES, "string"), "a text or a time", "try_cast of it")
    type_ = "date" if name.endswith("date") else "timestamp"
    return strict(text, type_, of.value.try_cast(type_), [of], stops=not name.startswith("try_"))


def _days_later(text: str, name: str, arguments: Arguments) -> Answer:
    day = _taken(arguments[0], "date")
    days = strict(
        arguments[1].text, "bigint", _taken(arguments[1], "bigint").value.try_cast("int"), arguments[1:], True
    )
    move = F.try_add if name == "date_add" else F.try_subtract
    return strict(text, "date", move(day.value, days.value), [day, days], stops=True)


def _size(text: str, _: str, arguments: Arguments) -> Answer:
    of = _array(arguments[0])
    return strict(text, "bigint", F.array_size(of.value).cast("bigint"), [of])


def _element(text: str, name: str, arguments: Arguments) -> Answer:
    """Counted from 1 by element_at, from 0 by get and []. Only element_at and [] stop where there is no such one."""
    of = _array(arguments[0])
    place = arguments[1].constant
    first = 1 if name.endswith("element_at") else 0
    if not isinstance(place, int) or isinstance(place, bool) or (first == 1 and place == 0) or abs(place) > _LAST_PLACE:
        raise ConditionError(
            f"takes a place where `{arguments[1].text}` is. Write a whole number from {first} to {_LAST_PLACE}"
        )

    inside = of.type[len("array<") : -1]
    found = F.try_element_at(of.value, F.lit(place)) if first == 1 else F.get(of.value, F.lit(place))
    element = strict(text, inside, found, [of])
    if name in ("get", "try_element_at"):
        return _as_column(element)
    reached = abs(place) if first == 1 else place + 1
    missing = (F.array_size(of.value) < reached) | F.lit(reached < 1)
    return _as_column(limited(text, inside, found, [of], missing))


def _as_column(element: Answer) -> Answer:
    found = of_column(element.text, element.type, element.value)
    return Answer(found.text, found.type, found.value, element.failed)


def _array_contains(text: str, _: str, arguments: Arguments) -> Answer:
    of = _array(arguments[0])
    inside = of_column(of.text, of.type[len("array<") : -1], F.get(of.value, F.lit(0)))
    wanted = _taken(arguments[1], inside.type)
    value = F.array_contains(of.value, wanted.value.try_cast(of.type[len("array<") : -1]))
    return strict(text, "boolean", value, [of, wanted])


def _array(answer: Answer) -> Answer:
    if answer.type.startswith("array<"):
        return answer
    raise ConditionError(f"takes a list where `{answer.text}` is {answer.type}. Name a column of type array")


_OWN: dict[str, Callable[[str, str, Arguments], Answer]] = {
    **dict.fromkeys(("floor", "ceil"), _whole_number),
    **dict.fromkeys(("least", "greatest"), _extreme),
    **dict.fromkeys(("isnull", "isnotnull"), _is_there),
    **dict.fromkeys(("to_date", "to_timestamp", "try_to_date", "try_to_timestamp"), _as_time),
    **dict.fromkeys(("date_add", "date_sub"), _days_later),
    **dict.fromkeys(("element_at", "try_element_at", "get", "[]"), _element),
    **{"concat": _concat, "coalesce": _coalesce, "if": _if, "nvl2": _if_there, "nullif": _null_if},
    **{"size": _size, "array_contains": _array_contains},
    "abs": lambda text, _, arguments: absolute(text, arguments[0]),
    **dict.fromkeys(("mod", *TRY_FORMS), lambda text, name, of: calculate(text, name, of[0], of[1])),
}

FUNCTIONS = (*_PLAIN, *_OWN)
"""Names of all functions that have an answer; `[]` is an operator."""


def call(text: str, name: str, arguments: Arguments) -> Answer:
    """The answer of a function. Raises ConditionError for arguments that it does not take."""
    return _plain(text, name, arguments) if name in _PLAIN else _OWN[name](text, name, arguments)
