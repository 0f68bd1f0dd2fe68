"""A served workspace for tests: in a thread of this process, with its own address and token."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config

from local_workspace.engines.server_process import free_port
from local_workspace.serve.server import Place, WorkspaceServer, first_token

GOOD_ROW = {"distance": 1.0, "air time": 2.0}


@dataclass
class Answered:
    """What a request got."""

    status: int
    headers: dict[str, str]
    body: bytes
    sent: float = 0.0

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def version(self) -> str | None:
        return self.headers.get("x-model-version")


@dataclass
class Served:
    """A running server, and ways to ask it."""

    place: Place
    token: str

    @property
    def workspace(self) -> WorkspaceClient:
        """The official client."""
        config = Config(host=self.place.address, token=self.token, retry_timeout_seconds=20)
        return WorkspaceClient(config=config)

    def send(self, method: str, path: str, body: bytes = b"", token: str | None = None, **headers: str) -> Answered:
        connection = HTTPConnection("127.0.0.1", self.place.port, timeout=120)
        try:
            return self.send_on(connection, method, path, body, token, **headers)
        finally:
            connection.close()

    def send_on(
        self, connection: HTTPConnection, method: str, path: str, body: bytes, token: str | None = None, **headers: str
    ) -> Answered:
        shown = self.token if token is None else token
        all_headers = {"Content-Type": "application/json", **headers}
        if shown:
            all_headers["Authorization"] = f"Bearer {shown}"
        sent = time.monotonic()
        connection.request(method, path, body, all_headers)
        answer = connection.getresponse()
        return Answered(
            answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read(), sent
        )

    def predict(self, endpoint: str, *rows: dict[str, Any], **headers: str) -> Answered:
        body = json.dumps({"dataframe_records": list(rows) or [GOOD_ROW]}).encode()
        return self.send("POST", f"/serving-endpoints/{endpoint}/invocations", body, **headers)

    def wait_for(self, endpoint: str, version: str | None = None, seconds: float = 300.0) -> None:
        """Until an endpoint answers, with the version if one is named."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            answered = self.predict(endpoint)
            if answered.status == 200 and version in (None, answered.version):
                return
            time.sleep(0.2)
        raise AssertionError(f"{endpoint}: {answered}")


@contextmanager
def serve_in_thread(folder: Path, mlflow_uri: str, schema: str, **place: Any) -> Iterator[Served]:
    """A workspace of one schema, catalog.schema, until the block ends."""
    at = Place(folder, free_port(), mlflow_uri, schema, **place)
    token = first_token(at.folder).read_text()
    said: list[str] = []
    server = WorkspaceServer(at, said.append)
    thread = threading.Thread(target=lambda: asyncio.run(server.run()), daemon=True)
    thread.start()
    while not server.is_ready:
        assert thread.is_alive(), said
        time.sleep(0.05)
    try:
        yield Served(at, token)
    finally:
        server.stop()
        thread.join(60)
        assert not thread.is_alive()


@dataclass
class Load:
    """Requests at a steady rate while a block runs, each with its answer."""

    served: Served
    endpoint: str
    a_second: float = 50.0
    clients: int = 4
    answers: list[Answered] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __enter__(self) -> "Load":
        self._ends = threading.Event()
        self._threads = [threading.Thread(target=self._ask, daemon=True) for _ in range(self.clients)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ends.set()
        for thread in self._threads:
            thread.join(60)

    @property
    def failed(self) -> list[Any]:
        return [*self.errors, *(each for each in self.answers if each.status != 200)]

    def _ask(self) -> None:
        body = json.dumps({"dataframe_records": [GOOD_ROW]}).encode()
        path = f"/serving-endpoints/{self.endpoint}/invocations"
        connection = HTTPConnection("127.0.0.1", self.served.place.port, timeout=60)
        while not self._ends.is_set():
            try:
                self.answers.append(self.served.send_on(connection, "POST", path, body))
            except OSError as err:
                self.errors.append(f"{type(err).__name__}: {err}")
                connection.close()
            self._ends.wait(self.clients / self.a_second)
        connection.close()
