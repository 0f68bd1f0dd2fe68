"""Which columns of a source can be stored beside ours, and compared."""

import re

from retraining.spec.our_columns import is_ours

_PLAIN = frozenset(
    (
        *("string", "boolean", "tinyint", "smallint", "int", "bigint", "float", "double", "date", "timestamp"),
        *("timestamp_ntz", "binary"),
    )
)
_DECIMAL = re.compile(r"decimal\(\d+,\d+\)")
_FIELD = re.compile(r"\w+")


def why_not_stored(name: str, type_: str) -> str | None:
    """Why a column cannot be stored, as the end of a sentence about it; None where it can be. type_ is Spark's name of
    its type."""
    if is_ours(name):
        return "has a name that this product uses itself"
    if "`" in name:
        return "has a back quote in its name, which no query can name"
    if not is_storable_type(type_):
        return f"is {type_}, whose values cannot be stored or compared"
    return None


def is_storable_type(type_: str) -> bool:
    """Whether Delta stores values of a type and Spark has a hash of them: plain values, and arrays and structs of them.
    A map has no hash; a struct may have plain names only."""
    if type_ in _PLAIN or _DECIMAL.fullmatch(type_):
        return True
    if type_.startswith("array<") and type_.endswith(">"):
        return is_storable_type(type_[len("array<") : -1])
    if type_.startswith("struct<") and type_.endswith(">"):
        fields = _split_fields(type_[len("struct<") : -1])
        return bool(fields) and all(_is_storable_field(field) for field in fields)
    return False


def _is_storable_field(field: str) -> bool:
    name, colon, type_ = field.partition(":")
    return bool(colon) and bool(_FIELD.fullmatch(name)) and is_storable_type(type_)


def _split_fields(text: str) -> list[str]:
    """The fields of a struct: a comma inside brackets belongs to the type of one field."""
    fields = [""]
    depth = 0
    for sign in text:
        depth += (sign in "<(") - (sign in ">)")
        if sign == "," and depth == 0:
            fields.append("")
        else:
            fields[-1] += sign
    return [field for field in fields if field]
