"""The part of the public API that is about serving endpoints, and the address at which they answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from local_workspace.serve.endpoint import Endpoint, UpdateState
from local_workspace.serve.endpoints import Endpoints
from local_workspace.serve.http import ApiError, Reply, Request
from local_workspace.serve.open_api import open_api
from local_workspace.serve.served_entity import Limits, ServedEntity

Parts = Sequence[str]
"""Of an address, behind what names the face."""


class ServingFace:
    """`/api/2.0/serving-endpoints` and `/serving-endpoints/<name>/invocations`."""

    def __init__(self, endpoints: Endpoints, limits: Limits, address: str) -> None:
        """address: of the workspace, for the document that describes an endpoint."""
        self._endpoints = endpoints
        self._limits = limits
        self._address = address

    async def invoke(self, request: Request, parts: Parts) -> Reply:
        """Predictions: `<name>/invocations`, or `<name>/served-models/<entity>/invocations` for one version."""
        match request.method, list(parts):
            case "POST", [name, "invocations"]:
                entity = None
            case "POST", [name, "served-models", entity, "invocations"]:
                pass
            case _:
                raise ApiError(404, "ENDPOINT_NOT_FOUND", f"{request.method} {request.path}: no such address.")
        endpoint = self._endpoints.find(name)
        body = await request.body(self._limits.most_bytes, self._limits.body_seconds)
        return await endpoint.answer(body, request.headers.get("content-type", "application/json"), entity)

    async def manage(self, request: Request, parts: Parts) -> Reply:
        """Create, read, change and delete endpoints."""
        match request.method, list(parts):
            case "GET", []:
                return Reply.of_json({"endpoints": [described(each) for each in self._endpoints.all.values()]})
            case "POST", []:
                asked = await request.json()
                return Reply.of_json(
                    described(self._endpoints.create(str(asked.get("name")), asked.get("config") or {}))
                )
            case "GET", [name]:
                return Reply.of_json(described(self._endpoints.find(name)))
            case "DELETE", [name]:
                await self._endpoints.delete(name)
                return Reply.of_json({})
            case "PUT", [name, "config"]:
                return Reply.of_json(described(self._endpoints.update(name, await request.json())))
            case "GET", [name, "metrics"]:
                text = metrics(self._endpoints.find(name)).encode()
                return Reply(200, text, "text/plain; version=0.0.4")
            case "GET", [name, "openapi"]:
                return Reply.of_json(open_api(self._endpoints.find(name), self._address))

        raise ApiError(404, "ENDPOINT_NOT_FOUND", f"{request.method} {request.path}: no such address.")


def described(endpoint: Endpoint) -> dict[str, Any]:
    """An endpoint as the public API has it."""
    said: dict[str, Any] = {
        "name": endpoint.name,
        "id": endpoint.name,
        "creation_timestamp": endpoint.created,
        "last_updated_timestamp": endpoint.updated,
        "permission_level": "CAN_MANAGE",
        "state": {
            "ready": "READY" if endpoint.routes else "NOT_READY",
            "config_update": str(endpoint.state),
        },
    }

    if endpoint.entities:
        said["config"] = {
            "served_entities": [_entity(each) for each in endpoint.entities.values()],
            "traffic_config": {
                "routes": [
                    {"served_model_name": name, "traffic_percentage": endpoint.routes.get(name, 0)}
                    for name in endpoint.entities
                ]
            },
            "config_version": endpoint.config_version,
        }

    if endpoint.pending:
        said["pending_config"] = {**endpoint.pending, "config_version": endpoint.config_version + 1}
    if endpoint.state is UpdateState.UPDATE_FAILED:
        said["description"] = endpoint.failure
    return said


def _entity(entity: ServedEntity) -> Mapping[str, Any]:
    state = "DEPLOYMENT_FAILED" if entity.process.has_ended else "DEPLOYMENT_READY"
    return {**entity.definition, "state": {"deployment": state, "deployment_state_message": ""}}


def metrics(endpoint: Endpoint) -> str:
    """Counts of each version, a line each, as monitoring systems read them."""
    lines = []
    for entity in endpoint.entities.values():
        labels = f'endpoint_name="{endpoint.name}",served_model_name="{entity.name}"'
        counts = entity.counts
        times = sorted(counts.milliseconds)
        values = {
            "request_count_total": counts.requests,
            "request_4xx_count_total": counts.refused,
            "request_5xx_count_total": counts.failed,
            "requests_in_progress": entity.in_progress,
        }
        lines += [f"{name}{{{labels}}} {value}" for name, value in values.items()]

        for share in (0.5, 0.99):
            if times:
                value = times[min(len(times) - 1, int(share * len(times)))]
                lines.append(f'request_latency_ms{{{labels},quantile="{share}"}} {value:.3f}')
    return "\n".join([*lines, ""])
