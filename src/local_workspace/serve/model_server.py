"""Run by model_process.py, by its path, in a process without `src`: one version answers on a unix socket.

Requests are read, predicted and answered by MLflow's own scoring code. Only its FastAPI application is left out: that
of MLflow 3.8 does not start with Starlette 1.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import mlflow.pyfunc
import uvicorn
from mlflow.exceptions import MlflowException
from mlflow.pyfunc import PyFuncModel
from mlflow.pyfunc.scoring_server import invocations
from mlflow.types import Schema

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Answer = tuple[int, str, bytes]
"""Status, media type and body."""


class ModelServer:
    """An ASGI application: `/ping`, which tells the signature, and `/invocations` as MLflow's scoring server has it."""

    def __init__(self, model: PyFuncModel) -> None:
        """A model that is loaded."""
        self.model = model
        self.schema: Schema | None = model.metadata.get_input_schema()  # type: ignore[no-untyped-call]

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        body = await _body(receive)
        media_type = dict(scope["headers"]).get(b"content-type", b"").decode("latin-1")
        status, kind, content = await self._answer(str(scope["path"]), body, media_type)
        headers = [(b"content-type", kind.encode()), (b"content-length", str(len(content)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _answer(self, path: str, body: bytes, media_type: str) -> Answer:
        if path == "/ping":
            return 200, "application/json", json.dumps(self._signature()).encode()
        if path != "/invocations":
            return 404, "text/plain", b""

        try:
            result = await asyncio.to_thread(invocations, body, media_type, self.model, self.schema)
        except MlflowException as err:
            status = int(err.get_http_status_code())  # type: ignore[no-untyped-call]
            said = str(err.serialize_as_json())  # type: ignore[no-untyped-call]
            return status, "application/json", said.encode()
        return result.status, result.mimetype, result.response.encode()

    def _signature(self) -> dict[str, Any]:
        """The named input columns; none where the signature names none."""
        schema = self.schema
        return {"inputs": schema.to_dict() if schema is not None and schema.has_input_names() else []}


async def _body(receive: Receive) -> bytes:
    parts = bytearray()
    while True:
        message = await receive()
        parts += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(parts)


def main(uri: str, socket: str) -> None:
    """Load the model, then answer until the process ends."""
    server = ModelServer(mlflow.pyfunc.load_model(uri))
    uvicorn.run(server, uds=socket, http="h11", lifespan="off", access_log=False, log_level="warning")


if __name__ == "__main__":
    main(*sys.argv[1:])
