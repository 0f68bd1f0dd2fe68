"""A process that answers with one version of a model: started, asked, restarted after a crash, ended."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from local_workspace.engines.server_process import end_server_process, start_server_process
from local_workspace.errors import EngineError
from local_workspace.serve import model_server
from local_workspace.serve.http_client import Answer, UnixClient
from local_workspace.serve.signature import Input, read_inputs

START_SECONDS = 300.0
"""How long a version may take to load."""
_PAUSE_SECONDS = 0.1
_SAID = 2_000


@dataclass(frozen=True)
class Version:
    """A registered version, by the name that callers see."""

    model: str
    """catalog.schema.model"""
    version: str

    @property
    def uri(self) -> str:
        """As MLflow loads it."""
        return f"models:/{self.model}/{self.version}"


class ModelProcess:
    """One version on a unix socket. Only the owner of the folder can reach it, so it needs no token and no port."""

    def __init__(self, version: Version, folder: Path, log: Path, mlflow_uri: str) -> None:
        """folder: for the socket, short enough for a socket's path, and closed to other users."""
        self.version = version
        self._mlflow_uri = mlflow_uri
        self.log = log
        self.socket = folder / f"{os.urandom(6).hex()}.sock"
        self._client = UnixClient(self.socket)
        self.inputs: tuple[Input, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start loading. `wait_until_ready` says when it answers."""
        command = [sys.executable, "-I", model_server.__file__, self.version.uri, str(self.socket)]
        self._process = start_server_process(command, self.log.parent, self.log, _environment(self._mlflow_uri))

    async def wait_until_ready(self) -> None:
        """Return when the process answers. Raises EngineError when it ends before, or takes too long."""
        try:
            await asyncio.wait_for(self._answers(), START_SECONDS)
        except TimeoutError as err:
            raise EngineError(
                f"{self.version.uri} did not answer within {START_SECONDS:.0f} s of its start. Its log is {self.log}."
            ) from err

    async def _answers(self) -> None:
        while True:
            if self.has_ended:
                raise EngineError(f"{self.version.uri} cannot be served: {self._last_words()} Its log is {self.log}.")
            with suppress(OSError):
                pong = await self._client.ask("GET", "/ping")
                if pong.status == 200:
                    self.inputs = read_inputs(json.loads(pong.body))
                    return
            await asyncio.sleep(_PAUSE_SECONDS)

    @property
    def has_ended(self) -> bool:
        """Whether the process is not running."""
        return self._process is None or self._process.poll() is not None

    async def ask(self, body: bytes, media_type: str) -> Answer:
        """The model's answer to a request. Raises OSError where the process is gone."""
        return await self._client.ask("POST", "/invocations", body, media_type)

    async def stop(self) -> None:
        """End the process; a second call does nothing."""
        self._client.close()
        process = self._process
        self._process = None
        if process is not None:
            await asyncio.to_thread(end_server_process, process)
        self.socket.unlink(missing_ok=True)

    def _last_words(self) -> str:
        with suppress(OSError), self.log.open("rb") as file:
            file.seek(max(0, self.log.stat().st_size - _SAID))
            lines = file.read().decode("utf-8", "replace").strip().splitlines()
            return lines[-1][:300] if lines else "it said nothing."
        return "it left no log."


def _environment(mlflow_uri: str) -> dict[str, str]:
    """Of this process, without what would let a model import the project."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHONPATH")}
    return {
        **kept,
        "MLFLOW_TRACKING_URI": mlflow_uri,
        "MLFLOW_REGISTRY_URI": mlflow_uri,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "OMP_NUM_THREADS": "1",
    }
