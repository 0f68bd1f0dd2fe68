"""Numbers for runs that no earlier run of any process had, and that only grow."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path


def new_run_folder(runs: Path) -> Path:
    """A new folder named after its run: the time in UTC to the second, or the number after the newest run's.

    The time keeps numbers growing even when the folder of runs was deleted but tables that hold run ids were not.
    """
    runs.mkdir(parents=True, exist_ok=True)
    newest = max((int(folder.name) for folder in runs.iterdir() if folder.name.isdigit()), default=0)
    folder = runs / str(max(newest + 1, int(datetime.now(UTC).strftime("%Y%m%d%H%M%S"))))
    folder.mkdir()
    return folder
