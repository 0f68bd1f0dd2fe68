"""What an operator allows the loop to do with a model: the newest row of `controls` says it."""

from collections.abc import Sequence
from typing import Literal

from retraining.errors import NothingToDoError
from retraining.records.control import Control, Mode

Change = Literal["freeze", "unfreeze", "retire", "unretire"]
"""What an operator wants; each is a job."""

_NEEDS: dict[Change, tuple[Mode, ...]] = {
    "freeze": ("active",),
    "unfreeze": ("frozen",),
    "retire": ("active", "frozen"),
    "unretire": ("retired",),
}
_LEADS_TO: dict[Change, tuple[Mode, ...]] = {
    "freeze": ("frozen",),
    "unfreeze": ("active",),
    "retire": ("retired",),
    "unretire": ("active", "frozen"),
}
_SAID = {
    "frozen": "froze the model: nothing is trained until the job unfreeze",
    "retired": "retired the model: nothing is scored or trained until the job unretire",
}


def newest_control(rows: Sequence[Control]) -> Control | None:
    """The row that holds; None where no operator ever changed anything."""
    return max(rows, key=lambda row: row.seq, default=None)


def mode_of(rows: Sequence[Control]) -> Mode:
    """What the loop may do with the model."""
    newest = newest_control(rows)
    return newest.mode if newest else "active"


def mode_in_words(rows: Sequence[Control]) -> str | None:
    """Since when the model is frozen or retired, and why; None for an active one."""
    newest = newest_control(rows)
    if newest is None or newest.mode == "active":
        return None
    return f"On {newest.at:%Y-%m-%d %H:%M} UTC an operator {_SAID[newest.mode]}. Reason: {newest.reason}"


def same_change(rows: Sequence[Control], change: Change, reason: str) -> Control | None:
    """The row that holds, where it is what the change would lead to, for the same reason: the request was carried out
    before, and nothing has changed since."""
    newest = newest_control(rows)
    return newest if newest and newest.mode in _LEADS_TO[change] and newest.reason == reason else None


def mode_after(model: str, rows: Sequence[Control], change: Change) -> Mode:
    """The mode that a change leads to. A model that comes back is what it was before it was retired.

    Raises NothingToDoError where the model is not in a mode that the change can start from.
    """
    mode = mode_of(rows)
    if mode not in _NEEDS[change]:
        found = mode_in_words(rows) or "No operator has frozen or retired it."
        raise NothingToDoError(
            f"{model} is {mode}, and {change} needs a model that is {' or '.join(_NEEDS[change])}. {found}"
        )

    if change == "freeze":
        return "frozen"
    if change == "retire":
        return "retired"
    if change == "unfreeze":
        return "active"
    before = [row for row in sorted(rows, key=lambda row: row.seq) if row.mode != "retired"]
    return before[-1].mode if before else "active"
