"""Guesses what a column of text holds: a type only if every value that is not missing has it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from local_workspace.loading.plain_values import plain_dates, plain_numbers, without_missing
from local_workspace.loading.value_format import ValueFormat

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
NUMBERS = ("bigint", "double")
DATES = ("date", "timestamp", "zoned")

HINTS = {
    r"^-?0\d+$": "text, because some values begin with a zero: codes keep it",
    r"^-?\d{16,}$": "text, because some values are too long for an exact number",
    r"^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(\D|$)": "text, because day and month could be mixed up: add --date-format, such "
    "as dd.mm.yyyy or mm/dd/yyyy",
    r"^-?\d{1,3}(\.\d{3})*,\d+$": "text, because of decimal commas: add --decimal ,",
    r"^-?\d{1,3}(,\d{3})+(\.\d+)?$": "text, because of commas between thousands: add --decimal .",
}
"""Why a column that looks like numbers or dates stays text, by a pattern that some value matches."""

DECIMAL_COMMA = HINTS[r"^-?\d{1,3}(\.\d{3})*,\d+$"]
WITHOUT_ZONE = "times without a zone are taken as UTC"


@dataclass
class ColumnEvidence:
    """What the values of a text column have in common so far. It grows with the number of patterns, not of rows."""

    format: ValueFormat = field(default_factory=ValueFormat)
    """How the files write values."""
    rows: int = 0
    missing: int = 0
    marks: set[str] = field(default_factory=set)
    """Texts that were read as missing, the empty one aside."""
    possible: set[str] = field(default_factory=lambda: set(PATTERNS))
    """Keys of PATTERNS that every value fits so far."""
    hints: set[str] = field(default_factory=set)
    """Values of HINTS that some value gave."""
    has_groups_of_three: bool = False
    """Whether some value is like 1.234."""
    has_other_decimals: bool = False
    """Whether some value has a decimal point that cannot be one between thousands."""

    def add(self, texts: pa.Array) -> None:
        """Look at more values."""
        values = without_missing(self.format, texts)
        self.rows += len(values)
        self.missing += values.null_count
        left_out = pc.unique(pc.utf8_trim_whitespace(texts).filter(pc.is_null(values)))
        self.marks |= {text for text in left_out.to_pylist() if text}
        distinct = pc.drop_null(pc.unique(values))

        self.possible = {name for name in self.possible if _all_fit(name, distinct, self.format)}
        self.has_groups_of_three |= _some_match(r"^-?\d{1,3}\.\d{3}$", distinct)
        self.has_other_decimals |= _some_match(r"\.(\d{0,2}|\d{4,})$", distinct)
        if not self.possible & {"bigint", "double", "date", "timestamp", "zoned"}:
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
        return "; ".join([*sorted(self.hints), *self.read_as_missing]) if self.type_name == "string" else ""

    @property
    def read_as_missing(self) -> list[str]:
        """In a text `NA` may be a word, such as the code of a country; a number or a date it cannot be."""
        marks = ", ".join(sorted(self.marks))
        return [f"{marks} read as missing; --missing names other texts"] if marks else []

    @property
    def may_have_thousands(self) -> bool:
        """Whether numbers were read with a decimal point that may be one between thousands."""
        return self.type_name == "double" and self.has_groups_of_three and not self.has_other_decimals


def converted(texts: pa.Array, type_name: str, format: ValueFormat) -> pa.Array:
    """The values as the type, which they must fit. Text keeps the spaces around it."""
    values = without_missing(format, texts)
    if type_name == "string":
        return pc.if_else(pc.is_null(values), pa.scalar(None, pa.string()), texts)
    if type_name == "boolean":
        return pc.cast(pc.utf8_lower(values), pa.bool_())
    if type_name in NUMBERS:
        return pc.cast(plain_numbers(format, values), TYPES[type_name])

    dates = plain_dates(format, values)
    if type_name == "timestamp" and not _all_match(PATTERNS["zoned"], pc.drop_null(dates)):
        return pc.assume_timezone(pc.cast(dates, pa.timestamp("us")), "UTC")
    return pc.cast(dates, TYPES[type_name])


def _all_fit(name: str, values: pa.Array, format: ValueFormat) -> bool:
    """Whether all values match the pattern and really are of the type: 2023-02-30 is not a date."""
    plain = plain_numbers(format, values) if name in NUMBERS else values
    plain = plain_dates(format, plain) if name in DATES else plain
    if not _all_match(PATTERNS[name], plain):
        return False
    if name == "double" and _some_match(r"^-?\d{16,}$", plain):
        return False
    if name == "zoned" and len(plain) == 0:
        return True
    try:
        converted(values, "timestamp" if name == "zoned" else name, format)
    except pa.ArrowInvalid:
        return False
    return True


def _all_match(pattern: str, values: pa.Array) -> bool:
    return pc.all(pc.match_substring_regex(values, pattern), min_count=0).as_py() is not False


def _some_match(pattern: str, values: pa.Array) -> bool:
    return pc.any(pc.match_substring_regex(values, pattern), min_count=0).as_py() is True
