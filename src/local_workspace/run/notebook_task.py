"""Runs the notebook of one task: what it is given, and what it leaves."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import SparkSession

from local_workspace.errors import TaskError
from local_workspace.notebook.dbutils import DBUtils
from local_workspace.notebook.display import display, html_writer
from local_workspace.notebook.notebook import Cell, no_cell, run_notebook
from local_workspace.run.results import State, TaskResult
from local_workspace.run.task_output import task_output


@dataclass(frozen=True)
class NotebookInputs:
    """What a notebook can read: the session, the task's parameters, and by task the values that ended tasks set."""

    spark: SparkSession
    parameters: Mapping[str, str]
    run_values: Mapping[str, Mapping[str, object]]


def run_notebook_task(
    path: Path,
    inputs: NotebookInputs,
    log_path: Path,
    echo: Callable[[str], None],
    before_cell: Callable[[Cell], None] = no_cell,
) -> TaskResult:
    """Run the notebook with its output in the log. echo receives what it prints.

    As on Databricks, the task values that a failing notebook had set are kept.
    """
    task_values: dict[str, object] = {}
    injected = {
        "spark": inputs.spark,
        "dbutils": DBUtils(inputs.parameters, task_values, inputs.run_values),
        "display": display,
        "displayHTML": html_writer(log_path.with_suffix(".html")),
    }

    with task_output(log_path, echo, sys.stdout, sys.stderr) as log:
        try:
            exit_value = run_notebook(path, injected, before_cell)
        except TaskError as err:
            log.write(f"\n{err}\n")
            return TaskResult(State.FAILED, values=task_values, error=short_error(str(err)), log_path=log_path)
        except KeyboardInterrupt:
            log.write(f"\ncanceled\n{traceback.format_exc()}\n")
            raise

    return TaskResult(State.SUCCESS, values=task_values, log_path=log_path, exit_value=exit_value)


def short_error(error: str, lines: int = 6) -> str:
    """The first lines of an error, for the console: up to the first empty line, at most this number of lines."""
    return "\n".join(error.split("\n\n", 1)[0].splitlines()[:lines])
