"""Guesses what a column of text holds: a type only if every value that is not missing has it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

MISSING = ("", "NA", "N/A", "n/a", "null", "NULL", "Null", "NaN", "nan")
"""Texts that mean that there is no value; spaces around them do not matter."""

TYPES: dict[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "bigint": pa.int64(),
    "double": pa.float64(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us", tz="UTC"),
    "string": pa.string(),
}
"""By Spark's name, in the order in which they are preferred."""

_DAY = r"\d{4}-\d{2}-\d{2}"
_TIME = r"[ T]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?"
_ZONE = r"(Z|[+-]\d{2}(:?\d{2})?)"
PATTERNS = {
    "boolean": r"^(?i:true|false)$",
    "bigint": r"^-?(0|[1-9]\d{0,18})$",
    "double": r"^-?(((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][+-]?\d+)?|(?i:inf|infinity))$",
    "date": rf"^{_DAY}$",
    "timestamp": rf"^{_DAY}({_TIME})?$",
    "zoned": rf"^{_DAY}{_TIME}{_ZONE}$",
}
"""`zoned` is a timestamp with a zone; a column has zones everywhere or nowhere."""

HINTS = {
    r"^-?0\d+$": "text, because some values begin with a zero: codes keep it",
    r"^-?\d{16,}$": "text, because some values are too long for an exact number",
    r"^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(\D|$)": "text, because day and month could be mixed up; write 2024-01-31",
    r"^-?\d{1,3}(\.\d{3})*,\d+$": "text, because of decimal commas; write 1.5 for a number",
}
"""Why a column that looks like numbers or dates stays text, by a pattern that some value matches."""

WITHOUT_ZONE = "times without a zone are taken as UTC"


@dataclass
class ColumnEvidence:
    """What the values of a text column have in common so far. It grows with the number of patterns, not of rows."""

    rows: int = 0
    missing: int = 0
    possible: set[str] = field(default_factory=lambda: set(PATTERNS))
    """Keys of PATTERNS that every value fits so far."""
    hints: set[str] = field(default_factory=set)
    """Values of HINTS that some value gave."""

    def add(self, texts: pa.Array) -> None:
        """Look at more values."""
        values = without_missing(texts)
        self.rows += len(values)
        self.missing += values.null_count
        distinct = pc.drop_null(pc.unique(values))

        self.possible = {name for name in self.possible if _all_fit(name, distinct)}
        if not self.possible & {"bigint", "date", "timestamp", "zoned"}:
            self.hints |= {hint for pattern, hint in HINTS.items() if _some_match(pattern, distinct)}

    def fits(self, type_name: str) -> bool:
        """Whether every value can be stored as this type."""
        if type_name == "string" or self.rows == self.missing:
            return True
        if type_name == "timestamp":
            return bool(self.possible & {"timestamp", "zoned", "date"})
        if type_name == "double":
            return bool(self.possible & {"double", "bigint"})
        return type_name in self.possible

    @property
    def type_name(self) -> str:
        """The first of TYPES that every value fits; text if there is no value at all."""
        if self.rows == self.missing:
            return "string"
        return next(name for name in TYPES if self.fits(name))

    @property
    def note(self) -> str:
        """What a person should know about the guess."""
        if self.rows == self.missing:
            return "text, because every value is missing"
        if self.type_name == "timestamp" and "zoned" not in self.possible:
            return WITHOUT_ZONE
        return "; ".join(sorted(self.hints)) if self.type_name == "string" else ""


def without_missing(texts: pa.Array) -> pa.Array:
    """The values without spaces around them, null where they are missing."""
    trimmed = pc.utf8_trim_whitespace(texts)
    is_missing = pc.is_in(trimmed, value_set=pa.array(MISSING))
    return pc.if_else(is_missing, pa.scalar(None, pa.string()), trimmed)


def converted(texts: pa.Array, type_name: str) -> pa.Array:
    """The values as the type, which they must fit. Text keeps the spaces around it."""
    values = without_missing(texts)
    if type_name == "string":
        return pc.if_else(pc.is_null(values), pa.scalar(None, pa.string()), texts)
    if type_name == "boolean":
        return pc.cast(pc.utf8_lower(values), pa.bool_())
    if type_name == "timestamp" and not _all_match(PATTERNS["zoned"], pc.drop_null(values)):
        return pc.assume_timezone(pc.cast(values, pa.timestamp("us")), "UTC")
    return pc.cast(values, TYPES[type_name])


def _all_fit(name: str, values: pa.Array) -> bool:
    """Whether all values match the pattern and really are of the type: 2023-02-30 is not a date."""
    if not _all_match(PATTERNS[name], values):
        return False
    if name == "double" and _some_match(r"^-?\d{16,}$", values):
        return False
    if name == "zoned" and len(values) == 0:
        return True
    try:
        converted(values, "timestamp" if name == "zoned" else name)
    except pa.ArrowInvalid:
        return False
    return True


def _all_match(pattern: str, values: pa.Array) -> bool:
    return pc.all(pc.match_substring_regex(values, pattern), min_count=0).as_py() is not False


def _some_match(pattern: str, values: pa.Array) -> bool:
    return pc.any(pc.match_substring_regex(values, pattern), min_count=0).as_py() is True
