"""Which keys an operator wants to be forgotten, read into the types of the key columns. No error repeats a value."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal, DecimalException, localcontext
from typing import Any

from retraining.errors import ParameterError

MAX_KEYS = 1_000
MAX_LENGTH = 100_000

_MOST_DIGITS = 38
"""Of a decimal in Spark."""
_BITS = {"tinyint": 8, "smallint": 16, "int": 32, "bigint": 64}


@dataclass(frozen=True)
class ForgetRequest:
    """What an operator requests: keys is a JSON text, keys_table the quoted name of a table; one of the two is given.
    A dry run only says what would be deleted."""

    reason: str | None
    keys: str | None = field(default=None, repr=False)
    keys_table: str | None = None
    dry_run: bool = True


class _UnfitError(ValueError):
    """A value is not one of its column's type. Says nothing of the value."""


def read_keys(text: str, types: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """The keys of a JSON list of objects, in the order of the key columns; null is a missing value, as in a row.

    types: Spark's name of each key column's type. A timestamp without a zone is in UTC. Raises ParameterError for
    anything that is not exactly a list of keys; it names the position and the column, never a value.
    """
    if len(text) > MAX_LENGTH:
        raise _refused(types, f"it has {len(text):,} characters, at most {MAX_LENGTH:,} are read")
    found = _parsed(text, types)
    if not isinstance(found, list) or not found:
        raise _refused(types, "it is not a list with a key in it")
    if len(found) > MAX_KEYS:
        raise _refused(types, f"it holds {len(found):,} keys, at most {MAX_KEYS:,} are read")
    return [_key(each, position, types) for position, each in enumerate(found, 1)]


def _parsed(text: str, types: Mapping[str, str]) -> Any:
    # `from None`: what these errors say of a number or a name is the operator's text.
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
    except json.JSONDecodeError as err:
        raise _refused(types, f"it is not JSON at line {err.lineno}, column {err.colno}") from None
    except (ValueError, RecursionError, DecimalException):
        raise _refused(types, "it is not plain JSON: a name is used twice, or a number is not a number") from None


def _no_constant(_: str) -> Any:
    raise _UnfitError


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) < len(pairs):
        raise _UnfitError
    return dict(pairs)


def _key(given: Any, position: int, types: Mapping[str, str]) -> tuple[Any, ...]:
    if not isinstance(given, dict) or set(given) != set(types):
        raise _refused(types, f"key {position} is not an object with exactly these columns")
    return tuple(_value(given[column], type_name, column, position, types) for column, type_name in types.items())


def _value(given: Any, type_name: str, column: str, position: int, types: Mapping[str, str]) -> Any:
    kind = type_name.partition("(")[0]
    if kind not in _READERS:
        raise ParameterError(
            f"keys: the key column `{column}` is a {type_name}, which JSON cannot say. Name a keys_table instead."
        )
    try:
        return None if given is None else _READERS[kind](given, type_name)
    except (ValueError, ArithmeticError):
        raise _refused(types, f"the value of `{column}` in key {position} is not a {type_name}") from None


def _refused(types: Mapping[str, str], found: str) -> ParameterError:
    columns = ", ".join(f'"{column}": <{type_name}>' for column, type_name in types.items())
    return ParameterError(
        f"keys: {found}. Nothing was forgotten. Write [{{{columns}}}, ...], or name a keys_table, which may hold any "
        f"number of keys."
    )


def _boolean(given: Any, _: str) -> bool:
    if not isinstance(given, bool):
        raise _UnfitError
    return given


def _text(given: Any, _: str) -> str:
    if not isinstance(given, str):
        raise _UnfitError
    return given


def _digits(given: Any) -> str:
    """A number, or a text of one."""
    if isinstance(given, bool) or not isinstance(given, int | Decimal | str):
        raise _UnfitError
    return str(given)


def _integer(given: Any, type_name: str) -> int:
    text = _digits(given)
    if not re.fullmatch(r"-?[0-9]{1,19}", text, re.ASCII):
        raise _UnfitError
    number = int(text)
    half = 1 << (_BITS[type_name] - 1)
    if not -half <= number < half:
        raise _UnfitError
    return number


def _decimal(given: Any, type_name: str) -> Decimal:
    """Exactly: a rounded value would be another key."""
    precision, scale = (int(part) for part in re.findall("[0-9]+", type_name))
    number = Decimal(_digits(given))
    if not number.is_finite():
        raise _UnfitError
    with localcontext(prec=2 * _MOST_DIGITS):
        if number.adjusted() >= precision - scale or number != number.quantize(Decimal(1).scaleb(-scale)):
            raise _UnfitError
    return number


def _float(given: Any, _: str) -> float:
    number = float(_digits(given))
    if not math.isfinite(number):
        raise _UnfitError
    return number


def _date(given: Any, type_name: str) -> date:
    return date.fromisoformat(_text(given, type_name))


def _timestamp(given: Any, type_name: str) -> datetime:
    moment = datetime.fromisoformat(_text(given, type_name))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _local_timestamp(given: Any, type_name: str) -> datetime:
    moment = datetime.fromisoformat(_text(given, type_name))
    if moment.tzinfo:
        raise _UnfitError
    return moment


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "string": _text,
    "boolean": _boolean,
    **dict.fromkeys(_BITS, _integer),
    "decimal": _decimal,
    "double": _float,
    "float": _float,
    "date": _date,
    "timestamp": _timestamp,
    "timestamp_ntz": _local_timestamp,
}
