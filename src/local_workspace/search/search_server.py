"""The web interface of a search service on 127.0.0.1, for the official SDK: definitions, indexers, entries."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

from local_workspace.search.search_service import KINDS, SearchService

Reply = tuple[int, "dict[str, Any] | None"]
"""Status and body of an answer."""

PAGE = 50
"""Entries of one answer to a search, unless the question says less."""


@dataclass
class Planned:
    """An answer that a request gets instead of the right one. part: of its method and address."""

    part: str
    status: int
    times: int = 1
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class SearchServer:
    """A running service: its address, its admin key, its state, and the answers that are planned for it."""

    address: str
    key: str
    service: SearchService
    planned: list[Planned] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Method and address of every request."""

    def answer(self, part: str, status: int, times: int = 1, **headers: str) -> None:
        """Plans an answer, such as `answer("search.run", 429, Retry_After="1")`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.planned.append(Planned(part, status, times, named))


@contextmanager
def search_server(key: str = "local-admin-key", port: int = 0) -> Iterator[SearchServer]:
    """A service that ends with the block; port 0 is any free one."""
    httpd = ThreadingHTTPServer(("127.0.0.1", port), _Handler)
    httpd.daemon_threads = True
    server = SearchServer(f"http://127.0.0.1:{httpd.server_address[1]}", key, SearchService())
    httpd.search = server  # type: ignore[attr-defined]
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        httpd.shutdown()
        httpd.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        """Reads a definition or a status."""
        self._respond()

    def do_PUT(self) -> None:
        """Writes a definition."""
        self._respond()

    def do_POST(self) -> None:
        """Starts an indexer, searches, or changes entries."""
        self._respond()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: a demonstration prints its own lines."""

    @property
    def _search(self) -> SearchServer:
        found: SearchServer = self.server.search  # type: ignore[attr-defined]
        return found

    def _respond(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else {}
        path = unquote(urlsplit(self.path).path)
        self._search.asked.append(f"{self.command} {path}")

        planned = self._planned(f"{self.command} {path}")
        if planned is not None:
            self._send(planned.status, _error(planned.status, "planned"), planned.headers)
        elif self.headers.get("api-key") != self._search.key:
            self._send(403, _error(403, "the key is not valid"))
        else:
            self._send(*self._right_or_wrong(path, body))

    def _right_or_wrong(self, path: str, body: dict[str, Any]) -> Reply:
        try:
            return self._answer(path, body)
        except ValueError as err:
            return 400, _error(400, str(err))

    def _planned(self, request: str) -> Planned | None:
        for each in self._search.planned:
            if each.part in request and each.times > 0:
                each.times -= 1
                return each
        return None

    def _answer(self, path: str, body: dict[str, Any]) -> Reply:
        parts = re.fullmatch(r"/(\w+)\('([^']+)'\)(?:/(?:docs/)?([\w.]+))?", path)
        if parts is None or parts.group(1) not in KINDS:
            return 404, _error(404, "no such address")
        kind = parts.group(1)
        name = parts.group(2)
        verb = parts.group(3)
        service = self._search.service
        if self.command == "PUT" and verb is None:
            is_new = service.write(kind, name, body)
            return (201 if is_new else 200), service.shown(kind, name)
        found = service.shown(kind, name)
        if found is None:
            return 404, _error(404, f"no {kind[:-1]} of this name")
        return (200, found) if verb is None else self._do(verb, name, body)

    def _do(self, verb: str, name: str, body: dict[str, Any]) -> Reply:
        service = self._search.service
        if verb == "search.run":
            return (202, None) if service.start(name) else (409, _error(409, "another run is in progress"))
        if verb == "search.reset":
            service.reset(name)
            return 204, None
        if verb == "search.status":
            return 200, service.status(name)
        if verb == "search.index":
            results = service.change(name, body["value"])
            return (200 if all(each["status"] for each in results) else 207), {"value": results}
        if verb == "search.post.search":
            return 200, self._found(name, body)
        return 404, _error(404, "no such address")

    def _found(self, name: str, body: dict[str, Any]) -> dict[str, Any]:
        """One page, and the question for the next one, as the service answers."""
        found = self._search.service.search(name, body.get("filter"))
        first = int(body.get("skip") or 0)
        page = found[first : first + PAGE]
        wanted = (body.get("select") or "").split(",") if body.get("select") else None
        answer: dict[str, Any] = {
            "value": [{"@search.score": 1.0, **{key: each.get(key) for key in (wanted or each)}} for each in page]
        }
        if first + PAGE < len(found):
            following = {**body, "skip": first + PAGE}
            answer["@search.nextPageParameters"] = following
            answer["@odata.nextLink"] = (
                f"{self._search.address}/indexes('{name}')/docs/search.post.search?api-version=x"
            )
        return answer

    def _send(self, status: int, answer: dict[str, Any] | None, headers: dict[str, str] | None = None) -> None:
        body = b"" if answer is None else json.dumps(answer).encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def _error(status: int, message: str) -> dict[str, Any]:
    return {"error": {"code": str(status), "message": message}}
