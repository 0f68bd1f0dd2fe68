"""The command line: `python -m local_workspace run <job>` does on a laptop what `databricks bundle run` does."""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from local_workspace import validate
from local_workspace.bundle.bundle import job_description, job_keys, read_bundle
from local_workspace.console.lines import LineProgress
from local_workspace.console.live_table import LiveTable
from local_workspace.errors import LocalWorkspaceError, ParameterError
from local_workspace.run.progress import Progress
from local_workspace.run.results import RunResult, State, TaskResult

# Exit codes.
FAILED = 1
USAGE = 2
INTERRUPTED = 130

EXAMPLES = """examples:
  python -m local_workspace jobs
  python -m local_workspace run demo
  python -m local_workspace run retraining --params model=diabetes
  python -m local_workspace run rollback --params model=diabetes,reason="too many zeros"
  python -m local_workspace validate diabetes
"""

EXAMPLES_OF_VALIDATE = """examples:
  python -m local_workspace validate                        every spec, in seconds and without Spark
  python -m local_workspace validate diabetes               one spec, then its source: what a run would do
  python -m local_workspace validate diabetes --spec-only   one spec, without its source

Nothing is written. Exit code 0: right; 1: something is wrong; 2: the check could not start.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command. 0: the run succeeded; 1: the run failed; 2: it could not start; 130: stopped with Ctrl-C."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except LocalWorkspaceError as err:
        sys.stderr.write(f"{type(err).__name__}: {err}\n")
        return USAGE
    except KeyboardInterrupt:
        sys.stderr.write(
            "\nStopped. Tables and models are as the last finished step left them. Run the same command to continue.\n"
        )
        return INTERRUPTED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m local_workspace",
        description="Runs a Databricks bundle's jobs on this machine with real Spark, Delta and MLflow.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="command")

    run = commands.add_parser("run", help="run a job", epilog=EXAMPLES, formatter_class=parser.formatter_class)
    run.set_defaults(command=_run)
    run.add_argument("job", help="a job's key, see `jobs`")
    run.add_argument(
        "--params", nargs="+", action="extend", default=[], metavar="NAME=VALUE", help="values for the job's parameters"
    )
    run.add_argument("--verbose", action="store_true", help="also show what tasks of nested runs print")

    check = commands.add_parser(
        "validate",
        help="say what is wrong with a spec, and what a run would do",
        epilog=EXAMPLES_OF_VALIDATE,
        formatter_class=parser.formatter_class,
    )
    check.set_defaults(command=_validate)
    check.add_argument("model", nargs="?", default=None, help="a file name in specs/ (default: all specs)")
    check.add_argument("--spec-only", action="store_true", help="do not read the source")

    jobs = commands.add_parser("jobs", help="list the jobs of a target")
    jobs.set_defaults(command=_jobs)

    for command in (run, check):
        command.add_argument(
            "--state", type=Path, default=None, metavar="DIR", help="folder of tables, models, logs (default: .local)"
        )
    for command in (run, check, jobs):
        command.add_argument("-t", "--target", help="a target of the bundle (default: the bundle's default)")
        command.add_argument(
            "--var", action="append", default=[], metavar="NAME=VALUE", help="a bundle variable; may be repeated"
        )
        command.add_argument(
            "--bundle", type=Path, default=Path(), metavar="DIR", help="the bundle's folder (default: .)"
        )
    return parser


def _jobs(options: argparse.Namespace) -> int:
    bundle = read_bundle(options.bundle, options.target, _pairs("--var", options.var))
    console = Console()
    for key in job_keys(bundle):
        _print(console, f"{key:<16}{job_description(bundle, key)}")
    return 0


def _run(options: argparse.Namespace) -> int:
    bundle = read_bundle(options.bundle, options.target, _pairs("--var", options.var))
    parameters = _pairs("--params", options.params)
    from local_workspace import workspace  # Imports Spark and pandas, which the checks above do not need.

    workspace.checked_jobs(bundle, options.job, parameters)
    state = options.state or options.bundle / ".local"
    begin = time.monotonic()
    console = Console(file=sys.stdout)  # Keeps this stream while tasks print into their logs.

    with workspace.open_bundle(bundle, state) as opened, _shown(console, options.verbose) as progress:
        result = opened.run(options.job, parameters, progress)
    _print_summary(console, result, time.monotonic() - begin)
    return 0 if result.succeeded else FAILED


def _validate(options: argparse.Namespace) -> int:
    console = Console()
    checked = validate.check_specs(options.bundle, options.model)
    validate.print_specs(console, checked)
    if any(each.faults for each in checked):
        return FAILED
    if options.model is None or options.spec_only:
        return 0

    bundle = read_bundle(options.bundle, options.target, _pairs("--var", options.var))
    from local_workspace import workspace  # Imports Spark, which the check of a spec does not need.

    parameters = {"model": options.model}
    workspace.checked_jobs(bundle, validate.JOB, parameters)
    _print(console, "Reading its source; Spark needs some seconds to start ...")
    with workspace.open_bundle(bundle, options.state or options.bundle / ".local") as opened:
        result = opened.run(validate.JOB, parameters)
    validate.print_findings(console, result)
    return 0 if result.succeeded else FAILED


@contextmanager
def _shown(console: Console, verbose: bool) -> Iterator[Progress]:
    if not console.is_terminal:
        yield LineProgress(console, verbose)
        return
    with LiveTable(console, verbose) as table:
        yield table


def _print_summary(console: Console, result: RunResult, seconds: float) -> None:
    for path, task in _failed_tasks(result.tasks):
        _print(console, f"\n{path}: {task.error or task.state}")
        if task.log_path:
            _print(console, f"  log: {task.log_path}")

    run = f"run {result.run_id} of job {result.job}"
    _print(console, f"\n{result.state}: {run}, {len(result.tasks)} tasks, {seconds:.0f} s")


def _failed_tasks(tasks: Mapping[str, TaskResult], path: str = "") -> Iterator[tuple[str, TaskResult]]:
    """The innermost tasks that failed, by their paths."""
    for key, task in tasks.items():
        nested = task.run.tasks if task.run is not None else task.iterations
        if nested:
            yield from _failed_tasks(nested, f"{path}{key}/")
        elif task.state is State.FAILED:
            yield f"{path}{key}", task


def _pairs(option: str, texts: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE, or several separated by commas as the Databricks CLI takes them. A value may contain commas."""
    pairs: dict[str, str] = {}
    for text in texts:
        for pair in re.split(r",(?=\w+=)", text):
            name, equals, value = pair.partition("=")
            if not equals or not name:
                raise ParameterError(f"{option} {pair}: expected NAME=VALUE.")
            pairs[name] = value
    return pairs


def _print(console: Console, line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


if __name__ == "__main__":
    sys.exit(main())
