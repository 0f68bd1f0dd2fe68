"""The state folder: one process uses it at a time, and each run has a new folder in it."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from local_workspace.errors import StateInUseError
from local_workspace.machine_faults import check_state_folder, reported


def state_folder_is_free(state: Path) -> bool:
    """Whether no process uses the folder now."""
    try:
        with state_folder_lock(state):
            return True
    except StateInUseError:
        return False


@contextmanager
def state_folder_lock(state: Path) -> Iterator[None]:
    """Hold the folder's lock; a StateInUseError when another process holds it, a StateFolderError when it cannot be
    written or its disk is full.

    Without it Delta loses commits of two processes on a local file system. The operating system releases the lock when
    the process ends, also when it is killed.
    """
    with reported(state):
        state.mkdir(parents=True, exist_ok=True)
        check_state_folder(state)
        opened = (state / "lock").open("a+", encoding="utf-8")

    with opened as file:
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
    """A new folder whose name is the run's id: the time in UTC to the second, or the number after the newest run's.

    Ids only grow. Because of the time, they also grow when the folder of runs was deleted but tables with run ids were
    not.
    """
    runs.mkdir(parents=True, exist_ok=True)
    newest = max((int(folder.name) for folder in runs.iterdir() if folder.name.isdigit()), default=0)
    folder = runs / str(max(newest + 1, int(datetime.now(UTC).strftime("%Y%m%d%H%M%S"))))
    folder.mkdir()
    return folder
