"""Errors of Spark and Delta by their condition: the name of an error, which stays when its sentence changes.

Classic Spark, Spark Connect and a failed job carry the name in different places, but each writes it in brackets before
the sentence: `[DELTA_VERSION_NOT_FOUND] ...`.
"""

import re

from retraining.errors import RetrainingError

_IN_BRACKETS = re.compile(r"\[([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+(?:\.[A-Z0-9_]+)*)\]")

PLACE_IS_TAKEN = "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION"
"""Where a table is to be made, there are files already."""

_CONFLICTS = (
    "DELTA_CONCURRENT",
    "DELTA_PROTOCOL_CHANGED",
    "DELTA_METADATA_CHANGED",
    PLACE_IS_TAKEN,
    "DELTA_TABLE_ALREADY_EXISTS",
    "TABLE_OR_VIEW_ALREADY_EXISTS",
)
"""All but the first are what the loser hears when two runs create one table, IF NOT EXISTS or not."""

_TOO_OLD = "it is older than `delta.deletedFileRetentionDuration` of the table allows"
_LOG = "the table's log does not reach back to it any more"
_FILES = "its files were removed, as VACUUM does"

_WHY_GONE = {
    "DELTA_UNSUPPORTED_TIME_TRAVEL_BEYOND_DELETED_FILE_RETENTION_DURATION": _TOO_OLD,
    "DELTA_VERSION_NOT_FOUND": _LOG,
    "DELTA_NO_RECREATABLE_HISTORY_FOUND": _LOG,
    "DELTA_NO_REPRODUCIBLE_HISTORY_FOUND": _LOG,
    "DELTA_LOG_FILE_NOT_FOUND": _LOG,
    "DELTA_TRUNCATED_TRANSACTION_LOG": _LOG,
    "DELTA_VERSIONS_NOT_CONTIGUOUS": _LOG,
    "DELTA_FILE_NOT_FOUND": _FILES,
    "DELTA_FILE_NOT_FOUND_DETAILED": _FILES,
    "DELTA_CHANGE_DATA_FILE_NOT_FOUND": _FILES,
    "FAILED_READ_FILE.FILE_NOT_EXIST": _FILES,
    "FAILED_READ_FILE.DBR_FILE_NOT_EXIST": _FILES,
}
"""The conditions of Spark, of Delta and of Databricks that say of a version of a table that it cannot be read."""


def conditions_of(err: BaseException) -> tuple[str, ...]:
    """The conditions that an error names, its own first; empty for an error of another system."""
    own = getattr(err, "getCondition", lambda: None)()
    return tuple(dict.fromkeys((*([str(own)] if own else []), *_IN_BRACKETS.findall(str(err)))))


def why_gone(err: BaseException) -> str | None:
    """Why a version of a table, or a file of it, is not there any more, as the end of a sentence. None for any other
    error; an error of ours has said already what is the matter."""
    if isinstance(err, RetrainingError):
        return None
    return next((_WHY_GONE[name] for name in conditions_of(err) if name in _WHY_GONE), None)


def is_commit_conflict(err: BaseException) -> bool:
    """Whether an error is one of Delta's concurrent-modification conflicts."""
    named = any(name.startswith(_CONFLICTS) for name in conditions_of(err))
    return named or "Concurrent" in type(err).__name__
