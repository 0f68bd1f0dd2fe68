"""A real MLflow server on 127.0.0.1: experiments and models in SQLite, artifacts in the state folder."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TextIO

from local_workspace.engines.server_process import end_server_process, free_port, start_server_process
from local_workspace.engines.tracking_database import check_database
from local_workspace.errors import EngineError, StateFolderError
from local_workspace.machine_faults import reported

START_LIMIT_SECONDS = 90.0
LOCK = "server.lock"
DATABASE = "mlflow.db"


@dataclass
class MlflowServer:
    """A running server. Until it is stopped, MLFLOW_TRACKING_URI of this process points to it.

    process: None for the server of another process, such as `./workspace ui`, which stays. lock: held while ours runs.
    """

    uri: str
    log: Path
    process: subprocess.Popen[bytes] | None
    previous_environment: dict[str, str | None] = field(default_factory=dict)
    lock: TextIO | None = None

    def wait_until_ready(self) -> None:
        """Return when the server answers. If it does not, an EngineError names the log."""
        end = time.monotonic() + START_LIMIT_SECONDS
        while not _answers(self.uri):
            if self.has_ended or time.monotonic() > end:
                self.stop()
                raise EngineError(f"The MLflow server did not start. Its log is {self.log}.")
            time.sleep(0.1)

    @property
    def has_ended(self) -> bool:
        """Whether our server is not running any more."""
        return self.process is not None and self.process.poll() is not None

    @property
    def answers(self) -> bool:
        """Whether a server answers at the address now, ours or that of another process."""
        return _answers(self.uri)

    def stop(self) -> None:
        """End our server and its workers, and restore the environment. A second call does nothing."""
        _restore_environment(self.previous_environment)
        self.previous_environment = {}
        if self.process is not None:
            end_server_process(self.process)
        if self.lock is not None:
            self.lock.close()
            self.lock = None

    def __enter__(self) -> MlflowServer:
        """The server itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server, also after an error."""
        self.stop()


def start_mlflow_server(state_dir: Path) -> MlflowServer:
    """Start a server on a free port and wait until it answers."""
    server = launch_mlflow_server(state_dir)
    server.wait_until_ready()
    return server


def launch_mlflow_server(state_dir: Path, port: int | None = None) -> MlflowServer:
    """Start a server without waiting for it, so that Spark can start at the same time.

    One server owns the database: if another process has one, its server is used.
    """
    folder = state_dir.resolve() / "mlflow"
    with reported(folder):
        (folder / "tmp").mkdir(parents=True, exist_ok=True)
        log = folder / "server.log"
        lock = _lock(folder)
    if lock is None:
        uri = uri_of_other(state_dir) or ""
        return MlflowServer(uri, log, None, _set_environment(_client_environment(uri)))

    try:
        check_database(folder / DATABASE)
    except StateFolderError:
        lock.close()
        raise
    port = port or free_port()
    uri = f"http://127.0.0.1:{port}"
    lock.write(uri)
    lock.flush()
    process = start_server_process(_command(folder, port), folder, log, _server_environment(folder))
    return MlflowServer(uri, log, process, _set_environment(_client_environment(uri)), lock)


def uri_of_other(state_dir: Path) -> str | None:
    """The address of the server of another process; None if there is none."""
    folder = state_dir.resolve() / "mlflow"
    if not folder.is_dir():
        return None

    for _ in range(50):  # The other process writes the address right after it has locked the file.
        lock = _lock(folder)
        if lock is not None:
            lock.close()
            return None
        uri = (folder / LOCK).read_text("utf-8")
        if uri:
            return uri
        time.sleep(0.1)
    return None


def _lock(folder: Path) -> TextIO | None:
    """The locked, empty file that says which server owns the database; None if another process holds it.

    The operating system releases the lock when the process ends, also when it is killed.
    """
    file = (folder / LOCK).open("a+", encoding="utf-8")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    file.truncate(0)
    return file


def _command(folder: Path, port: int) -> list[str]:
    return [
        *(sys.executable, "-m", "mlflow", "server"),
        *("--backend-store-uri", f"sqlite:///{folder / DATABASE}"),
        *("--artifacts-destination", str(folder / "artifacts"), "--serve-artifacts"),
        *("--host", "127.0.0.1", "--port", str(port), "--workers", "1"),
    ]


def _server_environment(folder: Path) -> dict[str, str]:
    """This process's environment without variables that redirect the server or let it import the project."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("MLFLOW_", "PYTHONPATH"))}
    return {
        **inherited,
        "TMPDIR": str(folder / "tmp"),
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
    }


def _client_environment(uri: str) -> dict[str, str]:
    """MLflow in this process uses this server, and fails soon when the server has died."""
    return {
        "MLFLOW_TRACKING_URI": uri,
        "MLFLOW_REGISTRY_URI": uri,
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
    }


def _answers(uri: str) -> bool:
    try:
        with urllib.request.urlopen(f"{uri}/health", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _set_environment(values: Mapping[str, str]) -> dict[str, str | None]:
    """Set the variables and return their previous values."""
    previous = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    return previous


def _restore_environment(previous: Mapping[str, str | None]) -> None:
    for name, value in previous.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
