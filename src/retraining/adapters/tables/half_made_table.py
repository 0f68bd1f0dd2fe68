"""What a run leaves in the place of a table if it is killed while it makes it.

Delta makes a table's folder, then its first commit, and then the catalogue learns its name. A kill in between leaves a
folder under a name that the catalogue does not know, and every later CREATE TABLE is refused because of it. No row can
be lost with such a folder: rows are appended by name.

Managed tables of Unity Catalog do not need this. Each CREATE gets a new storage location, so what a killed one left is
in no one's way, and no process sees it as a folder.
"""

import json
import logging
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

from pyspark.sql import SparkSession

from retraining.failpoints import hit

_log = logging.getLogger(__name__)

_LOG = "_delta_log"
_FIRST = f"{0:020d}"
_OF_FIRST_COMMIT = (f"{_FIRST}.json", f"{_FIRST}.crc")
_WITHOUT_ROWS = {"commitInfo", "protocol", "metaData"}
"""The actions in the commit of CREATE TABLE: it adds no file."""


@dataclass(frozen=True)
class HalfMadeTable:
    """A folder in the place of a table that the catalogue does not know.

    files: what is inside, with its inode and time of change, so that another folder of the same name,
    or a file more, is seen.
    """

    folder: Path
    files: frozenset[tuple[str, int, int]]


def find_half_made(spark: SparkSession, schema: str, table: str) -> HalfMadeTable | None:
    """What is in the place of a table in a schema (its quoted name). None where nothing is, and where tables are not
    folders that this process can see."""
    described = spark.sql(f"DESCRIBE SCHEMA {schema}").where("info_name = 'Location'").collect()
    location = urlparse(described[0]["info_value"] or "") if described else urlparse("")
    if location.scheme != "file":
        return None
    folder = Path(unquote(location.path)) / table.lower()
    return HalfMadeTable(folder, _files(folder)) if folder.is_dir() else None


def take_away(found: HalfMadeTable, is_known: Callable[[], bool]) -> bool:
    """Takes away a table that was never finished. False, with everything as it was, where it may hold a row.

    The folder is moved aside first, in one step: of two runs that take it away one does, and a run that is making the
    table after all fails at its next file. It is put back where it changed since it was found, or where is_known says
    that the catalogue has the table by now.
    """
    if _files(found.folder) != found.files:
        return True
    if not _holds_no_row(found.folder):
        return False
    inode = next(inode for name, inode, _ in found.files if name == ".")
    aside = found.folder.with_name(f".{found.folder.name}-{inode}-unfinished")
    try:
        found.folder.rename(aside)
    except FileNotFoundError:
        return True
    hit("table.after_aside")

    if _files(aside) == found.files and not is_known():
        shutil.rmtree(aside)
        _log.warning("%s: a run was killed while it made this table, which has no row. It is made again", found.folder)
    else:
        aside.rename(found.folder)
    return True


def _files(folder: Path) -> frozenset[tuple[str, int, int]]:
    """A file that goes away meanwhile is not there."""
    found = set()
    for path in (folder, *folder.rglob("*")):
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        found.add((str(path.relative_to(folder)), stat.st_ino, stat.st_mtime_ns))
    return frozenset(found)


def _holds_no_row(folder: Path) -> bool:
    """Whether there is nothing but the log of a table without rows: parts of a commit, which have hidden names, or the
    whole commit that made the table, and none after it."""
    files = [path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir()]
    of_log = all(path.parts[0] == _LOG for path in files)
    whole = [path for path in files if not path.name.startswith(".")]
    if not of_log or any(path.name not in _OF_FIRST_COMMIT or len(path.parts) != 2 for path in whole):
        return False
    return all(_adds_nothing(folder / path) for path in whole if path.suffix == ".json")


def _adds_nothing(commit: Path) -> bool:
    """A commit that is cut off, or is not one, may have meant anything."""
    try:
        actions = [json.loads(line) for line in commit.read_text("utf-8").splitlines() if line.strip()]
    except ValueError:
        return False
    return bool(actions) and all(isinstance(each, dict) and set(each) <= _WITHOUT_ROWS for each in actions)
