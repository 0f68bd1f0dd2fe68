"""The model that would still be live had nobody ever retrained."""

from collections.abc import Sequence

from retraining.records.promotion import Promotion
from retraining.rules.champion.alias_state import moves


def first_champion(rows: Sequence[Promotion]) -> str | None:
    """Version of the first decision that made a champion, None before it."""
    return next((row.version for row in moves(rows)), None)
