"""Which version was live when, from the notes that the alias had followed a decision."""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from retraining.errors import NothingToDoError
from retraining.records.promotion import Promotion


def champion_at(rows: Sequence[Promotion], moment: datetime) -> str:
    """The version that was champion at a moment. Raises NothingToDoError for one before the first champion."""
    lived = _applied(rows)
    found = [row.version for row in lived if row.at <= moment and row.version]
    if not found:
        first = f"the first one went live on {lived[0].at:%Y-%m-%d %H:%M} UTC" if lived else "there has never been one"
        raise NothingToDoError(
            f"to_date {moment:%Y-%m-%d %H:%M} UTC: there was no champion then; {first}. Name a later date, or "
            f"to_version."
        )
    return found[-1]


def live_since(rows: Sequence[Promotion], version: str, before_seq: int) -> datetime | None:
    """When the version that was live just before a decision went live; None where no note says so.

    An alias that was put back meanwhile does not begin the time anew.
    """
    earlier = [row for row in reversed(_applied(rows)) if row.seq < before_seq]
    stint = list(takewhile(lambda row: row.version == version, earlier))
    return stint[-1].at if stint else None


def _applied(rows: Sequence[Promotion]) -> list[Promotion]:
    return sorted((row for row in rows if row.state == "APPLIED"), key=lambda row: row.seq)
