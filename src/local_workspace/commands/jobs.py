"""`jobs`: the jobs of a target, a line each."""

from __future__ import annotations

import argparse

from rich.console import Console

from local_workspace.bundle.bundle import job_description, job_keys
from local_workspace.commands.command import LAUNCHER, add_bundle_options, bundle_of, print_line

SUMMARY = "list the jobs of a target"
EXAMPLES = ("jobs", "jobs -t prod")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Only the bundle's options."""
    add_bundle_options(parser)


def execute(options: argparse.Namespace) -> int:
    """Print key and description of each job."""
    bundle = bundle_of(options)
    console = Console()
    keys = job_keys(bundle)
    width = max(map(len, keys), default=0) + 2

    for key in keys:
        print_line(console, f"{key:<{width}}{job_description(bundle, key)}")
    print_line(console, f"\nParameters and examples of a job: {LAUNCHER} run <job> --help")
    return 0
