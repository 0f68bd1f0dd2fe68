"""What a command is, and what several commands have in common: the bundle, the state folder, NAME=VALUE pairs."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rich.console import Console

from local_workspace.bundle.bundle import Bundle, read_bundle
from local_workspace.errors import ParameterError

LAUNCHER = "./workspace"

BUNDLE_VARIABLE = "LOCAL_WORKSPACE_BUNDLE"
"""The launcher sets this environment variable, so that it works from any folder."""

# Exit codes, beside 0.
FAILED = 1
USAGE = 2
INTERRUPTED = 130


class Command(Protocol):
    """A module of this folder."""

    @property
    def SUMMARY(self) -> str:
        """What it does, in a line of `--help`."""

    @property
    def EXAMPLES(self) -> Sequence[str]:
        """Complete command lines, without the launcher."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare its arguments."""

    def execute(self, options: argparse.Namespace) -> int:
        """Do it and return the exit code."""


def add_bundle_options(parser: argparse.ArgumentParser) -> None:
    """Which bundle, and how it is seen: target and variables."""
    parser.add_argument("-t", "--target", help="a target of the bundle (default: the bundle's default)")
    parser.add_argument(
        "--var", action="append", default=[], metavar="NAME=VALUE", help="a bundle variable; may be repeated"
    )
    parser.add_argument(
        "--bundle",
        type=Path,
        default=Path(os.environ.get(BUNDLE_VARIABLE, "")),
        metavar="DIR",
        help="the bundle's folder (default: that of the launcher)",
    )


def add_state_option(parser: argparse.ArgumentParser) -> None:
    """Where tables, models and logs are."""
    parser.add_argument(
        "--state",
        type=Path,
        default=None,
        metavar="DIR",
        help="folder of tables, models and logs (default: .local in the bundle's folder)",
    )


def bundle_of(options: argparse.Namespace) -> Bundle:
    """The bundle that the options name."""
    return read_bundle(options.bundle, options.target, pairs("--var", options.var))


def state_of(options: argparse.Namespace) -> Path:
    """The state folder that the options name."""
    return Path(options.state or options.bundle / ".local")


def report_pages(state: Path) -> list[Path]:
    """The page of each model, then the one over all of them, of each folder of reports that the loop has stored. They
    have no links to one another, because the server shows each in a closed frame."""
    folders = sorted(state.glob("mlflow/artifacts/*/*/artifacts/report"))
    return [page for folder in folders for page in (*sorted(folder.glob("*/newest.html")), *folder.glob("index.html"))]


def pairs(option: str, texts: Sequence[str]) -> dict[str, str]:
    """NAME=VALUE, or several separated by commas as the Databricks CLI takes them. A value may contain commas."""
    found: dict[str, str] = {}
    for text in texts:
        for pair in re.split(r",(?=\w+=)", text):
            name, equals, value = pair.partition("=")
            if not equals or not name:
                raise ParameterError(f"{option} {pair}: expected NAME=VALUE.")
            found[name] = value
    return found


def print_line(console: Console, line: str = "") -> None:
    """One line as it is: no markup, no colours, no line breaks."""
    console.print(line, markup=False, highlight=False, soft_wrap=True)
