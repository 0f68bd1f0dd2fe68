"""One process at a time on a state folder: Delta on a local file system loses commits otherwise."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local_workspace.errors import StateInUseError


@contextmanager
def locked(state: Path) -> Iterator[None]:
    """Hold the folder's lock. The operating system releases it when the process ends, however it ends."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as err:
            file.seek(0)
            raise StateInUseError(
                f"The state folder {state} is in use by process {file.read().strip() or 'unknown'}: "
                f"wait for that run, stop it, or choose another folder with --state."
            ) from err
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
