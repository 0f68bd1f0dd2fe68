"""`service`: the steps of the retraining service, for a workspace or for what `serve` serves, in another process."""

from __future__ import annotations

import argparse
import subprocess
import sys

SUMMARY = "retrain, compare and update over HTTP: the steps of the retraining service"
EXAMPLES = ("service list --model diabetes", "service submit --model diabetes", "service wait --model diabetes --run 1")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Whatever the service takes: `service --help` lists its steps."""
    parser.add_argument("words", nargs=argparse.REMAINDER, help="a step and its options; `service submit --help`")


def execute(options: argparse.Namespace) -> int:
    """The service is the product's, which knows no laptop; its answer and its exit code are passed on."""
    return subprocess.run(
        [sys.executable, "-m", "retraining.service", *(options.words or ["--help"])], check=False
    ).returncode
