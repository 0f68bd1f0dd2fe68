"""A small HTTP proxy before the real MLflow server, which can be down, slow, full, or lose an answer."""

import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import urlsplit

Trouble = Literal["answer lost", "full", "slow", "down"]
NOT_PASSED_ON = {"host", "connection", "transfer-encoding", "content-length", "accept-encoding"}


@dataclass
class Proxy:
    """trouble happens to requests whose path contains `path`, so many times. met: how often it has."""

    target: str
    uri: str = ""
    trouble: Trouble | None = None
    path: str = ""
    times: int = 0
    met: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def make(self, trouble: Trouble, path: str = "", times: int = 1_000_000) -> None:
        """From now on."""
        self.trouble, self.path, self.times, self.met = trouble, path, times, 0

    def heal(self) -> None:
        """No trouble any more."""
        self.trouble = None

    def trouble_of(self, path: str) -> Trouble | None:
        """What happens to one request."""
        with self.lock:
            if self.trouble is None or self.path not in path or self.met >= self.times:
                return None
            self.met += 1
            return self.trouble


@contextmanager
def proxy_of(target: str) -> Iterator[Proxy]:
    """A running proxy."""
    proxy = Proxy(target)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.0"

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

        def pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            trouble = proxy.trouble_of(self.path) if self.command != "GET" or proxy.path == "" else None
            if trouble == "down":
                self.close_connection = True
                return
            if trouble == "full":
                self.answer(507, b"no space left on device")
                return
            if trouble == "slow":
                time.sleep(3)
            status, said, kind = forward(self, body)
            if trouble == "answer lost":
                self.answer(503, b"the server did it, and fell over")
            else:
                self.answer(status, said, kind)

        def answer(self, status: int, body: bytes, kind: str = "text/plain") -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = pass_on

    def forward(handler: Handler, body: bytes) -> tuple[int, bytes, str]:
        connection = http.client.HTTPConnection(urlsplit(proxy.target).netloc, timeout=60)
        headers = {name: value for name, value in handler.headers.items() if name.lower() not in NOT_PASSED_ON}
        connection.request(handler.command, handler.path, body, headers)
        answer = connection.getresponse()
        said = answer.status, answer.read(), answer.headers.get("Content-Type", "text/plain")
        connection.close()
        return said

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    proxy.uri = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
