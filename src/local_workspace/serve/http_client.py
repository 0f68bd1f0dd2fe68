"""HTTP/1.1 over a unix socket, for asyncio: keeps connections open, so that a request costs a fraction of a
millisecond."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import h11

_CHUNK = 65_536


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    media_type: str
    body: bytes


class UnixClient:
    """Connections to one server. Each carries one request at a time; those without work wait to be used again."""

    def __init__(self, socket: Path) -> None:
        """The socket need not exist yet."""
        self._socket = socket
        self._idle: list[_Connection] = []

    async def ask(self, method: str, path: str, body: bytes = b"", media_type: str = "application/json") -> Answer:
        """Send a request and read its answer. Raises OSError or ConnectionError where the server is not there."""
        headers = [("host", "model"), ("content-type", media_type), ("content-length", str(len(body)))]
        while self._idle:
            connection = self._idle.pop()
            if connection.is_usable:
                return await self._ask(connection, method, path, headers, body)
        return await self._ask(await _connect(self._socket), method, path, headers, body)

    async def _ask(
        self, connection: _Connection, method: str, path: str, headers: list[tuple[str, str]], body: bytes
    ) -> Answer:
        try:
            answer = await connection.ask(h11.Request(method=method, target=path, headers=headers), body)
        except BaseException:  # also a cancelled one: what comes next on this connection belongs to no request
            connection.close()
            raise
        if connection.start_next():
            self._idle.append(connection)
        return answer

    def close(self) -> None:
        """Close the connections that wait."""
        while self._idle:
            self._idle.pop().close()


@dataclass
class _Connection:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    state: h11.Connection

    @property
    def is_usable(self) -> bool:
        return not (self.reader.at_eof() or self.writer.is_closing())

    async def ask(self, request: h11.Request, body: bytes) -> Answer:
        parts = [self.state.send(request), self.state.send(h11.Data(data=body)), self.state.send(h11.EndOfMessage())]
        self.writer.write(b"".join(part or b"" for part in parts))
        await self.writer.drain()

        status = 0
        media_type = ""
        content = bytearray()
        while True:
            event = self._next_event()
            if event is h11.NEED_DATA:
                self.state.receive_data(await self.reader.read(_CHUNK))
            elif isinstance(event, h11.Response):
                status = event.status_code
                media_type = dict(event.headers).get(b"content-type", b"").decode("latin-1")
            elif isinstance(event, h11.Data):
                content += event.data
            elif isinstance(event, h11.EndOfMessage):
                return Answer(status, media_type, bytes(content))
            else:
                raise ConnectionResetError("The server closed the connection before it had answered.")

    def _next_event(self) -> object:
        """What the server sent next. A server that ended in the middle of an answer is one that is not there."""
        try:
            return self.state.next_event()
        except h11.RemoteProtocolError as err:
            raise ConnectionResetError("The server closed the connection before it had answered.") from err

    def start_next(self) -> bool:
        """Whether the connection can carry another request."""
        if self.state.our_state is h11.DONE and self.state.their_state is h11.DONE:
            self.state.start_next_cycle()
            return True
        self.close()
        return False

    def close(self) -> None:
        with suppress(OSError, RuntimeError):
            self.writer.close()


async def _connect(socket: Path) -> _Connection:
    reader, writer = await asyncio.open_unix_connection(str(socket))
    return _Connection(reader, writer, h11.Connection(h11.CLIENT))
