"""What the machine refuses: space on a disk, or the right to write. Recognised by its words, in any error.

Spark, MLflow and SQLite each wrap such a refusal in other errors, with traces of hundreds of lines.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_workspace.errors import EngineError, StateFolderError

LEAST_FREE = 100_000_000
"""Bytes. A small run writes less; with nothing left, even its error could not be logged."""

_FULL = ("No space left on device", "Disk quota exceeded", "database or disk is full")
_CLOSED = (
    "Read-only file system",
    "Permission denied",
    "AccessDeniedException",
    "attempt to write a readonly database",
)
_FULL_NUMBERS = (errno.ENOSPC, errno.EDQUOT)
_CLOSED_NUMBERS = (errno.EROFS, errno.EACCES, errno.EPERM)
_WRONG_NUMBERS = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP, errno.ENAMETOOLONG)
"""The name itself cannot be a folder."""
_AGAIN = "Then run the same command again: it goes on from what is stored."
_LONGEST = 300


def machine_fault(text: str) -> str | None:
    """One sentence and the cure, where the text of an error says that the machine refused something; None elsewhere."""
    for words, what in ((_FULL, "The disk is full"), (_CLOSED, "A file or folder may not be read or written")):
        for line in text.splitlines():
            if any(word in line for word in words):
                cure = "Free some space." if words is _FULL else "Give this user the right to it."
                return f"{what} ({line.strip().removeprefix('Caused by: ')[:_LONGEST]}). {cure} {_AGAIN}"
    return None


@contextmanager
def reported(state: Path) -> Iterator[None]:
    """Raises StateFolderError in place of Python's own error, where the machine refuses something; EngineError where
    Java has ended."""
    try:
        yield
    except OSError as err:
        if err.errno not in _FULL_NUMBERS + _CLOSED_NUMBERS + _WRONG_NUMBERS:
            raise
        raise StateFolderError(_refusal(Path(err.filename or state), err)) from err
    except Exception as err:
        if type(err).__name__ != "Py4JNetworkError":  # by its name: py4j is imported only where Spark starts
            raise
        raise EngineError(
            "Java, in which Spark runs, has ended or does not answer: something stopped it, such as a lack of memory. "
            "Tables and models are as the last finished step left them. Run the same command again."
        ) from err


def _refusal(place: Path, err: OSError) -> str:
    if err.errno in _FULL_NUMBERS:
        return f"The disk is full: {place} cannot be written. Free some space. {_AGAIN}"
    if err.errno in _WRONG_NUMBERS:
        return f"{place} cannot be a folder of this workspace ({err.strerror}). Name another folder with --state."
    return (
        f"{place} may not be read or written ({err.strerror}). Give this user the right to it, or name another folder "
        f"with --state. {_AGAIN}"
    )


def check_state_folder(state: Path) -> None:
    """Raises StateFolderError for a folder that cannot be written, and for a disk that is nearly full: a run that
    stops in its middle takes longer to understand than one that does not start."""
    for folder in (state, *sorted(each for each in state.iterdir() if each.is_dir())):
        if not os.access(folder, os.W_OK | os.X_OK):
            raise StateFolderError(
                f"The state folder {state} cannot be used: {folder} is read-only for this user. Nothing was started. "
                f"Give this user the right to write there, or name another folder with --state."
            )

    free = shutil.disk_usage(state).free
    if free < LEAST_FREE:
        raise StateFolderError(
            f"The disk of {state} has {free // 1_000_000} MB left, and a run needs at least "
            f"{LEAST_FREE // 1_000_000} MB. Nothing was started. Free some space, or name a folder on another disk "
            f"with --state."
        )
