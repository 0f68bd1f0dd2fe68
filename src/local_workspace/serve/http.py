"""A request and its reply, between ASGI and the faces of the workspace."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class ApiError(Exception):
    """A request that is answered with an error, in the public API's words for it."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        """code: as RESOURCE_DOES_NOT_EXIST; message: for people."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Reply:
    """Status, body and headers."""

    status: int
    body: bytes
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_json(cls, value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
        """A JSON document."""
        return cls(status, json.dumps(value).encode(), headers=headers or {})

    @classmethod
    def of_error(cls, error: ApiError) -> Reply:
        """As the public API writes errors."""
        return cls.of_json({"error_code": error.code, "message": str(error)}, error.status, error.headers)


@dataclass
class Request:
    """What was asked. The body is read when a face wants it, with its limit."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    receive: Receive
    user: str = ""
    """The token that was shown, by its id."""

    @classmethod
    def of_scope(cls, scope: Message, receive: Receive) -> Request:
        """The request of an ASGI scope."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
        path = unquote(scope["raw_path"].decode("latin-1").partition("?")[0])
        return cls(str(scope["method"]), path, query, headers, receive)

    async def chunks(self, limit: int) -> AsyncIterator[bytes]:
        """The body in parts. Raises ApiError where it is longer than the limit, in bytes."""
        read = 0
        while True:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise ConnectionResetError("The caller has left.")
            part = message.get("body", b"")
            read += len(part)
            if read > limit + _THROWN_AWAY:
                raise _too_long(limit)
            if read <= limit:
                yield part
            if not message.get("more_body"):
                break
        if read > limit:
            raise _too_long(limit)

    async def body(self, limit: int, seconds: float) -> bytes:
        """The whole body. Raises ApiError where it is too long, or comes too slowly."""

        async def read() -> bytes:
            return b"".join([part async for part in self.chunks(limit)])

        try:
            return await asyncio.wait_for(read(), seconds)
        except TimeoutError as err:
            raise ApiError(
                408, "REQUEST_TIMEOUT", f"The body did not arrive within {seconds:.0f} s.", {"connection": "close"}
            ) from err

    async def json(self) -> dict[str, Any]:
        """The body as a JSON object; an empty one where there is no body."""
        body = await self.body(_JSON_BYTES, _JSON_SECONDS)
        try:
            value = json.loads(body or b"{}")
        except ValueError as err:
            raise ApiError(400, "MALFORMED_REQUEST", f"The body is not JSON: {err}.") from err
        if not isinstance(value, dict):
            raise ApiError(400, "MALFORMED_REQUEST", "The body is not a JSON object.")
        return value


def _too_long(limit: int) -> ApiError:
    said = f"The body is longer than {limit:,} bytes."
    return ApiError(413, "REQUEST_LIMIT_EXCEEDED", said, {"connection": "close"})


_THROWN_AWAY = 64_000_000
"""Bytes beyond a limit that are read and thrown away: a caller reads an answer only after it has sent everything."""
_JSON_BYTES = 10_000_000
_JSON_SECONDS = 20.0


async def send_reply(send: Send, reply: Reply) -> None:
    """Write a reply."""
    headers = {"content-type": reply.media_type, "content-length": str(len(reply.body)), **reply.headers}
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    await send({"type": "http.response.body", "body": reply.body})
