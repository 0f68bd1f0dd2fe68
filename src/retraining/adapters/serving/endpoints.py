"""Reads, creates and changes endpoints, and asks one version behind an endpoint."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from retraining.errors import ServingError
from retraining.records.serving import EndpointState, ServedVersion
from retraining.spec.serving_section import EndpointSection

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.serving import EndpointCoreConfigInput, ServingEndpointDetailed

_UPDATE_LIMIT = timedelta(minutes=45)
"""A version with many requirements is built for half an hour."""
_PAUSE_SECONDS = 1.0


def endpoint_name(full_name: str) -> str:
    """`<schema>-<model>`: names of endpoints belong to the whole workspace, and have no dots."""
    return "-".join(full_name.split(".")[-2:])


@dataclass(frozen=True)
class Endpoints:
    """The endpoints of a workspace."""

    workspace: "WorkspaceClient"

    def read(self, name: str) -> EndpointState | None:
        """An endpoint as it is; None where there is none."""
        from databricks.sdk.errors import NotFound

        with talking_to_serving(f"reading endpoint {name}"):
            try:
                found = self.workspace.serving_endpoints.get(name)
            except NotFound:
                return None
        return _state(found)

    def wait(self, name: str) -> EndpointState:
        """An endpoint when no update is in progress. Raises ServingError where that takes too long."""
        end = time.monotonic() + _UPDATE_LIMIT.total_seconds()
        while time.monotonic() < end:
            state = self.read(name)
            if state is None:
                raise ServingError(f"Endpoint {name} was deleted meanwhile. Start the run again: it makes another one.")
            if not state.is_updating:
                return state
            time.sleep(_PAUSE_SECONDS)
        raise ServingError(f"Endpoint {name} is still being updated after {_UPDATE_LIMIT}. Look at its events.")

    def create(self, name: str, model: str, version: str, wanted: EndpointSection) -> EndpointState:
        """A new endpoint, when it answers. model: its full name."""
        from databricks.sdk.service.serving import AiGatewayConfig, AiGatewayInferenceTableConfig

        catalog, schema, short = model.split(".")
        table = AiGatewayInferenceTableConfig(
            catalog, enabled=True, schema_name=schema, table_name_prefix=f"{short}_requests"
        )
        with talking_to_serving(f"creating endpoint {name}"):
            self.workspace.serving_endpoints.create(
                name,
                config=_config(name, model, {version: 100}, wanted),
                budget_policy_id=wanted.budget_policy,
                ai_gateway=AiGatewayConfig(inference_table_config=table) if wanted.inference_table else None,
            )
        return self._ended(name)

    def put(self, name: str, model: str, shares: Mapping[str, int], wanted: EndpointSection) -> EndpointState:
        """Change which versions an endpoint serves, and wait until it does. shares: of 100 requests, by version."""
        config = _config(name, model, shares, wanted)
        with talking_to_serving(f"updating endpoint {name}"):
            self.workspace.serving_endpoints.update_config(
                name, served_entities=config.served_entities, traffic_config=config.traffic_config
            )
        return self._ended(name)

    def ask(self, name: str, entity: str, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """What one version answers, whatever its share is. Raises ServingError where it does not."""
        path = f"/serving-endpoints/{name}/served-models/{entity}/invocations"
        with talking_to_serving(f"asking {entity} of endpoint {name}"):
            answer = self.workspace.api_client.do("POST", path, body={"dataframe_records": list(rows)})
        predictions = answer.get("predictions") if isinstance(answer, dict) else None
        if not isinstance(predictions, list):
            raise ServingError(f"{entity} of endpoint {name} gave no predictions. Look at its logs.")
        return predictions

    def failures(self, name: str) -> dict[str, tuple[int, int]]:
        """By entity, all its requests and the failed ones since it started; empty where the endpoint does not say."""
        from databricks.sdk.errors.base import DatabricksError

        try:
            exported = self.workspace.serving_endpoints.export_metrics(name).contents
            text = exported.read().decode() if exported else ""
        except (DatabricksError, OSError, ValueError):  # the watch has its own requests, and only gains by these
            return {}
        return read_counts(text)

    def _ended(self, name: str) -> EndpointState:
        state = self.wait(name)
        if state.failure:
            raise ServingError(f"Endpoint {name} was not updated: {state.failure} What answered before goes on.")
        return state


def read_counts(text: str) -> dict[str, tuple[int, int]]:
    """(requests, failed) by served entity, from lines as monitoring systems read them."""
    totals: dict[str, list[int]] = {}
    for line in text.splitlines():
        named, _, value = line.rpartition(" ")
        metric, _, labels = named.partition("{")
        place = {"request_count_total": 0, "request_5xx_count_total": 1}.get(metric)
        entity = _label(labels, "served_model_name") or _label(labels, "served_entity_name")
        if place is not None and entity:
            totals.setdefault(entity, [0, 0])[place] += int(float(value))
    return {entity: (requests, failed) for entity, (requests, failed) in totals.items()}


def _label(labels: str, name: str) -> str | None:
    _, found, rest = labels.partition(f'{name}="')
    return rest.partition('"')[0] if found else None


def _state(found: "ServingEndpointDetailed") -> EndpointState:
    from databricks.sdk.service.serving import EndpointStateConfigUpdate

    update = found.state.config_update if found.state else None
    failed = update in (EndpointStateConfigUpdate.UPDATE_FAILED, EndpointStateConfigUpdate.UPDATE_CANCELED)
    entities = (found.config.served_entities if found.config else None) or []
    routes = (found.config.traffic_config.routes if found.config and found.config.traffic_config else None) or []
    shares = {each.served_model_name: each.traffic_percentage for each in routes}
    served = tuple(
        ServedVersion(str(each.name), str(each.entity_version), shares.get(str(each.name), 0)) for each in entities
    )
    said = found.description or str(update.value if update else "")
    return EndpointState(
        str(found.name), served, update is EndpointStateConfigUpdate.IN_PROGRESS, said if failed else None
    )


def _config(name: str, model: str, shares: Mapping[str, int], wanted: EndpointSection) -> "EndpointCoreConfigInput":
    from databricks.sdk.service.serving import EndpointCoreConfigInput, Route, ServedEntityInput, TrafficConfig

    by_concurrency = wanted.max_concurrency is not None
    entities = [
        ServedEntityInput(
            name=entity_name(model, version),
            entity_name=model,
            entity_version=version,
            scale_to_zero_enabled=wanted.scale_to_zero,
            workload_size=None if by_concurrency else wanted.size,
            min_provisioned_concurrency=(0 if wanted.scale_to_zero else 4) if by_concurrency else None,
            max_provisioned_concurrency=wanted.max_concurrency,
        )
        for version in shares
    ]
    routes = [Route(share, served_model_name=entity_name(model, version)) for version, share in shares.items()]
    return EndpointCoreConfigInput(name=name, served_entities=entities, traffic_config=TrafficConfig(routes))


def entity_name(model: str, version: str) -> str:
    """`<model>-<version>`, of the full name of a model."""
    return f"{model.rpartition('.')[2]}-{version}"


@contextmanager
def talking_to_serving(doing: str) -> Iterator[None]:
    """Turns a failed conversation with the workspace into one sentence."""
    from databricks.sdk.errors.base import DatabricksError

    try:
        yield
    except (DatabricksError, OSError, ValueError, TimeoutError) as err:
        first = (str(err).splitlines() or [type(err).__name__])[0][:300]
        raise ServingError(f"{doing}: the workspace refused or did not answer ({first}).") from err


def open_endpoints() -> Endpoints:
    """The endpoints of the workspace that this process is configured for. Raises ServingError without one."""
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.config import Config

    try:
        return Endpoints(WorkspaceClient(config=Config(http_timeout_seconds=60, retry_timeout_seconds=120)))
    except ValueError as err:
        raise ServingError(
            "No workspace is configured, so there is no endpoint to update. Compute of a workspace is configured by "
            "itself; elsewhere set DATABRICKS_HOST and DATABRICKS_TOKEN, which a laptop's server prints."
        ) from err
