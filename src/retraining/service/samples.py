"""How callers ask an endpoint: the address, and the same request in three languages."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Consumption:
    """What a caller of the endpoint needs. The token is never part of it."""

    address: str
    curl: str
    python: str
    r: str
    open_api: Mapping[str, Any]


def consumption(address: str, open_api: Mapping[str, Any]) -> Consumption:
    """Samples with the columns that the endpoint's OpenAPI document names."""
    body = json.dumps({"dataframe_records": [_row(open_api)]})
    return Consumption(
        address,
        f"curl -H \"Authorization: Bearer $DATABRICKS_TOKEN\" -H 'Content-Type: application/json' \\\n"
        f"  -d '{_in_single_quotes(body)}' '{address}'",
        "import os, requests\n"
        f"rows = {body}\n"
        'headers = {"Authorization": f"Bearer {os.environ[\'DATABRICKS_TOKEN\']}"}\n'
        f'answer = requests.post("{address}", json=rows, headers=headers, timeout=60)\n'
        'print(answer.json()["predictions"], "by version", answer.headers.get("x-model-version"))',
        "library(httr2)\n"
        f'request("{address}") |>\n'
        '  req_auth_bearer_token(Sys.getenv("DATABRICKS_TOKEN")) |>\n'
        f'  req_body_raw({json.dumps(body)}, type = "application/json") |>\n'
        "  req_perform() |> resp_body_json()",
        open_api,
    )


def _row(open_api: Mapping[str, Any]) -> dict[str, Any]:
    """Every column once; what its values are the document does not say."""
    try:
        path = next(iter(open_api["paths"].values()))
        schema = path["post"]["requestBody"]["content"]["application/json"]["schema"]
        return {name: _value(facts) for name, facts in _columns(schema).items()}
    except (KeyError, StopIteration):
        return {"column": 1}


def _columns(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    shapes = schema.get("oneOf") or [schema]
    found = next(each for each in shapes if "dataframe_records" in each.get("properties", {}))
    columns: Mapping[str, Any] = found["properties"]["dataframe_records"]["items"]["properties"]
    return columns


def _value(facts: Mapping[str, Any]) -> Any:
    return {"string": "text", "boolean": True}.get(str(facts.get("type")), 1)


def _in_single_quotes(text: str) -> str:
    return text.replace("'", "'\\''")
