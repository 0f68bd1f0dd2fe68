"""The functions that a condition may call, and the types that it may cast to. A function gives the same answer for the
same row, changes nothing, reads nothing but its arguments, and makes nothing that is much larger than they are."""

import re

from retraining.spec.conditions.tree import ConditionError
from retraining.spec.document.faults import did_you_mean

MOST = 100
"""Arguments of a function that takes any number of them."""

_TEXT = {
    **dict.fromkeys(("length", "lower", "upper", "trim", "ltrim", "rtrim", "reverse", "initcap", "ascii"), (1, 1)),
    **dict.fromkeys(("contains", "startswith", "endswith", "instr", "left", "right", "rlike"), (2, 2)),
    **{"substring": (2, 3), "concat": (1, MOST), "translate": (3, 3)},
}
_NUMBERS = {
    **dict.fromkeys(("abs", "sign", "floor", "ceil", "sqrt", "exp", "ln", "log10", "log2", "isnan"), (1, 1)),
    **dict.fromkeys(("sin", "cos", "tan", "asin", "acos", "atan", "radians", "degrees"), (1, 1)),
    **dict.fromkeys(("pow", "mod", "atan2", "nanvl"), (2, 2)),
    **dict.fromkeys(("try_add", "try_subtract", "try_multiply", "try_divide", "try_mod"), (2, 2)),
    "round": (1, 2),
}
_TIMES = {
    **dict.fromkeys(("year", "quarter", "month", "day", "dayofweek", "weekday", "dayofyear", "weekofyear"), (1, 1)),
    **dict.fromkeys(("hour", "minute", "second", "unix_seconds", "unix_millis", "unix_micros"), (1, 1)),
    **dict.fromkeys(("to_date", "to_timestamp", "try_to_date", "try_to_timestamp"), (1, 1)),
    **dict.fromkeys(("datediff", "months_between", "date_add", "date_sub"), (2, 2)),
}
_CHOICES = {
    **{"coalesce": (1, MOST), "least": (2, MOST), "greatest": (2, MOST), "if": (3, 3)},
    **{"nullif": (2, 2), "nvl2": (3, 3), "isnull": (1, 1), "isnotnull": (1, 1)},
}
_ARRAYS = {
    **dict.fromkeys(("element_at", "try_element_at", "get", "array_contains"), (2, 2)),
    "size": (1, 1),
}

GROUPS = {"texts": _TEXT, "numbers": _NUMBERS, "times": _TIMES, "choices": _CHOICES, "arrays": _ARRAYS}
"""By what they are about: each function with the least and the greatest number of its arguments."""

ARGUMENTS = {name: counts for group in GROUPS.values() for name, counts in group.items()}

ALIASES = {
    **dict.fromkeys(("char_length", "character_length", "len"), "length"),
    **{"lcase": "lower", "ucase": "upper", "substr": "substring", "regexp": "rlike", "regexp_like": "rlike"},
    **{"ceiling": "ceil", "power": "pow", "signum": "sign", "dayofmonth": "day", "date_diff": "datediff"},
    **{"nvl": "coalesce", "ifnull": "coalesce", "cardinality": "size", "array_size": "size"},
    **{"try_remainder": "try_mod", "to_timestamp_ltz": "to_timestamp"},
}
"""Other names of the same function."""

_INSTEAD = {
    **dict.fromkeys(("now", "curdate", "current_date", "current_time", "current_timestamp"), "the rule `fresh`"),
    **dict.fromkeys(("localtimestamp", "unix_timestamp", "to_unix_timestamp"), "unix_seconds, or the rule `fresh`"),
    **dict.fromkeys(("make_date", "make_timestamp"), "try_cast(concat(year, '-', month, '-', day) AS date) of texts"),
    **dict.fromkeys(("regexp_extract", "regexp_replace", "split", "regexp_count"), "rlike, or the rule `matches`"),
    **dict.fromkeys(("to_number", "int", "bigint", "double", "decimal", "float", "conv"), "try_cast"),
    **dict.fromkeys(("string", "date", "timestamp", "boolean"), "try_cast"),
    **{"replace": "translate", "pmod": "mod", "negative": "a minus", "concat_ws": "concat with coalesce"},
    **{"elt": "CASE", "decode": "CASE", "date_trunc": "try_cast(... AS date)", "trunc": "try_cast(... AS date)"},
}


def canonical(name: str, count: int) -> str:
    """The name of an allowed function with this number of arguments. Raises ConditionError for any other."""
    function = ALIASES.get(name, name)
    if function not in ARGUMENTS:
        instead = _INSTEAD.get(name)
        cure = f" Write {instead}." if instead else did_you_mean(name, [*ARGUMENTS, *ALIASES])
        raise ConditionError(
            f"calls {name}, which a rule may not use: a rule gives the same answer for the same row, and never stops."
            f"{cure} docs/how-to/quality-rules.md lists all functions"
        )

    least, most = ARGUMENTS[function]
    if not least <= count <= most:
        expected = f"{least}" if least == most else f"{least} to {most}"
        raise ConditionError(f"calls {name} with {count} arguments, expected {expected}")
    return function


_TYPES = ("string", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "date", "timestamp")
_OTHER_TYPES = {"integer": "int", "long": "bigint", "short": "smallint", "byte": "tinyint", "real": "float"}


def type_of_cast(name: str) -> str:
    """A type as Spark calls it. Raises ConditionError for one that holds no plain value."""
    plain = _OTHER_TYPES.get(name, name)
    sized = re.fullmatch(r"(?:decimal|dec|numeric)(?:\(([0-9]+)(?:,([0-9]+))?\))?", plain)
    if sized is not None:
        digits = int(sized[1] or 10)
        scale = int(sized[2] or 0)
        if 1 <= digits <= 38 and scale <= digits:
            return f"decimal({digits},{scale})"
    if plain in (*_TYPES, "timestamp_ntz"):
        return plain
    raise ConditionError(
        f"casts to {name}. Write one of {', '.join(_TYPES)}, timestamp_ntz, decimal(p,s) with p up to 38"
    )
