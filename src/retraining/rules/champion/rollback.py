"""Which version a rollback goes back to, and until when retraining waits after it."""

from collections.abc import Sequence

from retraining.errors import NothingToDoError, ParameterError
from retraining.records.promotion import Promotion
from retraining.requests.widget_values import end_of
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.champion.history import champion_at, earlier_champions


def rollback_target(rows: Sequence[Promotion], champion: str, to_version: str | None) -> str:
    """The newest applied champion before this one that was not itself rolled back, or the requested version.

    Raises NothingToDoError when there is no earlier champion, ParameterError when the requested version was never
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


def version_asked(rows: Sequence[Promotion], to_version: str | None, to_date: str | None) -> str | None:
    """The version that a rollback names, itself or by a date; None when it names neither. Raises ParameterError for
    both, or for a text that is not a date."""
    if to_version and to_date:
        raise ParameterError(f"to_version {to_version!r} and to_date {to_date!r} are both set. Name one of them.")
    return champion_at(rows, end_of(to_date)) if to_date else to_version


def same_rollback(rows: Sequence[Promotion], reason: str, target: str | None) -> Promotion | None:
    """The newest change of champion, where it is the rollback that is requested again: its reason and, where a target
    is named, its version are the same. Its run was killed, or somebody repeats the command. None where another
    version went live since, or an operator released retraining."""
    said = [row for row in rows if row.state == "DECIDED" and (row.moves_alias or row.outcome == "RELEASED")]
    asked = [row for row in said if row.outcome != "HEAL" or row.request_id is not None]
    newest = max(asked, key=lambda row: row.seq, default=None)
    if newest is None or newest.outcome not in ("ROLLBACK", "HEAL") or newest.reasons != (reason,):
        return None
    return newest if target in (None, newest.version) else None


def puts_alias_back(rows: Sequence[Promotion], to_version: str | None, alias: str | None) -> bool:
    """Whether the requested version is the decided champion, and the alias is elsewhere: somebody moved or deleted it,
    and there is nothing new to decide."""
    move = newest_move(rows)
    return move is not None and move.version == to_version != alias


def newest_word(rows: Sequence[Promotion]) -> Promotion | None:
    """The newest rollback or release, None before the first one: it says whether retraining waits."""
    said = [row for row in rows if row.outcome in ("ROLLBACK", "RELEASED")]
    return max(said, key=lambda row: row.seq, default=None)


def same_release(rows: Sequence[Promotion], reason: str) -> Promotion | None:
    """The release that is requested again, for the same reason; None where a rollback followed it."""
    newest = newest_word(rows)
    return newest if newest and newest.outcome == "RELEASED" and newest.reasons == (reason,) else None


def newest_release(rows: Sequence[Promotion]) -> Promotion | None:
    """The newest release by an operator, None when there was none."""
    return max((row for row in rows if row.outcome == "RELEASED"), key=lambda row: row.seq, default=None)


def waits_after_batch(rows: Sequence[Promotion]) -> int | None:
    """The batch at which a rollback was made that no release followed: retraining waits for a newer one. None when
    there is no such rollback."""
    newest = newest_word(rows)
    return newest.batch_seq if newest and newest.outcome == "ROLLBACK" else None
