"""`validate`: what is wrong with a spec, and what a run of its model would do.

The product answers both: its check of specs in a separate process, which needs no Spark, and its job `validate`.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from local_workspace.commands.command import (
    FAILED,
    USAGE,
    add_bundle_options,
    add_state_option,
    bundle_of,
    print_line,
    state_of,
)
from local_workspace.errors import BundleError, ParameterError
from local_workspace.run.checked_jobs import checked_jobs
from local_workspace.run.results import RunResult

SUMMARY = "say what is wrong with a spec, and what a run would do; nothing is written"
EXAMPLES = ("validate", "validate diabetes", "validate diabetes --spec-only")
_JOB = "validate"
_COLOURS = {"error": "bold red", "warning": "yellow", "note": "dim", "ok": "green"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which model, and whether its source is read."""
    parser.add_argument(
        "model", nargs="?", default=None, help="a file name in specs/ or specs/batches/ (default: all specs)"
    )
    parser.add_argument("--spec-only", action="store_true", help="do not read the source: no Spark, a second or two")
    add_state_option(parser)
    add_bundle_options(parser)


def execute(options: argparse.Namespace) -> int:
    """Check the specs; of one that is right, also its source. 1: something is wrong."""
    console = Console()
    checked = check_specs(options.bundle, options.model)
    print_specs(console, checked)
    if any(each.faults for each in checked):
        return FAILED
    is_a_model = any(each.file == f"specs/{options.model}.yml" for each in checked)
    if options.spec_only or not is_a_model:
        return 0

    bundle = bundle_of(options)
    parameters = {"model": options.model}
    checked_jobs(bundle, _JOB, parameters)
    from local_workspace.workspace import open_bundle  # Imports Spark, which the check of a spec does not need.

    print_line(console, "Reading its source; Spark needs some seconds to start ...")
    with open_bundle(bundle, state_of(options)) as opened:
        result = opened.run(_JOB, parameters)
    print_findings(console, result)
    return 0 if result.succeeded else FAILED


@dataclass(frozen=True)
class CheckedSpec:
    """A spec and what is wrong with it."""

    file: str
    """As people know it, from the bundle's folder."""
    faults: Sequence[str]
    """A sentence each; empty for a spec that can be used."""


def check_specs(root: Path, model: str | None) -> list[CheckedSpec]:
    """The spec of a model, or all specs of a bundle, checked by the bundle's own code. Raises ParameterError for an
    unknown model."""
    source = (root / "src").resolve()
    if not (source / "retraining").is_dir():
        raise BundleError(f"{source} has no package retraining: name the bundle's folder by --bundle.")

    paths = [str(source), *filter(None, [os.environ.get("PYTHONPATH")])]
    ended = subprocess.run(
        [sys.executable, "-m", "retraining.check_specs", "specs", *([model] if model else [])],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode == USAGE:
        raise ParameterError(ended.stderr.strip())
    if not ended.stdout:
        raise BundleError(f"the check of the specs ended without an answer:\n{ended.stderr.strip()}")
    return [CheckedSpec(**json.loads(line)) for line in ended.stdout.splitlines()]


def print_specs(console: Console, checked: Sequence[CheckedSpec]) -> None:
    """A line for each spec, and below it one for each fault."""
    for each in checked:
        count = len(each.faults)
        state = f"{count} {'fault' if count == 1 else 'faults'}" if count else "right"
        colour = _COLOURS["error" if count else "ok"]
        console.print(Text.assemble((f"{state:10}", colour), each.file), soft_wrap=True)
        for fault in each.faults:
            console.print(Text(f"  {fault}"), soft_wrap=True)


def print_findings(console: Console, result: RunResult) -> None:
    """What a run would do, as the job found it; the error where it found nothing."""
    (task,) = result.tasks.values()
    published = task.values.get("findings")
    findings: list[Mapping[str, Any]] = json.loads(str(published)) if published else []
    if not findings:
        console.print(Text(task.error or str(task.state)), soft_wrap=True)
        if task.log_path:
            console.print(Text(f"  log: {task.log_path}"), soft_wrap=True)
        return

    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for each in findings:
        level = str(each["level"])
        table.add_row(Text(level, _COLOURS.get(level, "")), Text(str(each["text"])))
    console.print(table)
