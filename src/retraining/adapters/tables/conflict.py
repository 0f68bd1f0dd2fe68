"""Recognising that another writer won."""


def is_commit_conflict(err: BaseException) -> bool:
    """Whether an error is one of Delta's concurrent-modification conflicts.

    The condition's name stands in the text on classic Spark (a Py4J error) and in getCondition() on Spark Connect.
    """
    condition = getattr(err, "getCondition", lambda: None)() or ""
    return "DELTA_CONCURRENT" in str(condition) or "DELTA_CONCURRENT" in str(err) or "Concurrent" in type(err).__name__
