"""Who waits for a person's approval, whose time is over, and whether an approval holds for the champion of today."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from retraining.records.promotion import Promotion


def waiting(rows: Sequence[Promotion]) -> list[Promotion]:
    """The PENDING row of every candidate that has not been refused, promoted or approved yet, oldest first."""
    return [row for row in _newest_of_candidates(rows) if row.outcome == "PENDING"]


def expired(rows: Sequence[Promotion], now: datetime, days: int) -> list[Promotion]:
    """The PENDING rows older than `days` days whose candidate did not go live, approved in the meantime or not."""
    open_keys = {row.retrain_key for row in _newest_of_candidates(rows) if row.outcome in ("PENDING", "APPROVED")}
    asked = {row.retrain_key: row for row in _decided(rows) if row.outcome == "PENDING"}
    late = [row for key, row in asked.items() if key in open_keys and now - row.at > timedelta(days=days)]
    return sorted(late, key=lambda row: row.seq)


def standing_question(rows: Sequence[Promotion], retrain_key: str, champion: str | None) -> Promotion | None:
    """The question about a candidate (PENDING), or its answer (APPROVED), as long as it is neither settled nor void.

    What was asked or approved when another version was champion says nothing about this one: None.
    """
    newest = next((row for row in _newest_of_candidates(rows) if row.retrain_key == retrain_key), None)
    if newest is None or newest.outcome not in ("PENDING", "APPROVED") or newest.previous_version != champion:
        return None
    return newest


def _newest_of_candidates(rows: Sequence[Promotion]) -> list[Promotion]:
    newest = {row.retrain_key: row for row in _decided(rows) if row.retrain_key}
    return sorted(newest.values(), key=lambda row: row.seq)


def _decided(rows: Sequence[Promotion]) -> list[Promotion]:
    return sorted((row for row in rows if row.state == "DECIDED"), key=lambda row: row.seq)
