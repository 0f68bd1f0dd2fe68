"""How a file writes numbers, dates and gaps, and the same values as this product writes them. Pure."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass

import pyarrow as pa
import pyarrow.compute as pc

from local_workspace.errors import ParameterError

MISSING = ("NA", "N/A", "n/a", "null", "NULL", "Null", "NaN", "nan")
"""Texts that mean that there is no value, as an empty one always does; spaces around them do not matter."""

DECIMALS = (".", ",")
NOT_A_NUMBER = "?"
_PARTS = {"dd": r"(?P<day>\d{1,2})", "mm": r"(?P<month>\d{1,2})", "yyyy": r"(?P<year>\d{4})"}
_REST = r"(?P<rest>(?:[ T].*)?)"


@dataclass(frozen=True)
class ValueFormat:
    """How values are written where the file does not say it."""

    missing: tuple[str, ...] = MISSING
    """Beside the empty text."""
    decimal: str | None = None
    """Before decimals; the other one of DECIMALS may then stand between thousands. None: a point, and nothing between
    thousands."""
    date_pattern: str | None = None
    """A regular expression with the groups day, month, year and rest. Dates like 2024-01-31 are always read."""

    @property
    def as_json(self) -> str:
        """The text that from_json reads."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> ValueFormat:
        """What as_json wrote."""
        fields = json.loads(text)
        return cls(**{**fields, "missing": tuple(fields["missing"])})

    def without_missing(self, texts: pa.Array) -> pa.Array:
        """The values without spaces around them, null where they are missing."""
        trimmed = pc.utf8_trim_whitespace(texts)
        is_missing = pc.is_in(trimmed, value_set=pa.array(["", *self.missing], pa.string()))
        return pc.if_else(is_missing, pa.scalar(None, pa.string()), trimmed)

    def plain_numbers(self, values: pa.Array) -> pa.Array:
        """Numbers with a decimal point and nothing between thousands; NOT_A_NUMBER where a value is not one."""
        if self.decimal is None:
            return values

        decimal = re.escape(self.decimal)
        between = re.escape(DECIMALS[1 - DECIMALS.index(self.decimal)])
        whole = rf"(\d{{1,3}}({between}\d{{3}})+|\d*)"
        is_number = pc.match_substring_regex(values, rf"^-?({whole}({decimal}\d*)?([eE][+-]?\d+)?|(?i:inf|infinity))$")
        plain = pc.replace_substring_regex(values, between, "")
        plain = pc.replace_substring_regex(plain, decimal, ".")
        return pc.if_else(is_number, plain, pa.scalar(NOT_A_NUMBER))

    def plain_dates(self, values: pa.Array) -> pa.Array:
        """Dates and times that begin like 2024-01-31, where they have the pattern; the other values as they are."""
        if self.date_pattern is None:
            return values

        found = pc.extract_regex(values, self.date_pattern)
        day, month = (pc.utf8_lpad(pc.struct_field(found, part), 2, "0") for part in ("day", "month"))
        plain = pc.binary_join_element_wise(pc.struct_field(found, "year"), month, day, "-")
        plain = pc.binary_join_element_wise(plain, pc.struct_field(found, "rest"), "")
        return pc.if_else(pc.is_valid(found), plain, values)


def date_pattern(text: str) -> str:
    """The expression of a format such as dd.mm.yyyy or mm/dd/yyyy, after which a time may come."""
    parts = re.split("(dd|mm|yyyy)", text.lower())
    names = [part for part in parts if part in _PARTS]
    signs = parts[2:-1:2]
    if sorted(names) != sorted(_PARTS) or parts[0] or parts[-1] or not all(signs):
        raise ParameterError(
            f"--date-format {text}: expected dd, mm and yyyy, each once and with a sign between them, such as "
            f"dd.mm.yyyy, dd/mm/yyyy or mm/dd/yyyy."
        )
    return "^" + "".join(_PARTS.get(part, re.escape(part)) for part in parts) + _REST + "$"
