"""`run <job>`: does on a laptop what `databricks bundle run` does. `run <job> --help` shows the job's parameters."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console

from local_workspace.bundle.job_help import job_help
from local_workspace.commands.command import (
    FAILED,
    LAUNCHER,
    add_bundle_options,
    add_state_option,
    bundle_of,
    pairs,
    print_line,
    report_pages,
    state_of,
)
from local_workspace.console.lines import LineProgress
from local_workspace.console.live_table import LiveTable
from local_workspace.errors import ParameterError
from local_workspace.run.checked_jobs import checked_jobs
from local_workspace.run.progress import Progress
from local_workspace.run.results import RunResult, State, TaskResult

_RAN = (State.SUCCESS, State.FAILED, State.TIMEDOUT, State.CANCELED)

SUMMARY = "run a job; `run <job> --help` lists its parameters"
EXAMPLES = (
    "run demo",
    "run retraining --params model=diabetes",
    'run rollback --params model=diabetes reason="too many zeros"',
    "run retraining --help",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The job is optional, and --help an option like others, so that `run <job> --help` can show the job."""
    parser.add_argument("job", nargs="?", help="a job's key, see `jobs`")
    parser.add_argument("-h", "--help", action="store_true", dest="wants_help", help="this help, or that of the job")
    parser.add_argument(
        "--params", nargs="+", action="extend", default=[], metavar="NAME=VALUE", help="values for the job's parameters"
    )
    parser.add_argument("--verbose", action="store_true", help="also show what tasks of nested runs print")
    add_state_option(parser)
    add_bundle_options(parser)
    parser.set_defaults(parser=parser)


def execute(options: argparse.Namespace) -> int:
    """Run the job, or show help."""
    if options.wants_help and options.job is None:
        options.parser.print_help()
        return 0
    if options.job is None:
        raise ParameterError(f"run: the job is missing. `{LAUNCHER} jobs` lists them; then `{LAUNCHER} run <job>`.")

    bundle = bundle_of(options)
    if options.wants_help:
        print_line(Console(), job_help(bundle, options.job, LAUNCHER))
        return 0

    parameters = pairs("--params", options.params)
    checked_jobs(bundle, options.job, parameters)
    from local_workspace.workspace import open_bundle  # Imports Spark and pandas, which the checks do not need.

    started = time.time()
    begin = time.monotonic()
    console = Console(file=sys.stdout)  # Keeps this stream while tasks print into their logs.

    with open_bundle(bundle, state_of(options)) as opened, _shown(console, options.verbose) as progress:
        result = opened.run(options.job, parameters, progress)
        lost = None if result.succeeded else opened.lost_server
    _print_summary(console, result, time.monotonic() - begin, lost)
    for page in report_pages(state_of(options).resolve()):
        if page.stat().st_mtime >= started:
            print_line(console, f"pages: {page.as_uri()}")
    return 0 if result.succeeded else FAILED


@contextmanager
def _shown(console: Console, verbose: bool) -> Iterator[Progress]:
    if not console.is_terminal:
        yield LineProgress(console, verbose)
        return
    with LiveTable(console, verbose) as table:
        yield table


def _print_summary(console: Console, result: RunResult, seconds: float, lost: str | None) -> None:
    for path, task in _failed_tasks(result.tasks):
        print_line(console, f"\n{path}: {task.error or task.state}")
        if task.log_path:
            print_line(console, f"  log: {task.log_path}")

    if lost:
        print_line(console, f"\n{lost}")
    run = f"run {result.run_id} of job {result.job}"
    print_line(console, f"\n{result.state}: {run}, {_counted(result.tasks)}, {seconds:.0f} s")


def _counted(tasks: Mapping[str, TaskResult]) -> str:
    """`7 tasks`, or `5 tasks, 2 not run`: excluded tasks, and those after a failed one."""
    ran = sum(task.state in _RAN for task in tasks.values())
    rest = len(tasks) - ran
    return f"{ran} task{'' if ran == 1 else 's'}" + (f", {rest} not run" if rest else "")


def _failed_tasks(tasks: Mapping[str, TaskResult], path: str = "") -> Iterator[tuple[str, TaskResult]]:
    """The innermost tasks that failed, by their paths."""
    for key, task in tasks.items():
        nested = task.run.tasks if task.run is not None else task.iterations
        if nested:
            yield from _failed_tasks(nested, f"{path}{key}/")
        elif task.state is State.FAILED:
            yield f"{path}{key}", task
