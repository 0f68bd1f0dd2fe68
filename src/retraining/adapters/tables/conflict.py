"""Recognising that another writer won."""

_CONFLICTS = (
    "DELTA_CONCURRENT",
    "DELTA_PROTOCOL_CHANGED",
    "DELTA_METADATA_CHANGED",
    "DELTA_CREATE_TABLE_WITH_NON_EMPTY_LOCATION",
)
"""All but the first are what the loser hears when two runs create one table."""


def is_commit_conflict(err: BaseException) -> bool:
    """Whether an error is one of Delta's concurrent-modification conflicts.

    The condition's name stands in the text on classic Spark (a Py4J error) and in getCondition() on Spark Connect.
    """
    condition = getattr(err, "getCondition", lambda: None)() or ""
    return any(name in f"{condition} {err}" for name in _CONFLICTS) or "Concurrent" in type(err).__name__
