"""Runs a Databricks source notebook cell by cell, with real line numbers in its tracebacks."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, TracebackType

from local_workspace.errors import BundleError, TaskError
from local_workspace.notebook.error_sentence import sentence_of

HEADER = "# Databricks notebook source"
SEPARATOR = re.compile(r"# COMMAND -{5,}\s*")
MAGIC = re.compile(r"# MAGIC (%\w+)")


@dataclass(frozen=True)
class Cell:
    """A cell: its number in the notebook from 1, the number of lines in the file before it, and its source."""

    number: int
    lines_before: int
    source: str


class NotebookExit(BaseException):
    """`dbutils.notebook.exit(value)`: the notebook ends here, successfully."""


def read_notebook(path: Path) -> list[Cell]:
    """The cells of a source notebook.

    A BundleError when the file is not a source notebook, or when a cell uses a magic that is not run locally yet.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or lines[0].rstrip() != HEADER:
        raise BundleError(f"{path}: not a source notebook. Its first line must be `{HEADER}`.")

    starts = [0, *(index + 1 for index, line in enumerate(lines) if SEPARATOR.fullmatch(line))]
    ends = [*(start - 1 for start in starts[1:]), len(lines)]
    cells = [
        Cell(number, start, "\n".join(lines[start:end]))
        for number, (start, end) in enumerate(zip(starts, ends, strict=True), start=1)
    ]

    for cell in cells:
        _refuse_magics(cell, path)
    return cells


def no_cell(_: Cell) -> None:
    """Nothing: for runs that show only what cells print."""


def run_notebook(
    path: Path, injected: Mapping[str, object], before_cell: Callable[[Cell], None] = no_cell
) -> str | None:
    """Execute the notebook in its folder, in a new namespace with the injected names. Returns its exit value."""
    namespace: dict[str, object] = {"__name__": "__main__", **injected}
    with _working_in(path.parent):
        try:
            for cell in read_notebook(path):
                before_cell(cell)
                _run_cell(cell, path, namespace)
        except NotebookExit as notebook_exit:
            return str(notebook_exit.args[0])
    return None


def _run_cell(cell: Cell, path: Path, namespace: dict[str, object]) -> None:
    try:
        exec(_compiled(cell, path), namespace)
    except (Exception, SystemExit) as err:
        frames = _frames_of_notebook(err.__traceback__)
        details = "".join(traceback.format_exception(type(err), err, frames))
        raise TaskError(f"{path.name}, cell {cell.number}: {sentence_of(err)}\n\n{details}") from err


def _compiled(cell: Cell, path: Path) -> CodeType:
    """Code whose line numbers are those of the file."""
    return compile("\n" * cell.lines_before + cell.source, str(path), "exec", dont_inherit=True)


def _frames_of_notebook(trace: TracebackType | None) -> TracebackType | None:
    """The frames of the notebook and of the code that it calls, without this file's."""
    return trace.tb_next if trace is not None else None


def _refuse_magics(cell: Cell, path: Path) -> None:
    for number, line in enumerate(cell.source.splitlines(), start=cell.lines_before + 1):
        magic = MAGIC.match(line)
        if magic and not magic[1].startswith("%md"):
            raise BundleError(f"{path}:{number}: cell {cell.number}: {magic[1]} is not run locally yet; only %md is.")


@contextmanager
def _working_in(folder: Path) -> Iterator[None]:
    """As on Databricks, a notebook's folder is the working folder and on sys.path. Both are restored at the end."""
    previous_folder = Path.cwd()
    previous_path = [*sys.path]

    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        os.chdir(previous_folder)
        sys.path[:] = previous_path
