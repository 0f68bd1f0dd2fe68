"""The SQLite file of the MLflow server: is it whole?

A server on a damaged file starts, answers some requests and fails at others, in the middle of a run.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from local_workspace.errors import StateFolderError

_WHOLE = "ok"
_WAIT_SECONDS = 5.0


def check_database(file: Path) -> None:
    """Raises StateFolderError for a file that is not a whole SQLite database. One that does not exist is made by the
    server."""
    if not file.exists():
        return
    found = "it is empty" if file.stat().st_size == 0 and _has_artifacts(file.parent) else _words_of_sqlite(file)
    if found == _WHOLE:
        return

    raise StateFolderError(
        f"The database of the MLflow server, {file}, is damaged ({found}). Nothing was started or changed. "
        f"Put a copy of the file back, or recover what can be read: sqlite3 {file} .recover | sqlite3 recovered.db. "
        f"Without either, begin again in another folder, with --state: tables and models of a state folder belong "
        f"together."
    )


def _words_of_sqlite(file: Path) -> str:
    """`ok`, or the first fault. A journal that a killed server left is rolled back by this."""
    try:
        with closing(sqlite3.connect(file, timeout=_WAIT_SECONDS)) as database:
            return str(database.execute("pragma quick_check(1)").fetchone()[0]).splitlines()[-1]
    except sqlite3.OperationalError:
        return _WHOLE  # it cannot be read now, which says nothing of what is in it: the server will say why
    except sqlite3.DatabaseError as err:
        return str(err)


def _has_artifacts(folder: Path) -> bool:
    return any(folder.glob("artifacts/*"))
