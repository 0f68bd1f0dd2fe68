"""Does the alias `champion` say what the newest decision says?"""

from typing import Literal

from retraining.records.promotion import Promotion

AliasState = Literal["agrees", "behind", "moved_by_hand"]


def newest_move(rows: list[Promotion]) -> Promotion | None:
    """The newest decision that moves the alias, None when none ever did."""
    moves = [row for row in rows if row.state == "DECIDED" and row.moves_alias]
    return max(moves, key=lambda row: row.seq, default=None)


def alias_state(rows: list[Promotion], champion: str | None) -> AliasState:
    """agrees; behind: a run was killed between decision and alias, so the alias is to be set; moved_by_hand: it had
    been applied."""
    move = newest_move(rows)
    if champion == (move.version if move else None):
        return "agrees"
    applied = move is not None and any(row.state == "APPLIED" and row.seq == move.seq for row in rows)
    return "moved_by_hand" if applied or move is None else "behind"


def is_applied(rows: list[Promotion], move: Promotion) -> bool:
    """Whether the APPLIED row of a decision exists."""
    return any(row.state == "APPLIED" and row.seq == move.seq for row in rows)
