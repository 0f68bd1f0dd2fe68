"""An OpenAPI document of an endpoint: its address, what it takes, what it answers."""

from __future__ import annotations

from typing import Any

from local_workspace.serve.endpoint import Endpoint
from local_workspace.serve.served_entity import VERSION_HEADER
from local_workspace.serve.signature import Input

_TYPES = {
    "double": {"type": "number"},
    "float": {"type": "number"},
    "long": {"type": "integer"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "string": {"type": "string"},
}


def open_api(endpoint: Endpoint, address: str) -> dict[str, Any]:
    """The document, of the version that answers most requests."""
    main = max(endpoint.routes, key=lambda name: endpoint.routes[name], default=None)
    inputs = endpoint.entities[main].process.inputs if main else ()
    row = _row(inputs)
    headers = {VERSION_HEADER: {"description": "The version that answered.", "schema": {"type": "string"}}}
    post = {
        "security": [{"token": []}],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["dataframe_records"],
                        "properties": {"dataframe_records": {"type": "array", "minItems": 1, "items": row}},
                    }
                }
            },
        },
        "responses": {
            "200": {
                "description": "One prediction for each row.",
                "headers": headers,
                "content": {
                    "application/json": {
                        "schema": {"type": "object", "properties": {"predictions": {"type": "array", "items": {}}}}
                    }
                },
            },
            "400": {"description": "The request is wrong; the message names the column."},
            "403": {"description": "The token is wrong or has expired."},
            "413": {"description": "The body is too long."},
            "429": {"description": "Too many requests wait. The header Retry-After says when to come again."},
            "504": {"description": "The model did not answer in time."},
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": endpoint.name, "version": str(endpoint.config_version)},
        "servers": [{"url": f"{address}/serving-endpoints/{endpoint.name}"}],
        "paths": {"/invocations": {"post": post}},
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }


def _row(inputs: tuple[Input, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [each.name for each in inputs if each.required],
        "properties": {each.name: _TYPES.get(each.type, {}) for each in inputs},
    }
