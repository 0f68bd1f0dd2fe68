"""How a file writes numbers, dates and gaps. Commands read this before they need Arrow."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass

from local_workspace.errors import ParameterError

MISSING = ("NA", "N/A", "n/a", "null", "NULL", "Null", "NaN", "nan")
"""Texts that mean that there is no value, as an empty one always does; spaces around them do not matter."""

DECIMALS = (".", ",")
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
