"""`status`: each model in a few lines, and what waits for a person."""

from __future__ import annotations

import argparse

from rich.console import Console

from local_workspace.commands.command import (
    LAUNCHER,
    add_bundle_options,
    add_state_option,
    bundle_of,
    print_line,
    state_of,
)
from local_workspace.errors import ParameterError
from local_workspace.status.model_facts import ModelFacts
from local_workspace.status.model_files import model_files
from local_workspace.status.words import model_lines

SUMMARY = "show each model: champion, error, last decision, and what waits for you"
EXAMPLES = ("status", "status diabetes")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Which model."""
    parser.add_argument("model", nargs="?", help="only this model (default: all)")
    add_state_option(parser)
    add_bundle_options(parser)


def execute(options: argparse.Namespace) -> int:
    """Print the lines of each model. Without tables yet, Spark is not started."""
    bundle = bundle_of(options)
    state = state_of(options)
    models = model_files(bundle.root / "specs")
    console = Console()

    if (state / "metastore").exists():
        from local_workspace.status.read_status import read_status
        from local_workspace.workspace import open_spark

        with open_spark(bundle, state) as spark:
            facts = read_status(spark, models)
    else:
        print_line(console, f"No job has run here yet ({state}).\n")
        facts = [ModelFacts(each.model) for each in models]

    known = [each.model for each in facts]
    if options.model is not None and options.model not in known:
        raise ParameterError(f"status {options.model}: no such model. There are {', '.join(known) or 'none'}.")

    for each in facts:
        if options.model in (None, each.model):
            for line in model_lines(each, LAUNCHER):
                print_line(console, line)
    if not facts:
        print_line(console, f"There is no model yet. Make one from a table: {LAUNCHER} new-model --help")
    return 0
