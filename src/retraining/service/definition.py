"""The definition of an endpoint as JSON: exported, pointed to another version, compared. Pure."""

from collections.abc import Mapping
from typing import Any

from retraining.errors import ServiceError

Definition = Mapping[str, Any]
"""As the public API writes an endpoint's configuration: `served_entities` and `traffic_config`."""


def version_of(definition: Definition) -> str:
    """The version that a definition serves. Raises ServiceError for one that serves several, or none."""
    versions = [str(each.get("entity_version")) for each in definition.get("served_entities") or []]
    if len(versions) != 1:
        found = ", ".join(versions) or "none"
        raise ServiceError(
            f"The definition serves versions {found}. Expected one: wait until no update is in progress."
        )
    return versions[0]


def point_to(definition: Definition, version: str) -> dict[str, Any]:
    """The same definition with another version of the model."""
    before = version_of(definition)
    entity = dict(definition["served_entities"][0])
    name = str(entity.get("name") or entity["entity_name"].rpartition(".")[2])
    entity["name"] = f"{name.removesuffix(f'-{before}')}-{version}"
    entity["entity_version"] = version
    routes = [{"served_model_name": entity["name"], "traffic_percentage": 100}]
    return {**definition, "served_entities": [entity], "traffic_config": {"routes": routes}}


def other_changes(live: Definition, wanted: Definition) -> list[str]:
    """Keys in which two definitions differ beside the version: those belong into the model's spec."""
    ours = _without_version(live)
    theirs = _without_version(wanted)
    return sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))


def _without_version(definition: Definition) -> dict[str, Any]:
    version_of(definition)
    return {
        name: value
        for name, value in definition["served_entities"][0].items()
        if name not in ("name", "entity_version", "state", "creator", "creation_timestamp")
    }
