"""The model that was live before the champion, and may be again."""

from collections.abc import Sequence

from retraining.records.promotion import Promotion
from retraining.rules.champion.alias_state import is_applied, newest_move
from retraining.rules.champion.rollback_target import earlier_champions


def previous_champion(rows: Sequence[Promotion], champion: str) -> str | None:
    """The version that the champion replaced. None before the second champion, for a version that was rolled back, and
    where the champion is not what the newest decision, applied, made it."""
    move = newest_move(rows)
    if move is None or move.version != champion or not is_applied(rows, move):
        return None
    return move.previous_version if move.previous_version in earlier_champions(rows, champion) else None
