"""`notebook`: one notebook, cell by cell, with what it prints and displays."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console

from local_workspace.commands.command import (
    FAILED,
    add_bundle_options,
    add_state_option,
    bundle_of,
    pairs,
    print_line,
    state_of,
)
from local_workspace.notebook.notebook import Cell, read_notebook
from local_workspace.run.one_notebook import NotebookOfJob, check_parameters, find_notebook, notebook_parameters
from local_workspace.run.results import State, TaskResult
from local_workspace.run.run_references import task_value_text
from local_workspace.run.state_folder import new_run_folder

if TYPE_CHECKING:
    from local_workspace.run.notebook_task import NotebookInputs

SUMMARY = "run one notebook and show what its cells print"
EXAMPLES = (
    "notebook 02_check_drift --params model=diabetes",
    "notebook 01_ingest --params model=flights_air_time as_of=2013-02-01",
    "notebook report",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The notebook and its parameters."""
    parser.add_argument("notebook", help="its name in notebooks/, such as 02_check_drift, or a path")
    parser.add_argument(
        "--params", nargs="+", action="extend", default=[], metavar="NAME=VALUE", help="values of the widgets"
    )
    add_state_option(parser)
    add_bundle_options(parser)


def execute(options: argparse.Namespace) -> int:
    """Run the notebook with the parameters that its job would give it."""
    bundle = bundle_of(options)
    found = find_notebook(bundle, options.notebook)
    given = pairs("--params", options.params)
    check_parameters(found, given)
    cells = read_notebook(found.path)

    from local_workspace.run.notebook_task import NotebookInputs
    from local_workspace.workspace import open_bundle

    begin = time.monotonic()
    console = Console(file=sys.stdout)  # Keeps this stream while the notebook prints into its log.
    with open_bundle(bundle, state_of(options)) as workspace:
        folder = new_run_folder(workspace.state / "runs")
        parameters = notebook_parameters(found, int(folder.name), given)
        print_line(console, _heading(found, parameters))
        result = _run(found, NotebookInputs(workspace.spark, parameters, {}), folder, console, len(cells))

    _print_end(console, result, time.monotonic() - begin)
    return 0 if result.state is State.SUCCESS else FAILED


def _run(found: NotebookOfJob, inputs: NotebookInputs, folder: Path, console: Console, count: int) -> TaskResult:
    from local_workspace.run.notebook_task import run_notebook_task

    def before_cell(cell: Cell) -> None:
        print_line(console, f"\n[{cell.number} of {count}, line {cell.lines_before + 1}] {cell_title(cell)}")

    def echo(text: str) -> None:
        console.file.write(text)

    return run_notebook_task(found.path, inputs, folder / f"{found.path.stem}.log", echo, before_cell)


def cell_title(cell: Cell) -> str:
    """The text of a cell of Markdown, or the first line of code that says what it does."""
    lines = [line.strip() for line in cell.source.splitlines() if line.strip()]
    texts = [re.sub(r"^# MAGIC ?(%md)?\s*", "", line) for line in lines if line.startswith("# MAGIC")]
    if texts:
        return "\n  ".join(filter(None, (text.lstrip("# ") for text in texts)))

    code = [line for line in lines if not line.startswith(("#", "import ", "from ", "assert ", "sys.path", "src ="))]
    return code[0] if code else "imports"


def _heading(found: NotebookOfJob, parameters: Mapping[str, str]) -> str:
    job = f" of job {found.job.key}" if found.job else ""
    listed = " ".join(f"{name}={value}" for name, value in parameters.items() if value)
    return f"{found.path.stem}{job}, with {listed or 'no parameters'}"


def _print_end(console: Console, result: TaskResult, seconds: float) -> None:
    if result.values:
        listed = ", ".join(f"{name}={task_value_text(value)}" for name, value in result.values.items())
        print_line(console, f"\ntask values: {listed}")
    if result.exit_value is not None:
        print_line(console, f"\nexit value: {result.exit_value}")
    if result.error:
        print_line(console, f"\n{result.error}\n  log: {result.log_path}")
    print_line(console, f"\n{str(result.state).upper()}: {seconds:.0f} s")
