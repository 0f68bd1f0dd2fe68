"""The registered version that a strategy starts from, where the spec names one."""

from dataclasses import dataclass
from typing import Any

from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.context import Context
from retraining.errors import RegistryError, SpecError
from retraining.records.version import Manifest
from retraining.steps.dataset.load_version import load_version, manifest_of_version


@dataclass(frozen=True)
class StartingVersion:
    """A version of this bundle, and its fitted estimator."""

    manifest: Manifest
    estimator: Any


def read_starting_version(context: Context) -> StartingVersion | None:
    """The version of `strategy.start`; None where the strategy starts from nothing. Its files are checked like those of
    a champion.

    Raises SpecError for a version that is not there, or no longer.
    """
    start = context.spec.strategy.start
    if start is None:
        return None

    try:
        manifest = manifest_of_version(read_rows(context.tables, Manifest, start.model), start.model, start.version)
        return StartingVersion(manifest, load_version(context.registry, manifest))
    except RegistryError as err:
        raise SpecError(
            f"{context.model}: strategy.start names version {start.version} of {start.model}, which cannot be loaded. "
            f"The champion stays as it is. Name a version that this bundle registered and that still exists, or "
            f"another strategy. The registry says: {err}"
        ) from err
