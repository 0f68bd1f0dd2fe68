"""`ui`: the MLflow server of the workspace, until Ctrl-C. Runs that start meanwhile use it too."""

from __future__ import annotations

import argparse
import json
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from rich.console import Console

from local_workspace.commands.command import (
    LAUNCHER,
    add_bundle_options,
    add_state_option,
    print_line,
    report_pages,
    state_of,
)
from local_workspace.engines.mlflow_server import MlflowServer, launch_mlflow_server, uri_of_other
from local_workspace.errors import EngineError, ParameterError, StateInUseError
from local_workspace.run.state_folder import state_folder_is_free

SUMMARY = "show models, runs and reports in the browser until Ctrl-C"
EXAMPLES = ("ui", "ui --port 5000")

CHAMPION = "champion"
"""The alias of the version that is live."""
MODELS = "/api/2.0/mlflow/registered-models/search?max_results=50"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The port, and where the state is."""
    parser.add_argument("--port", type=int, help="of the address (default: a free one)")
    add_state_option(parser)
    add_bundle_options(parser)


def execute(options: argparse.Namespace) -> int:
    """Start the server, say where everything is, and wait for Ctrl-C."""
    if options.port is not None and not 1 <= options.port <= 65535:
        raise ParameterError(f"--port {options.port}: expected a number from 1 to 65535.")

    state = state_of(options).resolve()
    console = Console()
    if uri := uri_of_other(state):
        raise StateInUseError(
            f"The MLflow server of {state} is running already: open {uri}. If a run started it, it ends with the run; "
            f"then start `{LAUNCHER} ui` again."
        )

    with launch_mlflow_server(state, options.port) as server:
        server.wait_until_ready()
        for line in addresses(server.uri, state):
            print_line(console, line)
        _wait_for_ctrl_c(console, server, state)
    return 0


def addresses(uri: str, state: Path) -> list[str]:
    """Where the server, the models, the champions and the reports are, and how Python predicts with a champion."""
    models = _models(uri)
    champions = [f"models:/{each['name']}@{CHAMPION}" for each in models if CHAMPION in _aliases(each)]
    pages = report_pages(state)

    lines = [f"MLflow:   {uri}", f"models:   {uri}/#/models"]
    lines += [f"          {uri}/#/models/{quote(str(each['name']))}" for each in models]
    if not models:
        lines += [f"          none yet: {LAUNCHER} run retraining --params model=<model>"]
    lines += [f"champion: {each}" for each in champions]
    lines += [f"reports:  {page.as_uri()}" for page in pages]
    if champions:
        lines += ["", "Predict with a champion, in .venv/bin/python:", *_snippet(uri, champions[0])]
    return [*lines, "", "Runs that you start in another terminal use this server. Ctrl-C stops it."]


def _snippet(uri: str, champion: str) -> list[str]:
    return [
        "  import mlflow",
        f'  mlflow.set_tracking_uri("{uri}")',
        f'  model = mlflow.pyfunc.load_model("{champion}")',
        "  model.predict(rows)  # a DataFrame with the columns of your table",
    ]


def _models(uri: str) -> list[dict[str, Any]]:
    with suppress(OSError, ValueError), urllib.request.urlopen(f"{uri}{MODELS}", timeout=20) as answer:
        return list(json.load(answer).get("registered_models", []))
    return []


def _aliases(model: Mapping[str, Any]) -> list[str]:
    return [each["alias"] for each in model.get("aliases", [])]


def _wait_for_ctrl_c(console: Console, server: MlflowServer, state: Path) -> None:
    """Return after Ctrl-C; if a run uses the server then, when that run has ended or after another Ctrl-C."""
    try:
        while not server.has_ended:
            time.sleep(0.5)
        raise EngineError(f"The MLflow server ended by itself. Its log is {server.log}.")
    except KeyboardInterrupt:
        pass

    with suppress(KeyboardInterrupt):
        if not state_folder_is_free(state):
            print_line(console, "\nA run uses this server: waiting for its end. Ctrl-C again stops at once.")
        while not state_folder_is_free(state):
            time.sleep(1)
    print_line(console, "\nStopped.")
