"""The state folder: one process at a time, and a new folder for each run."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
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


def new_run_folder(runs: Path) -> Path:
    """A new folder named after its run: the time in UTC to the second, or the number after the newest run's.

    The time keeps numbers growing even when the folder of runs was deleted but tables that hold run ids were not.
    """
    runs.mkdir(parents=True, exist_ok=True)
    newest = max((int(folder.name) for folder in runs.iterdir() if folder.name.isdigit()), default=0)
    folder = runs / str(max(newest + 1, int(datetime.now(UTC).strftime("%Y%m%d%H%M%S"))))
    folder.mkdir()
    return folder
