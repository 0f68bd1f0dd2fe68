"""A real MLflow server on 127.0.0.1: experiments and models in SQLite, artifacts in the state folder."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from local_workspace import ends_with_parent
from local_workspace.errors import EngineError

START_LIMIT_SECONDS = 90.0
STOP_LIMIT_SECONDS = 10.0
GONE_LIMIT_SECONDS = 0.5


@dataclass
class MlflowServer:
    """A running server. While it lives, MLFLOW_TRACKING_URI of this process points to it."""

    uri: str
    log: Path
    process: subprocess.Popen[bytes]
    environment_before: dict[str, str | None] = field(default_factory=dict)

    def wait_until_ready(self) -> None:
        """Return when the server answers; an EngineError names the log when it does not."""
        end = time.monotonic() + START_LIMIT_SECONDS
        while not _answers(self.uri):
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise EngineError(f"The MLflow server did not start. What it said is in {self.log}.")
            time.sleep(0.1)

    def stop(self) -> None:
        """End the server and its workers, and put the environment back. Does nothing the second time."""
        _restore(self.environment_before)
        self.environment_before = {}
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        _end_group(self.process)

    def __enter__(self) -> MlflowServer:
        """The server itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it, whatever happened."""
        self.stop()


def start_mlflow_server(state_dir: Path) -> MlflowServer:
    """Start a server on a free port and wait until it answers."""
    server = launch_mlflow_server(state_dir)
    server.wait_until_ready()
    return server


def launch_mlflow_server(state_dir: Path) -> MlflowServer:
    """Start a server without waiting for it, so that Spark can start at the same time."""
    folder = state_dir.resolve() / "mlflow"
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    port = _free_port()
    log = folder / "server.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, ends_with_parent.__file__, *_command(folder, port)],
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=_server_environment(folder),
            start_new_session=True,
        )
    uri = f"http://127.0.0.1:{port}"
    return MlflowServer(uri, log, process, _changed(_client_environment(uri)))


def _command(folder: Path, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "mlflow", "server"),
        *("--backend-store-uri", f"sqlite:///{folder / 'mlflow.db'}"),
        *("--artifacts-destination", str(folder / "artifacts"), "--serve-artifacts"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
    ]


def _server_environment(folder: Path) -> dict[str, str]:
    """This process's environment without what could point the server elsewhere or let it import the project."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "PYTHONPATH"))}
    return {
        **kept,
        "TMPDIR": str(folder / "tmp"),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }


def _client_environment(uri: str) -> dict[str, str]:
    """Everything of MLflow in this process goes to this server, and a dead server is noticed soon."""
    return {
        "MLFLOW_TRACKING_URI": uri,
        "MLFLOW_REGISTRY_URI": uri,
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(uri: str) -> bool:
    try:
        with urllib.request.urlopen(f"{uri}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _end_group(process: subprocess.Popen[bytes]) -> None:
    """Its closed standard input asks the group to end; what is still there afterwards is killed."""
    try:
        process.wait(timeout=STOP_LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    end = time.monotonic() + GONE_LIMIT_SECONDS
    with suppress(ProcessLookupError, PermissionError):  # no process of the group is left, or only dead ones
        while time.monotonic() < end:
            os.killpg(process.pid, signal.SIGKILL)
            time.sleep(0.02)


def _changed(values: Mapping[str, str]) -> dict[str, str | None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    return before


def _restore(before: Mapping[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
