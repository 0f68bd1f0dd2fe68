"""May the files of a version that was made elsewhere be loaded? To load a model runs the code in its files."""

from collections.abc import Sequence

from retraining.adapters.registry.made_elsewhere import origin_of_version
from retraining.adapters.registry.registry import Registry
from retraining.errors import UntrustedVersionError
from retraining.records.version import Manifest

TRUSTED = "trusted_digest"
"""Tag of a version that was made elsewhere: the digest of the files that an operator trusts."""


def check_trust(
    registry: Registry, model: str, version: str, digest: str, trust: str | None, manifests: Sequence[Manifest]
) -> None:
    """Raises UntrustedVersionError unless an operator trusts exactly these files, or a manifest of this target has
    them already. Nothing is loaded. digest is that of the files as the registry serves them now."""
    if trust == digest or digest in {row.digest for row in manifests}:
        return

    name = f"{registry.full_name(model)} version {version}"
    if trust is not None:
        raise UntrustedVersionError(
            f"{name}: trust names the digest {trust}, but its files have the digest {digest}. Nothing was loaded. "
            f"Either the digest is that of another version, or somebody has changed the files. Start the job without "
            f"trust to see who registered this one."
        )

    raise UntrustedVersionError(
        f"{name} was made elsewhere, and no one has said that its files may be loaded. "
        f"{_said_of(registry, model, version)} "
        f"To load it runs the code in its files, with all rights of the jobs' principal, and nothing can check that "
        f"code before. Nothing was loaded and nothing was written. If you know who made it and that these are their "
        f"files, start the job again with trust={digest}"
    )


def _said_of(registry: Registry, model: str, version: str) -> str:
    origin = origin_of_version(registry, model, version)
    person = f"by {origin.registered_by}" if origin.registered_by else "by somebody whom the registry does not name"
    run = f"from MLflow run {origin.run_id}" if origin.run_id else "without an MLflow run"
    return f"It was registered {person} on {origin.registered_at:%Y-%m-%d %H:%M} UTC, {run}."
