"""Values that people and programs write where they have none."""

_WORDS = frozenset(
    (
        *("", "-", "--", "?", "none", "null", "nil", "nan", "na", "n/a", "n.a.", "#n/a", "missing", "unknown"),
        *("unspecified", "undefined", "default", "dummy", "invalid", "error", "tbd"),
    )
)
_SMALL = (-1.0, -9.0, -99.0)
_LARGEST = (float("inf"), 3.4028234663852886e38, 1.7976931348623157e308)
_NUMBERS = frozenset(
    (
        *_SMALL,
        *(float(2**bits - 1) for bits in (15, 16, 31, 32, 63)),
        *(float(-(2**bits)) for bits in (15, 31, 63)),
        *_LARGEST,
        *(-each for each in _LARGEST),
    )
)
_FEWEST_NINES = 3


def is_placeholder(value: str, is_numeric: bool) -> bool:
    """Whether a value is a usual placeholder of a missing one: -1, -99, three nines and more (-999, 9999.9),
    the ends of number types; an empty text, "unknown", and the numbers as text.

    Each of them may be a measurement too. What makes it certain is that it is new and frequent. 0 is none of them: a
    count or an amount may begin to be 0.
    """
    if not is_numeric and value.strip().strip("()<>[]").lower() in _WORDS:
        return True
    try:
        number = float(value)
    except ValueError:
        return False
    if number in _NUMBERS:
        return True
    digits = value.strip().lstrip("+-").removesuffix(".0").replace(".", "")
    return set(digits) == {"9"} and len(digits) >= _FEWEST_NINES
