"""The one address: checks the token, then passes a request to the face of the workspace that it is about."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from local_workspace.serve.http import ApiError, Message, Receive, Reply, Request, Send, send_reply
from local_workspace.serve.tokens import Tokens

Face = Callable[[Request, Sequence[str]], Awaitable[Reply]]
"""Answers a request; it is given the parts of the address behind its own."""

_log = logging.getLogger(__name__)


_A_SECOND = 25.0
_AT_ONCE = 50.0
_UNLIMITED = "/serving-endpoints/"
"""Predictions are limited by the model that they ask, not here."""


@dataclass
class _Allowance:
    """How many requests a caller may make now; it grows with time."""

    left: float = _AT_ONCE
    at: float = field(default_factory=time.monotonic)

    def take(self) -> None:
        """One request. Raises ApiError where there were too many."""
        now = time.monotonic()
        self.left = min(_AT_ONCE, self.left + (now - self.at) * _A_SECOND)
        self.at = now
        if self.left < 1:
            raise ApiError(
                429,
                "REQUEST_LIMIT_EXCEEDED",
                f"More than {_A_SECOND:.0f} requests a second. Come again in a second.",
                {"retry-after": "1"},
            )
        self.left -= 1


@dataclass(frozen=True)
class Gateway:
    """An ASGI application. faces: by the beginning of their addresses, the longest match answers."""

    tokens: Tokens
    faces: Mapping[str, Face]
    _allowances: dict[str, _Allowance] = field(default_factory=dict)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one request; an error of ours is an answer too."""
        if scope["type"] != "http":
            return
        request = Request.of_scope(scope, receive)
        try:
            reply = await self._reply(request)
        except ApiError as err:
            reply = Reply.of_error(err)
        except ConnectionResetError:
            return
        except Exception:
            _log.exception("%s %s failed", request.method, request.path)
            reply = Reply.of_error(ApiError(500, "INTERNAL_ERROR", "The local workspace failed; its log says why."))
        await send_reply(send, reply)

    async def _reply(self, request: Request) -> Reply:
        scheme, _, shown = request.headers.get("authorization", "").partition(" ")
        request.user = self.tokens.owner_of(shown.strip() if scheme.lower() == "bearer" else "").id
        if not request.path.startswith(_UNLIMITED):
            self._allowances.setdefault(request.user, _Allowance()).take()
        for prefix in sorted(self.faces, key=len, reverse=True):
            if request.path == prefix or request.path.startswith(f"{prefix}/"):
                rest = request.path.removeprefix(prefix).strip("/")
                return await self.faces[prefix](request, rest.split("/") if rest else [])
        raise ApiError(404, "ENDPOINT_NOT_FOUND", f"{request.method} {request.path}: not served locally.")
