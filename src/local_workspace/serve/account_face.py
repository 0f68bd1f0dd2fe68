"""The small parts of the public API: who asks, tokens, and the version behind an alias."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Sequence
from typing import Any

from local_workspace.serve.http import ApiError, Reply, Request
from local_workspace.serve.registry import Registry
from local_workspace.serve.tokens import Token, Tokens


class AccountFace:
    """`/api/2.0/token`, `/api/2.0/preview/scim/v2/Me` and `/api/2.1/unity-catalog/models`."""

    def __init__(self, tokens: Tokens, registry: Registry) -> None:
        """What it tells of."""
        self._tokens = tokens
        self._registry = registry

    async def token(self, request: Request, parts: Sequence[str]) -> Reply:
        """Create, list and delete tokens."""
        match request.method, list(parts):
            case "POST", ["create"]:
                asked = await request.json()
                seconds = asked.get("lifetime_seconds")
                text, token = self._tokens.create(
                    str(asked.get("comment") or ""), None if seconds is None else int(seconds)
                )
                return Reply.of_json({"token_value": text, "token_info": _shown(token)})
            case "GET", ["list"]:
                return Reply.of_json({"token_infos": [_shown(each) for each in self._tokens.known]})
            case "POST", ["delete"]:
                self._tokens.delete(str((await request.json()).get("token_id")))
                return Reply.of_json({})
        raise ApiError(404, "ENDPOINT_NOT_FOUND", f"{request.method} {request.path}: not served locally.")

    async def me(self, request: Request, parts: Sequence[str]) -> Reply:
        """The user that the server runs as."""
        name = getpass.getuser()
        return Reply.of_json({"userName": name, "displayName": name, "active": True, "id": request.user})

    async def models(self, request: Request, parts: Sequence[str]) -> Reply:
        """`<full name>/aliases/<alias>`"""
        match request.method, list(parts):
            case "GET", [model, "aliases", alias]:
                found = await asyncio.to_thread(self._registry.with_alias, model, alias)
                return Reply.of_json(_version(model, found))
        raise ApiError(404, "ENDPOINT_NOT_FOUND", f"{request.method} {request.path}: not served locally.")


def _shown(token: Token) -> dict[str, Any]:
    expires = -1 if token.expires is None else token.expires
    return {"token_id": token.id, "comment": token.comment, "creation_time": token.created, "expiry_time": expires}


def _version(model: str, found: dict[str, Any]) -> dict[str, Any]:
    catalog, schema, name = model.split(".")
    return {
        "catalog_name": catalog,
        "schema_name": schema,
        "model_name": name,
        "version": int(found["version"]),
        "run_id": found.get("run_id"),
        "status": found.get("status"),
    }
