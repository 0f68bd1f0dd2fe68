"""What is known of a table and its columns: counts and types, no values of rows."""

from __future__ import annotations

from dataclasses import dataclass

INTEGERS = ("tinyint", "smallint", "int", "bigint")
NUMBERS = (*INTEGERS, "float", "double", "boolean")
TIMES = ("timestamp", "timestamp_ntz", "date")


@dataclass(frozen=True)
class ColumnFacts:
    """One column."""

    name: str
    """As the table has it."""
    type: str
    """Spark's name of the type."""
    missing: int
    """Rows without a value."""
    distinct: int
    """Different values; for many of them to about 1 %."""
    link: float | None = None
    """How well it alone gives the label, 0 to 1: correlation, or share of rows with the usual class; None if it was not
    measured."""

    @property
    def is_number(self) -> bool:
        """Whether a model can compute with it."""
        return self.type in NUMBERS or self.type.startswith("decimal")

    @property
    def is_integer(self) -> bool:
        """Whether it counts or numbers something."""
        return self.type in INTEGERS

    @property
    def is_time(self) -> bool:
        """Whether it is a date or a time."""
        return self.type in TIMES

    @property
    def is_text(self) -> bool:
        """Whether it is a text."""
        return self.type == "string"


@dataclass(frozen=True)
class TableFacts:
    """A table."""

    table: str
    """Its name."""
    rows: int
    """All of them."""
    columns: tuple[ColumnFacts, ...]
    """In the table's order."""

    def column(self, name: str) -> ColumnFacts:
        """The column of this name, which must be there."""
        return next(each for each in self.columns if each.name == name)

    @property
    def names(self) -> list[str]:
        """The names of the columns."""
        return [each.name for each in self.columns]


@dataclass(frozen=True)
class LedgerSpan:
    """How the rows are spread over time."""

    days: int
    """Days that have rows."""
    span: int
    """Days from the first to the last of them, both included."""
