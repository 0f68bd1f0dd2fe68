"""Ledger values on the Spark side."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from retraining.rules.ingest.ledger import Ledger, Number


def ledger_number(ledger: Ledger) -> Column:
    """The ledger column as the number that rules compare: microseconds, days, or the value itself."""
    value = F.col(f"`{ledger.column}`")
    if ledger.is_timestamp:
        return F.unix_micros(value.cast("timestamp"))
    if ledger.type == "date":
        return F.unix_date(value)
    return value


def ledger_literal(ledger: Ledger, number: Number) -> Column:
    """A number as a literal of the column's own type, so that file statistics can skip files."""
    if ledger.is_timestamp:
        return F.timestamp_micros(F.lit(int(number))).cast(ledger.type)
    if ledger.type == "date":
        return F.date_from_unix_date(F.lit(int(number)))
    return F.lit(number)


def ledger_day(ledger: Ledger) -> Column:
    """The UTC day of a row; null where the ledger has no time."""
    return F.to_date(F.col(f"`{ledger.column}`")) if ledger.has_time else F.lit(None).cast("date")


def is_below(ledger: Ledger, end: Number | None) -> Column:
    """Rows with a ledger value less than the end; none when there is no end."""
    return F.lit(False) if end is None else F.col(f"`{ledger.column}`") < ledger_literal(ledger, end)


def may_follow(ledger: Ledger, lo: Number | None) -> Column:
    """Rows that a slice from lo on may hold: those not below it, and those whose ledger value is a fault."""
    value = F.col(f"`{ledger.column}`")
    return F.lit(True) if lo is None else ~is_valid(ledger, None) | (value >= ledger_literal(ledger, lo))


def is_valid(ledger: Ledger, valid_until: Number | None) -> Column:
    """Rows with a ledger value that is neither missing nor beyond validity, nor before all time that rows are from."""
    value = F.col(f"`{ledger.column}`")
    valid = value.isNotNull()
    if ledger.valid_from is not None:
        valid = valid & (value >= ledger_literal(ledger, ledger.valid_from))
    return valid if valid_until is None else valid & (value <= ledger_literal(ledger, valid_until))


def in_slice(ledger: Ledger, lo: Number | None, hi: Number | None, valid_until: Number | None) -> Column:
    """Rows of a slice: [lo, hi], plus the rows whose ledger value is missing or beyond validity, which no slice would
    meet.

    Never null, although it is not wrapped in coalesce: a missing value is not valid. Delta would not look through
    coalesce, and would read every file of the source instead of those whose statistics fit.
    """
    value = F.col(f"`{ledger.column}`")
    inside = F.lit(False) if hi is None else value <= ledger_literal(ledger, hi)
    if lo is not None:
        inside = inside & (value >= ledger_literal(ledger, lo))
    return inside | ~is_valid(ledger, valid_until)
