"""The model that would still be live had nobody ever retrained."""

from collections.abc import Sequence

from retraining.records.promotion import Promotion


def first_champion(rows: Sequence[Promotion]) -> str | None:
    """Version of the first decision that made a champion, None before it."""
    moves = (row for row in rows if row.state == "DECIDED" and row.moves_alias)
    first = min(moves, key=lambda row: row.seq, default=None)
    return first.version if first else None
