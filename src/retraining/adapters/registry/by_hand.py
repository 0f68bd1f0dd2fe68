"""Versions that were registered outside this product."""

from retraining.adapters.registry.registry import Registry, talking_to_mlflow
from retraining.errors import RegistryError


def version_in_stage(registry: Registry, model: str, stage: str) -> str:
    """The newest version in an old registry stage. Raises RegistryError when there is none, as in Unity Catalog, which
    has no stages."""
    name = registry.full_name(model)
    with talking_to_mlflow(f"looking for {model} in stage {stage}"):
        versions = registry.client.search_model_versions(f"name='{name}'")
    found = [int(each.version) for each in versions if each.current_stage == stage]
    if not found:
        stages = ", ".join(sorted({str(each.current_stage) for each in versions})) or "no version at all"
        raise RegistryError(f"{name} has no version in stage {stage!r}; found: {stages}. Name one with version.")
    return str(max(found))


def run_of_version(registry: Registry, model: str, version: str) -> str | None:
    """The MLflow run that made a version, None when it names none. Raises RegistryError for a version that is not
    there."""
    with talking_to_mlflow(f"asking for {model} version {version}"):
        return registry.client.get_model_version(registry.full_name(model), version).run_id or None
