"""Loading a registered version: only with its manifest, and only after its digest was checked."""

from collections.abc import Sequence
from typing import Any

from pyspark.sql import DataFrame

from retraining.adapters.registry.registry import Registry
from retraining.context import Context
from retraining.errors import RegistryError, SpecError
from retraining.forecasting.served_panel import PANEL_FOLDER, ServedPanel, open_panel
from retraining.kinds.find_kind import kind_of
from retraining.records.version import Manifest
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.answered_by_spark import FittedVersion
from retraining.steps.dataset.model_frame import features_of_spec
from served_model.column_values import Feature


def manifest_of_version(rows: Sequence[Manifest], model: str, version: str) -> Manifest:
    """The manifest of a registered version. Raises RegistryError for a version this product did not register."""
    manifests = [row for row in rows if row.state == "REGISTERED" and row.version == version]
    if not manifests:
        raise RegistryError(
            f"{model} version {version} has no row in `model_manifests`, so its files cannot be checked and it was not "
            f"loaded. Name a version that this bundle registered. If the alias `champion` points to this one, have it "
            f"taken over by the job adopt, or go back with the job rollback (to_version)."
        )

    return manifests[-1]


def check_kind(context: Context, manifest: Manifest) -> None:
    """Raises SpecError where the spec turns a version into a model of another kind: its predictions, its errors and
    its callers are about something else."""
    kind = kind_of(context.spec).name
    if manifest.kind not in (None, kind):
        raise SpecError(
            f"specs/{context.model}.yml: says kind: {kind}, but champion version {manifest.version} is a "
            f"{manifest.kind}, with predictions and callers of that type. A model of another kind is another model: "
            f"give it another file and another name, and leave this one as it was."
        )


def load_version(registry: Registry, manifest: Manifest) -> Any:
    """The fitted estimator of a version; of a forecast its panel. Raises TamperedModelError where its files are not
    those of the manifest."""
    if manifest.panel_version is not None:
        return load_panel(registry, manifest)
    return registry.load(manifest.model, str(manifest.version), str(manifest.digest), manifest.files)


def load_panel(registry: Registry, manifest: Manifest) -> ServedPanel:
    """The panel of a version, from files that were checked."""
    version = str(manifest.version)
    with registry.checked_files(manifest.model, version, str(manifest.digest), manifest.files) as files:
        return open_panel(files / PANEL_FOLDER)


def load_fitted(spec: ModelSpec, registry: Registry, manifest: Manifest, rows: DataFrame) -> FittedVersion:
    """A version with the columns that it was fitted on."""
    return FittedVersion(load_version(registry, manifest), features_of_version(spec, manifest, rows))


def features_of_version(spec: ModelSpec, manifest: Manifest, rows: DataFrame) -> tuple[Feature, ...]:
    """The columns that a version predicts with. Its manifest names them; one that does not was made elsewhere, or
    before manifests named them, and takes those of the spec."""
    return manifest.features or features_of_spec(spec, rows)
