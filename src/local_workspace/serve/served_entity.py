"""One version behind an endpoint: asked with limits, counted, restarted when it crashes or hangs."""

from __future__ import annotations

import asyncio
import json
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local_workspace.errors import EngineError
from local_workspace.serve.http import ApiError, Reply
from local_workspace.serve.http_client import Answer
from local_workspace.serve.model_process import ModelProcess

VERSION_HEADER = "x-model-version"
"""Header of an answer: which version gave it."""
ENTITY_HEADER = "served-model-name"
"""Header of an answer: the name of the served entity that gave it."""

_KEPT_TIMES = 1_000
_HUNG_AFTER = 3
"""Requests without an answer, one behind the other, after which the process is replaced."""


@dataclass(frozen=True)
class Limits:
    """Of an endpoint."""

    most_bytes: int = 16_000_000
    """Of a request, as on Databricks."""
    body_seconds: float = 10.0
    """In which a request must have arrived."""
    answer_seconds: float = 30.0
    """In which the model must have answered, and before that the longest wait for a place."""
    at_once: int = 4
    """Requests that the process works on; the others wait."""
    most_waiting: int = 1_200
    """Requests that wait. More are refused, and may come again."""


@dataclass
class Counts:
    """What an entity did so far."""

    requests: int = 0
    refused: int = 0
    """Answers 400 to 499: the request was wrong."""
    failed: int = 0
    """Answers from 500 on."""
    milliseconds: deque[float] = field(default_factory=lambda: deque(maxlen=_KEPT_TIMES))
    """Of the newest answers."""


class ServedEntity:
    """A version, its process, and what the caller of the API said about it."""

    def __init__(self, name: str, definition: Mapping[str, Any], process: ModelProcess, limits: Limits) -> None:
        """definition: the served entity as the API's caller wrote it."""
        self.name = name
        self.definition = dict(definition)
        self.process = process
        self.counts = Counts()
        self.in_progress = 0
        self._limits = limits
        self._places = asyncio.Semaphore(limits.at_once)
        self._unanswered = 0
        self._restart: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Return when the version answers. Raises EngineError where it does not."""
        self.process.start()
        await self.process.wait_until_ready()

    async def drain(self, seconds: float) -> None:
        """Wait for the requests that are in progress, then end the process."""
        end = time.monotonic() + seconds
        while self.in_progress and time.monotonic() < end:
            await asyncio.sleep(0.02)
        if self._restart is not None:
            self._restart.cancel()
        await self.process.stop()

    async def answer(self, body: bytes, media_type: str) -> Reply:
        """The reply to a request, with the version in a header. Only the caller counts `in_progress`."""
        self.counts.requests += 1
        began = time.perf_counter()
        await self._take_place()

        try:
            async with asyncio.timeout(self._limits.answer_seconds):
                answered = await self._ask(body, media_type)
            self._unanswered = 0
        except TimeoutError:
            self._count_unanswered()
            reply = self._error(504, "DEADLINE_EXCEEDED", f"No answer within {self._limits.answer_seconds:g} s.")
        except (OSError, EngineError) as err:
            reply = self._error(503, "TEMPORARILY_UNAVAILABLE", f"The version cannot be asked: {err}")
        else:
            reply = self._reply(answered)
        finally:
            self._places.release()

        self.counts.milliseconds.append((time.perf_counter() - began) * 1000)
        self.counts.failed += reply.status >= 500
        self.counts.refused += 400 <= reply.status < 500
        return reply

    async def _take_place(self) -> None:
        """Wait for one of the places. A wait says nothing about the model, so only the caller is refused. Raises
        ApiError where too many wait, or the wait is too long."""
        try:
            if self.in_progress > self._limits.most_waiting:
                raise TimeoutError
            async with asyncio.timeout(self._limits.answer_seconds):
                await self._places.acquire()
        except TimeoutError:
            self.counts.refused += 1
            said = f"{self.name}: too many requests wait already. Come again in a second."
            raise ApiError(429, "REQUEST_LIMIT_EXCEEDED", said, {"retry-after": "1", **self._headers()}) from None

    async def _ask(self, body: bytes, media_type: str) -> Answer:
        """A process that crashed is started again, and asked once more."""
        try:
            return await self.process.ask(body, media_type)
        except OSError:
            await self._started_again()
            return await self.process.ask(body, media_type)

    async def _started_again(self) -> None:
        """Wait for a new process; one restart for all requests that need it."""
        if self._restart is None or self._restart.done():
            self._restart = asyncio.ensure_future(self._replace_process())
        await asyncio.shield(self._restart)

    async def _replace_process(self) -> None:
        await self.process.stop()
        self.process.start()
        await self.process.wait_until_ready()
        self._unanswered = 0  # requests that waited for the start say nothing about the new process

    def _count_unanswered(self) -> None:
        """A model that hangs keeps its threads: after some requests without an answer the process is replaced."""
        self._unanswered += 1
        if self._unanswered >= _HUNG_AFTER and (self._restart is None or self._restart.done()):
            self._unanswered = 0
            self._restart = asyncio.ensure_future(self._replace_process())
            self._restart.add_done_callback(lambda task: task.cancelled() or task.exception())

    def _reply(self, answered: Answer) -> Reply:
        if answered.status >= 400:
            return Reply(answered.status, _plain_error(answered), headers=self._headers())
        wrong = _without_a_number(answered.body)
        if wrong:
            return self._error(500, "MODEL_ANSWERED_NO_NUMBER", wrong)
        return Reply(answered.status, answered.body, answered.media_type, self._headers())

    def _error(self, status: int, code: str, message: str) -> Reply:
        return Reply.of_error(ApiError(status, code, f"{self.name}: {message}", self._headers()))

    def _headers(self) -> dict[str, str]:
        return {VERSION_HEADER: self.process.version.version, ENTITY_HEADER: self.name}


def _plain_error(answered: Answer) -> bytes:
    """The model's error without its trace, whose last line says what was wrong."""
    try:
        error = json.loads(answered.body)
    except ValueError:
        error = {"error_code": "BAD_REQUEST", "message": answered.body.decode("utf-8", "replace")}
    lines = str(error.pop("stack_trace", "") or "").strip().splitlines()
    last = lines[-1].partition(": ")[2] if lines else ""
    message = str(error.get("message", "")).rpartition("\nError: ")[2]
    return json.dumps({"error_code": error.get("error_code", "BAD_REQUEST"), "message": last or message}).encode()


def _without_a_number(body: bytes) -> str | None:
    """What is wrong with an answer that holds NaN or an infinite number, which are not JSON; None where nothing is."""
    if b"NaN" not in body and b"Infinity" not in body:
        return None

    def found(word: str) -> str:
        raise ValueError(f"The model answered {word}, which is not a number. Nothing of its answer is passed on.")

    try:
        json.loads(body, parse_constant=found)
    except ValueError as err:
        return str(err)
    return None
