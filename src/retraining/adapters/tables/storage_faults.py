"""What the storage of a table refuses, in one sentence. Spark wraps it in traces of hundreds of lines."""

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
    (
        ("MALFORMED_RECORD_IN_PARSING", "JsonEOFException", "JsonParseException", "DELTA_STATE_RECOVER_ERROR"),
        "a commit in its log is damaged",
        "Put a copy of the newest file of its folder _delta_log back. Without one, delete that file: the table is then "
        f"as before this commit. {_AGAIN}",
    ),
)
"""Words of an error, what they mean, and the cure."""


def storage_fault(text: str) -> str | None:
    """What the text of an error says of the storage, with the cure; None where it says nothing."""
    return next((f"{what}. {cure}" for words, what, cure in _FAULTS if any(word in text for word in words)), None)


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
