"""Expressions that a spec may hold: regular expressions, and conditions in SQL."""

import re
import warnings

from retraining.spec.conditions.parse import parse_condition
from retraining.spec.conditions.tree import Call, ConditionError, Constant, parts_of

_CLASS = r"\[\^?\]?(?:\\.|[^\]\\])*\]"
_TOKEN = re.compile(rf"\\.|{_CLASS}|\(\?[^:)]*[:)]?|\{{\d+(?:,\d*)?\}}\+?|[*+?]\+|.", re.DOTALL)
_FLAGS = ("(?:", "(?i)", "(?s)", "(?is)", "(?si)")
_FOREIGN_ESCAPES = frozenset("123456789uUNZg")
_MOST_REPEATS = 1000  # RE2's own limit


def check_expression(pattern: str) -> str:
    """The pattern itself. Raises ValueError where it does not compile, or where not every engine knows it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python only warns of, such as [[, Java reads in another way
            re.compile(pattern)
    except (re.error, FutureWarning, DeprecationWarning, RecursionError, OverflowError) as err:
        raise ValueError(f"pattern {pattern!r} does not compile: {err}. Write a regular expression") from err
    for token in _TOKEN.findall(pattern):
        if _is_foreign(token):
            raise ValueError(
                f"pattern {pattern!r} uses {token!r}, which not every engine knows. Do without references, "
                f"look-around, named or atomic groups, possessive quantifiers, \\u, \\N and \\Z"
            )
    return pattern


def _is_foreign(token: str) -> bool:
    if token.startswith("\\"):
        return token[1:] in _FOREIGN_ESCAPES
    if token.startswith("[") and len(token) > 1:
        plain = re.sub(
            r"\\.", lambda escape: "[" if escape[0][1] in _FOREIGN_ESCAPES else "", token[1:], flags=re.DOTALL
        )
        return "[" in plain or "&&" in plain  # Java reads both as operations on sets
    if token.startswith("(?"):
        return token not in _FLAGS
    if token.startswith("{"):
        return not token.endswith("}") or any(int(each) > _MOST_REPEATS for each in re.findall(r"\d+", token))
    return len(token) > 1


def check_condition(condition: str) -> str:
    """The condition itself. Raises ValueError for what is not an expression over one row, made of operators and
    functions that always answer alike; docs/how-to/quality-rules.md lists them."""
    try:
        tree = parse_condition(condition)
    except ConditionError as err:
        raise ValueError(f"sql condition {condition!r} {err}") from err

    for part in parts_of(tree):
        if isinstance(part, Call) and part.name == "rlike" and isinstance(part.arguments[1], Constant):
            check_expression(str(part.arguments[1].value))
    return condition
