"""What the storage of a table refuses, in one sentence. Spark wraps it in traces of hundreds of lines."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from retraining.errors import StorageError

_AGAIN = "Then start the run again: it continues from what is stored."
_FAULTS = (
    (
        ("No space left on device", "Disk quota exceeded"),
        "its storage is full",
        f"Free some space. {_AGAIN}",
    ),
    (
        ("Read-only file system", "Permission denied", "AccessDeniedException", "AccessDenied"),
        "its storage may not be read or written",
        f"Give this principal the right to it. {_AGAIN}",
    ),
)
"""Words of an error, what they mean, and the cure."""
_UNREADABLE = re.compile(r"FAILED_READ_FILE.*? reading file (\S+/_delta_log/\d+\.json)")
"""Spark's words about a commit that is cut off. An empty one it takes for a commit without rows."""


def storage_fault(text: str) -> str | None:
    """What the text of an error says of the storage, with the cure; None where it says nothing."""
    for words, what, cure in _FAULTS:
        if any(word in text for word in words):
            return f"{what}. {cure}"

    commit = _UNREADABLE.search(text)
    if commit:
        return (
            f"its commit {commit[1]} is damaged. Put a copy of that file back. If it is the newest commit and there is "
            f"no copy, delete it: the table is then as before. {_AGAIN}"
        )
    return None


@contextmanager
def using_storage(table: str) -> Iterator[None]:
    """Raises StorageError in place of Spark's own error, where the storage of a table refuses something."""
    try:
        yield
    except Exception as err:
        fault = storage_fault(str(err))
        if fault is None or isinstance(err, StorageError):
            raise
        raise StorageError(f"table `{table}`: {fault}") from err
