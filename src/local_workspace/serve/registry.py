"""What the MLflow server knows of versions and aliases, asked over its REST interface."""

from __future__ import annotations

import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from typing import Any

from local_workspace.serve.http import ApiError
from local_workspace.serve.model_process import Version

CHAMPION = "champion"
_SECONDS = 20
_PAGE = 100


class Registry:
    """The registered models of one schema."""

    def __init__(self, uri: str, schema: str) -> None:
        """schema: catalog.schema"""
        self._uri = uri
        self._schema = schema

    def champions(self) -> dict[str, Version]:
        """The champion of each model that has one, by the model's name without the schema."""
        return {
            model["name"].rpartition(".")[2]: Version(model["name"], str(alias["version"]))
            for model in self._models()
            for alias in model.get("aliases", [])
            if alias["alias"] == CHAMPION
        }

    def with_alias(self, model: str, alias: str) -> dict[str, Any]:
        """The version that has an alias, as MLflow describes it. Raises ApiError where there is none."""
        try:
            found = self._get("registered-models/alias", name=model, alias=alias)
        except urllib.error.HTTPError as err:
            raise ApiError(404, "RESOURCE_DOES_NOT_EXIST", f"{model} has no version with the alias {alias}.") from err
        return dict(found["model_version"])

    def _models(self) -> Iterator[dict[str, Any]]:
        token = ""
        while True:
            page = self._get("registered-models/search", max_results=str(_PAGE), page_token=token)
            for each in page.get("registered_models", []):
                if each["name"].startswith(f"{self._schema}."):
                    yield each
            token = page.get("next_page_token") or ""
            if not token:
                return

    def _get(self, what: str, **asked: str) -> dict[str, Any]:
        query = urllib.parse.urlencode({name: value for name, value in asked.items() if value})
        with urllib.request.urlopen(f"{self._uri}/api/2.0/mlflow/{what}?{query}", timeout=_SECONDS) as answer:
            return dict(json.load(answer))
