"""The newest commit of each table: is its file whole?

A power cut may leave it cut off or empty. Delta takes an empty one for a commit without rows, and goes on.
"""

from __future__ import annotations

import json
from pathlib import Path

from local_workspace.errors import StateFolderError

_OBSERVATIONS = "_observations"


def check_table_logs(warehouse: Path) -> None:
    """Raises StateFolderError for a table whose newest commit is cut off. Only the newest can be: an older one was read
    by the commit after it."""
    for log in sorted(warehouse.glob("*/*/_delta_log")):
        commits = sorted(each for each in log.glob("*.json") if each.stem.isdigit())
        if commits and not _is_whole(commits[-1]):
            raise StateFolderError(_damaged(log.parent.name, commits[-1]))


def _is_whole(commit: Path) -> bool:
    """Whether every line is a JSON object, and there is one."""
    lines = commit.read_bytes().splitlines()
    try:
        return bool(lines) and all(isinstance(json.loads(line), dict) for line in lines)
    except ValueError:
        return False


def _damaged(table: str, commit: Path) -> str:
    replay = ""
    if table.endswith(_OBSERVATIONS):
        replay = " Then read its newest batch again: run the job repair with action=replay, batch_seq=<number>."
    return (
        f"The newest commit of table {table} is cut off, as after a power cut: {commit}. Nothing was started. Put a "
        f"copy of that file back. Without one, delete it: the table is then as before this commit, and the next run "
        f"goes on from there.{replay}"
    )
