"""Which version was live when: the first champion, the previous one, and the one of any moment."""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from retraining.errors import NothingToDoError
from retraining.records.promotion import Promotion
from retraining.rules.champion.alias_state import is_applied, moves, newest_move


def champion_at(rows: Sequence[Promotion], moment: datetime) -> str:
    """The version that was champion at a moment. Raises NothingToDoError for one before the first champion."""
    found = find_champion_at(rows, moment)
    if found is None:
        raise NothingToDoError(
            f"to_date {moment:%Y-%m-%d %H:%M} UTC: there was no champion then; {first_in_words(rows)}. Name a later "
            f"date, or to_version."
        )
    return found


def find_champion_at(rows: Sequence[Promotion], moment: datetime) -> str | None:
    """The version that was champion at a moment; None for one before the first champion."""
    found = [row.version for row in _applied(rows) if row.at <= moment and row.version]
    return found[-1] if found else None


def first_in_words(rows: Sequence[Promotion]) -> str:
    """When the first champion went live."""
    lived = _applied(rows)
    return f"the first one went live on {lived[0].at:%Y-%m-%d %H:%M} UTC" if lived else "there has never been one"


def live_since(rows: Sequence[Promotion], version: str, before_seq: int) -> datetime | None:
    """When the version that was live just before a decision went live; None where it is not recorded.

    An alias that was put back meanwhile does not restart the time.
    """
    earlier = [row for row in reversed(_applied(rows)) if row.seq < before_seq]
    stint = list(takewhile(lambda row: row.version == version, earlier))
    return stint[-1].at if stint else None


def _applied(rows: Sequence[Promotion]) -> list[Promotion]:
    return sorted((row for row in rows if row.state == "APPLIED"), key=lambda row: row.seq)


def first_champion(rows: Sequence[Promotion]) -> str | None:
    """Version of the first decision that made a champion, None before it."""
    return next((row.version for row in moves(rows)), None)


def previous_champion(rows: Sequence[Promotion], champion: str) -> str | None:
    """The version that the champion replaced. None before the second champion, for a version that was rolled back, and
    where the champion is not what the newest decision, applied, made it."""
    move = newest_move(rows)
    if move is None or move.version != champion or not is_applied(rows, move):
        return None
    return move.previous_version if move.previous_version in earlier_champions(rows, champion) else None


def earlier_champions(rows: Sequence[Promotion], champion: str) -> list[str]:
    """Versions that have been live and were not rolled back, the newest first, without the champion."""
    applied = {row.seq for row in rows if row.state == "APPLIED"}
    made = moves(rows)
    rolled_back = {row.previous_version for row in made if row.outcome == "ROLLBACK"}
    been = [row.version for row in made if row.seq in applied and row.version is not None]
    return [version for version in dict.fromkeys(reversed(been)) if version != champion and version not in rolled_back]


def same_adoption(rows: Sequence[Promotion], version: str, reason: str) -> Promotion | None:
    """The adoption that made the version champion, where it was for the same reason and nothing has followed it."""
    made = [row for row in moves(rows) if row.outcome != "HEAL"]
    newest = made[-1] if made else None
    if newest is None or (newest.outcome, newest.version) != ("ADOPTED", version):
        return None
    return newest if newest.reasons[:1] == (reason,) else None
