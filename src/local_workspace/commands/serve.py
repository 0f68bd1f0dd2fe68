"""`serve`: champions answer over HTTP, behind the public API of a workspace, until Ctrl-C."""

from __future__ import annotations

import argparse
import asyncio

from rich.console import Console

from local_workspace.bundle.bundle import Bundle
from local_workspace.bundle.table_names import bundle_schema
from local_workspace.commands.command import (
    LAUNCHER,
    add_bundle_options,
    add_state_option,
    bundle_of,
    pairs,
    print_line,
    state_of,
)
from local_workspace.engines.mlflow_server import launch_mlflow_server, uri_of_other
from local_workspace.engines.server_process import free_port
from local_workspace.errors import ParameterError, StateInUseError

SUMMARY = "answer requests with the champions, and take jobs, over HTTP until Ctrl-C"
EXAMPLES = ("serve", "serve --port 8400")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The port, and where the state is."""
    parser.add_argument("--port", type=int, help="of the address (default: a free one)")
    add_state_option(parser)
    add_bundle_options(parser)


def execute(options: argparse.Namespace) -> int:
    """Start the servers, say where everything is, and wait for Ctrl-C."""
    if options.port is not None and not 1 <= options.port <= 65535:
        raise ParameterError(f"--port {options.port}: expected a number from 1 to 65535.")
    bundle = bundle_of(options)
    state = state_of(options).resolve()
    if uri := uri_of_other(state):
        raise StateInUseError(
            f"The MLflow server of {state} belongs to another process ({uri}): a run, or `{LAUNCHER} ui`. It ends with "
            f"that process. Wait for it or stop it, then start `{LAUNCHER} serve` again."
        )

    console = Console()
    with launch_mlflow_server(state) as server:
        server.wait_until_ready()
        _serve(console, options, bundle, server.uri)
    print_line(console, "\nStopped.")
    return 0


def _serve(console: Console, options: argparse.Namespace, bundle: Bundle, mlflow_uri: str) -> None:
    from local_workspace.serve.server import Place, WorkspaceServer, first_token  # Imports uvicorn: checks come before.

    place = Place(
        state_of(options).resolve(),
        options.port or free_port(),
        mlflow_uri,
        ".".join(bundle_schema(bundle)),
        bundle=bundle,
        variables=pairs("--var", options.var),
    )
    token = first_token(place.folder)
    for line in (
        f"Workspace: {place.address}",
        f"Token:     {token}",
        f"MLflow:    {mlflow_uri}",
        "",
        "For the Databricks SDK and CLI, in another terminal:",
        f"  export DATABRICKS_HOST={place.address} DATABRICKS_TOKEN=$(cat {token})",
        "",
    ):
        print_line(console, line)
    asyncio.run(WorkspaceServer(place, lambda line: print_line(console, line)).run())
