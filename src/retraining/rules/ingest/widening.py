"""Which types of a column take in the values of another type without a loss."""

import re

_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_WIDER = {
    "tinyint": ("smallint", "int", "bigint", "double"),
    "smallint": ("int", "bigint", "double"),
    "int": ("bigint", "double"),
    "float": ("double",),
    "date": ("timestamp_ntz",),
}
_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}
"""Decimal digits that a whole number of the type may have."""


def widens(then: str, now: str) -> bool:
    """Whether every value of one type is a value of the other, and a stored column can be changed to it: what Delta's
    type widening allows."""
    if now in _WIDER.get(then, ()):
        return True
    wide = _DECIMAL.fullmatch(now)
    if wide is None:
        return False

    precision, scale = map(int, wide.groups())
    narrow = _DECIMAL.fullmatch(then)
    if narrow is not None:
        then_precision, then_scale = map(int, narrow.groups())
        return then != now and scale >= then_scale and precision - scale >= then_precision - then_scale
    return then in _DIGITS and precision - scale >= (20 if then == "bigint" else _DIGITS[then])


def text_changes(then: str, now: str) -> bool:
    """Whether a value of one type has another text as a value of a wider one: 5 is 5.0 as a double."""
    narrow = _DECIMAL.fullmatch(then)
    wide = _DECIMAL.fullmatch(now)
    if narrow and wide:
        return narrow[2] != wide[2]
    return not (then in _DIGITS and now in _DIGITS)
