"""Does the alias `champion` say what the newest decision says?"""

from collections.abc import Sequence
from typing import Literal

from retraining.records.promotion import Promotion

AliasState = Literal["agrees", "behind", "moved_by_hand"]


def moves(rows: Sequence[Promotion]) -> list[Promotion]:
    """The decisions that move the alias, oldest first."""
    return sorted((row for row in rows if row.state == "DECIDED" and row.moves_alias), key=lambda row: row.seq)


def newest_move(rows: Sequence[Promotion]) -> Promotion | None:
    """The newest decision that moves the alias, None when none ever did."""
    return next(reversed(moves(rows)), None)


def alias_state(rows: list[Promotion], champion: str | None) -> AliasState:
    """agrees; behind: a run was killed between decision and alias, so the alias is to be set; moved_by_hand: it had
    been applied."""
    move = newest_move(rows)
    if champion == (move.version if move else None):
        return "agrees"
    applied = move is not None and any(row.state == "APPLIED" and row.seq == move.seq for row in rows)
    return "moved_by_hand" if applied or move is None else "behind"


def is_applied(rows: Sequence[Promotion], move: Promotion) -> bool:
    """Whether the APPLIED row of a decision exists."""
    return any(row.state == "APPLIED" and row.seq == move.seq for row in rows)
