"""Endpoints answer with the champions: each model that has one gets an endpoint, which follows its alias."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from local_workspace.serve.endpoint import Endpoint, UpdateState
from local_workspace.serve.endpoints import Endpoints
from local_workspace.serve.http import ApiError
from local_workspace.serve.jobs.job_queue import JobQueue
from local_workspace.serve.model_process import Version
from local_workspace.serve.registry import Registry

LOOK_SECONDS = 2.0
UPDATE_JOB = "update_endpoint"
"""The job of the bundle that takes an endpoint to the champion."""


def endpoint_name(version: Version) -> str:
    """`<schema>-<model>`: the same on Databricks, where names of endpoints belong to the whole workspace."""
    return "-".join(version.model.split(".")[-2:])


def entity_name(version: Version) -> str:
    """`<model>-<version>`."""
    return f"{version.model.rpartition('.')[2]}-{version.version}"


def config_of(version: Version) -> Mapping[str, Any]:
    """A configuration that serves one version."""
    entity = {"name": entity_name(version), "entity_name": version.model, "entity_version": version.version}
    return {"served_entities": [entity]}


class FollowChampions:
    """Looks at the aliases again and again."""

    def __init__(
        self, registry: Registry, endpoints: Endpoints, queue: JobQueue | None, say: Callable[[str], None]
    ) -> None:
        """queue: starts the bundle's job that updates an endpoint step by step. Without one, requests go to the new
        version as soon as it answers."""
        self._registry = registry
        self._endpoints = endpoints
        self._queue = queue
        self._say = say
        self._told: dict[str, str] = {}
        self._job = next((id_ for id_, job in queue.jobs.items() if job.key == UPDATE_JOB), None) if queue else None

    async def work(self) -> None:
        """Until this task is cancelled."""
        while True:
            try:
                champions = await asyncio.to_thread(self._registry.champions)
                self._tell("MLflow", "")
            except OSError as err:
                champions = {}
                self._tell("MLflow", f"does not answer ({err}). What is served goes on")
            for model, version in champions.items():
                with suppress(ApiError):  # an update is in progress, or too many runs wait: the next look is soon
                    self._follow(model, version)
            for endpoint in list(self._endpoints.all.values()):
                self._tell(endpoint.name, _state_of(endpoint))
            await asyncio.sleep(LOOK_SECONDS)

    def _follow(self, model: str, version: Version) -> None:
        """Serve a model that is not served yet, also after a first start that failed; update one whose champion has
        changed, once for each champion."""
        name = endpoint_name(version)
        endpoint = self._endpoints.all.get(name)
        if endpoint is None:
            self._endpoints.create(name, config_of(version))
        elif not endpoint.routes:
            if endpoint.state is UpdateState.UPDATE_FAILED:
                self._endpoints.update(name, config_of(version))
        elif self._is_behind(version, endpoint):
            self._update(model, version, endpoint)

    def _is_behind(self, version: Version, endpoint: Endpoint) -> bool:
        """Whether the champion is not served, or, where a job shifts the requests, a swap to it has not ended."""
        versions = [each.process.version for each in endpoint.entities.values()]
        return version not in versions or (versions != [version] and self._job is not None)

    def _update(self, model: str, version: Version, endpoint: Endpoint) -> None:
        if self._queue is None or self._job is None:
            if endpoint.state is UpdateState.NOT_UPDATING:
                self._endpoints.update(endpoint.name, config_of(version))
            return
        token = f"champion-{model[:30]}-{version.version}-{endpoint.created}"
        self._queue.submit(self._job, {"model": model}, token)

    def _tell(self, what: str, said: str) -> None:
        if self._told.get(what, "") != said:
            self._told[what] = said
            if said:
                self._say(f"{what}: {said}")


def _state_of(endpoint: Endpoint) -> str:
    if endpoint.state is UpdateState.UPDATE_FAILED:
        return f"the update failed. {endpoint.failure}"
    if endpoint.state is UpdateState.IN_PROGRESS and not endpoint.routes:
        return "is being started"
    shares = [
        f"version {endpoint.entities[name].process.version.version} answers {share} %"
        for name, share in endpoint.routes.items()
    ]
    return ", ".join(shares)
