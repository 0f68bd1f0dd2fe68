"""A serving endpoint: versions beside each other, and the share of the requests that each answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from local_workspace.serve.http import ApiError, Reply
from local_workspace.serve.served_entity import Limits, ServedEntity
from local_workspace.serve.signature import RequestError, check_request

_LONG_BODY = 200_000
"""Bytes from which a body is checked outside the loop that carries all requests."""


class UpdateState(StrEnum):
    """Of an endpoint's configuration, as the public API has it."""

    NOT_UPDATING = "NOT_UPDATING"
    IN_PROGRESS = "IN_PROGRESS"
    UPDATE_FAILED = "UPDATE_FAILED"


@dataclass
class Endpoint:
    """Its served entities and routes, by the entities' names. Routes add up to 100."""

    name: str
    limits: Limits
    entities: dict[str, ServedEntity] = field(default_factory=dict)
    routes: dict[str, int] = field(default_factory=dict)
    state: UpdateState = UpdateState.NOT_UPDATING
    failure: str = ""
    """Why the newest update failed."""
    config_version: int = 0
    created: int = field(default_factory=lambda: int(time.time() * 1000))
    updated: int = field(default_factory=lambda: int(time.time() * 1000))
    pending: Mapping[str, Any] = field(default_factory=dict)
    """The configuration that is being put in place."""
    _credits: dict[str, float] = field(default_factory=dict)

    def choose(self) -> ServedEntity:
        """The entity that answers the next request: as many of each as its route says, well mixed. Raises ApiError
        while there is none."""
        if not self.routes:
            raise ApiError(
                503, "TEMPORARILY_UNAVAILABLE", f"Endpoint {self.name} is not ready yet.", {"retry-after": "2"}
            )
        for name, share in self.routes.items():
            self._credits[name] = self._credits.get(name, 0.0) + share
        name = max(self.routes, key=lambda each: self._credits[each])
        self._credits[name] -= sum(self.routes.values())
        return self.entities[name]

    async def answer(self, body: bytes, media_type: str, entity_name: str | None = None) -> Reply:
        """The reply of the entity that is named, else of the one whose turn it is."""
        entity = self._entity(entity_name) if entity_name else self.choose()
        entity.in_progress += 1  # in the same step as the choice: what drains the entity waits for this request
        try:
            await _check(entity, body, media_type)
            return await entity.answer(body, media_type)
        finally:
            entity.in_progress -= 1

    def _entity(self, name: str) -> ServedEntity:
        if name not in self.entities:
            raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Endpoint {self.name} serves no entity {name}.")
        return self.entities[name]

    async def replace(self, entities: Sequence[ServedEntity], routes: Mapping[str, int]) -> None:
        """Put another configuration in place: start what is new beside what is old, then send requests there, then let
        go what is not part of it any more. Raises nothing: `state` and `failure` say how it ended."""
        new = [each for each in entities if each.name not in self.entities]
        try:
            await asyncio.gather(*(each.start() for each in new))
        except Exception as err:  # whatever it was, what answered before goes on
            await asyncio.gather(*(each.drain(0) for each in new))
            self.failure = str(err)
            self.state = UpdateState.UPDATE_FAILED
            self.pending = {}
            return

        known = {**self.entities, **{each.name: each for each in new}}
        wanted = {each.name: known[each.name] for each in entities}
        gone = [each for name, each in self.entities.items() if name not in wanted]
        self.entities = wanted
        self.routes = {name: share for name, share in routes.items() if share > 0}
        self._credits = {}
        self.config_version += 1
        self.updated = int(time.time() * 1000)
        self.pending = {}
        await asyncio.gather(*(each.drain(2 * self.limits.answer_seconds + 1) for each in gone))
        self.failure = ""
        self.state = UpdateState.NOT_UPDATING

    async def close(self) -> None:
        """End all processes."""
        entities = list(self.entities.values())
        self.routes = {}
        self.entities = {}
        await asyncio.gather(*(each.drain(0) for each in entities))


async def _check(entity: ServedEntity, body: bytes, media_type: str) -> None:
    """Raises ApiError where a JSON request lacks a column. Other media types are for the model to read."""
    if not media_type.startswith("application/json"):
        return
    inputs = entity.process.inputs
    try:
        if len(body) > _LONG_BODY:
            await asyncio.to_thread(check_request, body, inputs)
        else:
            check_request(body, inputs)
    except RequestError as err:
        entity.counts.requests += 1
        entity.counts.refused += 1
        raise ApiError(400, "BAD_REQUEST", str(err)) from err
