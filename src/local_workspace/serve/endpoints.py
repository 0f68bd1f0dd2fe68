"""All endpoints: made, changed and removed as the public API says, each change in the background."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from local_workspace.serve.endpoint import Endpoint, UpdateState
from local_workspace.serve.http import ApiError
from local_workspace.serve.model_process import ModelProcess, Version
from local_workspace.serve.served_entity import Limits, ServedEntity

_NAME = re.compile(r"[A-Za-z0-9_-]{1,63}")


class Endpoints:
    """The endpoints of a served workspace."""

    def __init__(self, sockets: Path, logs: Path, mlflow_uri: str, limits: Limits) -> None:
        """sockets: a folder that other users cannot enter. logs: of the model processes."""
        self._mlflow_uri = mlflow_uri
        self.all: dict[str, Endpoint] = {}
        self._sockets = sockets
        self._logs = logs
        self._limits = limits
        self._work: set[asyncio.Task[None]] = set()

    def find(self, name: str) -> Endpoint:
        """An endpoint. Raises ApiError where there is none."""
        if name not in self.all:
            raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"Endpoint with name '{name}' does not exist.")
        return self.all[name]

    def create(self, name: str, config: Mapping[str, Any]) -> Endpoint:
        """A new endpoint, which answers when its state says that it is ready."""
        if not _NAME.fullmatch(name):
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"{name!r}: a name has 1 to 63 letters, digits, - or _.")
        if name in self.all:
            raise ApiError(409, "RESOURCE_ALREADY_EXISTS", f"Endpoint with name '{name}' already exists.")
        endpoint = Endpoint(name, self._limits)
        self._begin(endpoint, config)
        self.all[name] = endpoint
        return endpoint

    def update(self, name: str, config: Mapping[str, Any]) -> Endpoint:
        """Change what an endpoint serves. Raises ApiError while another change goes on."""
        endpoint = self.find(name)
        if endpoint.state is UpdateState.IN_PROGRESS:
            raise ApiError(
                409, "RESOURCE_CONFLICT", f"Endpoint {name} is being updated. Wait until that update has ended."
            )
        self._begin(endpoint, config)
        return endpoint

    async def delete(self, name: str) -> None:
        """Remove an endpoint with its processes."""
        endpoint = self.find(name)
        del self.all[name]
        await endpoint.close()

    async def close(self) -> None:
        """Stop all changes and end all processes."""
        for task in self._work:
            task.cancel()
        await asyncio.gather(*self._work, return_exceptions=True)
        await asyncio.gather(*(each.close() for each in self.all.values()))

    def _begin(self, endpoint: Endpoint, config: Mapping[str, Any]) -> None:
        definitions = _definitions(config)
        routes = _routes(config, list(definitions))
        entities = [self._entity(endpoint, name, each) for name, each in definitions.items()]
        endpoint.state = UpdateState.IN_PROGRESS
        endpoint.pending = {"served_entities": list(definitions.values()), "traffic_config": _traffic(routes)}
        task = asyncio.ensure_future(_replaced(endpoint, entities, routes))
        self._work.add(task)
        task.add_done_callback(self._work.discard)

    def _entity(self, endpoint: Endpoint, name: str, definition: Mapping[str, Any]) -> ServedEntity:
        """The entity that runs already where it is the same version, else a new one."""
        version = Version(str(definition["entity_name"]), str(definition["entity_version"]))
        known = endpoint.entities.get(name)
        if known is not None and known.process.version == version:
            known.definition = dict(definition)
            return known
        if known is not None:
            raise ApiError(
                400,
                "INVALID_PARAMETER_VALUE",
                f"{name} serves version {known.process.version.version} now. Use another name.",
            )
        log = self._logs / f"{endpoint.name}-{name}.log"
        return ServedEntity(name, definition, ModelProcess(version, self._sockets, log, self._mlflow_uri), self._limits)


async def _replaced(endpoint: Endpoint, entities: Sequence[ServedEntity], routes: Mapping[str, int]) -> None:
    try:
        await endpoint.replace(entities, routes)
    except asyncio.CancelledError:
        await asyncio.gather(*(each.process.stop() for each in entities))
        raise


def _definitions(config: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The served entities by name, with the name that the API gives to one without."""
    given = config.get("served_entities") or []
    if not given:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", "served_entities: expected at least one.")
    found: dict[str, dict[str, Any]] = {}
    for each in given:
        for key in ("entity_name", "entity_version"):
            if not each.get(key):
                raise ApiError(400, "INVALID_PARAMETER_VALUE", f"served_entities: {key} is missing.")
        name = each.get("name") or f"{each['entity_name'].rpartition('.')[2]}-{each['entity_version']}"
        if name in found:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", f"served_entities: {name} stands there twice.")
        found[name] = {**each, "name": name}
    return found


def _routes(config: Mapping[str, Any], names: Sequence[str]) -> dict[str, int]:
    given = (config.get("traffic_config") or {}).get("routes")
    if not given:
        if len(names) > 1:
            raise ApiError(400, "INVALID_PARAMETER_VALUE", "traffic_config: needed for more than one served entity.")
        return {names[0]: 100}
    routes = {
        str(each.get("served_model_name") or each.get("served_entity_name")): int(each.get("traffic_percentage", 0))
        for each in given
    }
    unknown = sorted(set(routes) - set(names))
    if unknown:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"traffic_config: {unknown[0]} is not among served_entities.")
    if sum(routes.values()) != 100 or min(routes.values()) < 0:
        raise ApiError(400, "INVALID_PARAMETER_VALUE", f"traffic_config: {sum(routes.values())} %. Expected 100.")
    return routes


def _traffic(routes: Mapping[str, int]) -> dict[str, Any]:
    return {"routes": [{"served_model_name": name, "traffic_percentage": share} for name, share in routes.items()]}
