"""Versions that were registered outside this product or in another schema, and their copies in ours."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from retraining.adapters.registry.digest import digest_of_files
from retraining.adapters.registry.registry import READY, Registry, talking_to_mlflow
from retraining.errors import RegistryError, TamperedModelError
from retraining.records.version import FileHash, Origin


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


def origin_of_version(registry: Registry, model: str, version: str) -> Origin:
    """Who registered a version, when, and from which run. Raises RegistryError for a version that is not there."""
    with talking_to_mlflow(f"reading {model} version {version}"):
        found = registry.client.get_model_version(registry.full_name(model), version)
    at = datetime.fromtimestamp(found.creation_timestamp / 1_000, UTC)
    return Origin(found.user_id or None, at, found.run_id or None)


def run_of_version(registry: Registry, model: str, version: str) -> str | None:
    """The MLflow run that made a version, None when it names none. Raises RegistryError for a version that is not
    there."""
    return origin_of_version(registry, model, version).run_id


COPIED_FROM = "copied_from"
"""Tag of a copy: full name and version of the original."""


@dataclass(frozen=True)
class Original:
    """A version of another schema: registry looks there, files are what it serves."""

    registry: Registry
    model: str
    version: str
    files: tuple[FileHash, ...]

    @property
    def name(self) -> str:
        """Full name and version, for people."""
        return f"{self.registry.full_name(self.model)} version {self.version}"

    @property
    def digest(self) -> str:
        """Digest of its files."""
        return digest_of_files(self.files)


def other_schema(registry: Registry, schema: str) -> Registry:
    """The same registry, looking at the models of another schema."""
    return replace(registry, schema=schema)


def copy_here(registry: Registry, model: str, original: Original, named: Collection[str | None]) -> str:
    """The version that holds the original's files: what a killed attempt left, else a new copy. named are versions that
    a manifest names: they belong to somebody else.

    Raises TamperedModelError for a copy with other files than the original had when it was looked at."""
    left = _left_behind(registry, model, original, named)
    if left:
        return left
    with talking_to_mlflow(f"copying {original.name} to {registry.full_name(model)}"):
        uri = f"models:/{original.registry.full_name(original.model)}/{original.version}"
        version = str(registry.client.copy_model_version(uri, registry.full_name(model)).version)

    if registry.digest(model, version) != original.digest:
        raise TamperedModelError(
            f"{model} version {version} was copied from {original.name}, but has other files than that had a moment "
            f"before. Nothing of it was loaded and no alias moved. Find out who changed them, delete version "
            f"{version}, and copy again."
        )
    return version


def _left_behind(registry: Registry, model: str, original: Original, named: Collection[str | None]) -> str | None:
    """A copy shares its original's run and files."""
    with talking_to_mlflow(f"looking for earlier copies of {original.name}"):
        there = original.registry.full_name(original.model)
        run_id = registry.client.get_model_version(there, original.version).run_id
        versions = registry.client.search_model_versions(f"name='{registry.full_name(model)}'")
    ready = [each for each in versions if each.status == READY and each.run_id == run_id]
    unnamed = sorted({int(each.version) for each in ready if str(each.version) not in named})
    return next((str(each) for each in unnamed if registry.digest(model, str(each)) == original.digest), None)
