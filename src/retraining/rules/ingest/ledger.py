"""Ledger values as exact numbers and as text.

A timestamp is counted in microseconds since 1970-01-01 UTC, a date in days, so that no value passes through a float or
a local time zone on its way between source, rule and table.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Literal

LedgerType = Literal["timestamp", "timestamp_ntz", "date", "integer", "decimal"]
"""A timestamp_ntz, which names no time zone, is read as UTC."""
Number = int | Decimal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

FIRST_DAY = date(1700, 1, 1)
"""Systems write an earlier time where they have none: the years 1 and 1000, or the year 0 of a conversion that failed.
Python has no years before 1, and pandas none before 1678."""

_EXACT = Context(prec=100)
"""Spark's decimals have up to 38 digits; Python rounds to 28 by default."""


@dataclass(frozen=True)
class Ledger:
    """The ledger column of a source."""

    column: str
    type: LedgerType

    @property
    def has_time(self) -> bool:
        """Whether values are points in time, so that days and a far future exist."""
        return self.type in ("timestamp", "timestamp_ntz", "date")

    @property
    def is_timestamp(self) -> bool:
        """Whether values are counted in microseconds."""
        return self.type in ("timestamp", "timestamp_ntz")

    @property
    def valid_from(self) -> int | None:
        """Smaller values are a fault of the data; None where ledgers have no time."""
        return self.start_of(FIRST_DAY) if self.has_time else None

    @property
    def units_a_day(self) -> int:
        """How many of the numbers make a day; only for ledgers with time."""
        return 1 if self.type == "date" else 86_400_000_000

    def to_text(self, number: Number | None) -> str | None:
        """The value as people read it: ISO 8601 in UTC, or digits."""
        if number is None:
            return None
        if self.is_timestamp:
            return (EPOCH + int(number) * MICROSECOND).isoformat(timespec="microseconds").replace("+00:00", "Z")
        if self.type == "date":
            return (EPOCH + timedelta(days=int(number))).date().isoformat()
        return str(number)

    def from_text(self, text: str | None) -> Number | None:
        """Inverse of to_text; a time without a zone is in UTC. Raises ValueError or ArithmeticError for other text."""
        if text is None:
            return None
        if self.is_timestamp:
            moment = datetime.fromisoformat(text)
            return self.from_time(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
        if self.type == "date":
            return self.from_time(datetime.fromisoformat(text).replace(tzinfo=UTC))
        return int(text) if self.type == "integer" else Decimal(text)

    def from_time(self, moment: datetime) -> int:
        """The number of an aware moment; only for ledgers with time."""
        since = moment - EPOCH
        return since.days if self.type == "date" else since // MICROSECOND

    def day_of(self, number: Number) -> date:
        """The UTC day of a value; only for ledgers with time."""
        return date(1970, 1, 1) + timedelta(days=int(number) // self.units_a_day)

    def start_of(self, day: date) -> int:
        """The first value of a UTC day; only for ledgers with time."""
        return self.from_time(datetime(day.year, day.month, day.day, tzinfo=UTC))


def minus(value: Number, amount: Number) -> Number:
    """Their difference, exact: also of decimals with more digits than Python computes with by default."""
    if isinstance(value, int) and isinstance(amount, int):
        return value - amount
    return _EXACT.subtract(Decimal(value), Decimal(amount))


def step_of(value: Number) -> Number:
    """The smallest step between values that are written like this one: 1, or one in its last decimal place."""
    if isinstance(value, int):
        return 1
    exponent = value.as_tuple().exponent
    return Decimal(1).scaleb(exponent) if isinstance(exponent, int) else Decimal(1)
