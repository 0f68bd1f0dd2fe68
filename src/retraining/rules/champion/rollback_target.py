"""Which version a rollback goes back to."""

from collections.abc import Sequence

from retraining.errors import NothingToDoError, ParameterError
from retraining.records.promotion import Promotion
from retraining.requests.read_request import end_of
from retraining.rules.champion.alias_state import moves
from retraining.rules.champion.champion_history import champion_at


def rollback_target(rows: Sequence[Promotion], champion: str, to_version: str | None) -> str:
    """The newest applied champion before this one that was not itself rolled back, or the version asked for.

    Raises NothingToDoError when there is no earlier champion, ParameterError when the version asked for was never
    champion, is the champion already, or was rolled back itself.
    """
    choices = earlier_champions(rows, champion)
    if to_version is None:
        if not choices:
            raise NothingToDoError(
                f"version {champion} is the only champion there has been; there is nothing to roll back to."
            )
        return choices[0]
    if to_version not in choices:
        raise ParameterError(
            f"to_version {to_version!r} cannot be rolled back to; the champion is version {champion} and the earlier "
            f"champions "
            f"that were not rolled back are: {', '.join(choices) or 'none'}."
        )
    return to_version


def earlier_champions(rows: Sequence[Promotion], champion: str) -> list[str]:
    """Versions that have been live and were not rolled back, the newest first, without the champion."""
    applied = {row.seq for row in rows if row.state == "APPLIED"}
    made = moves(rows)
    rolled_back = {row.previous_version for row in made if row.outcome == "ROLLBACK"}
    been = [row.version for row in made if row.seq in applied and row.version is not None]
    return [version for version in dict.fromkeys(reversed(been)) if version != champion and version not in rolled_back]


def version_asked(rows: Sequence[Promotion], to_version: str | None, to_date: str | None) -> str | None:
    """The version that a rollback names, itself or by a date; None when it names neither. Raises ParameterError for
    both, or for what is no date."""
    if to_version and to_date:
        raise ParameterError(f"to_version {to_version!r} and to_date {to_date!r} are both set. Name one of them.")
    return champion_at(rows, end_of(to_date)) if to_date else to_version
