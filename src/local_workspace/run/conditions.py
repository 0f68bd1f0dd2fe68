"""How a condition_task compares its two texts."""

from __future__ import annotations

import operator
from collections.abc import Callable

from local_workspace.errors import TaskError

TEXT_OPERATORS: dict[str, Callable[[str, str], bool]] = {"EQUAL_TO": operator.eq, "NOT_EQUAL": operator.ne}

NUMBER_OPERATORS: dict[str, Callable[[float, float], bool]] = {
    "GREATER_THAN": operator.gt,
    "GREATER_THAN_OR_EQUAL": operator.ge,
    "LESS_THAN": operator.lt,
    "LESS_THAN_OR_EQUAL": operator.le,
}


def condition_holds(op: str, left: str, right: str) -> bool:
    """Whether the comparison is true. op is one of bundle.jobs.OPERATORS.

    EQUAL_TO and NOT_EQUAL compare texts, so "12.0" is not equal to "12". The other operators compare numbers; a text
    that is not a number is a TaskError.
    """
    if op in TEXT_OPERATORS:
        return TEXT_OPERATORS[op](left, right)
    return NUMBER_OPERATORS[op](_number(op, left), _number(op, right))


def _number(op: str, text: str) -> float:
    try:
        return float(text)
    except ValueError as err:
        raise TaskError(f"condition_task: {op} compares numbers, found {text!r}. EQUAL_TO compares texts.") from err
