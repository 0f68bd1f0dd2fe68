"""Removes what killed attempts left in MLflow: runs and versions of ours that no manifest names."""

import logging
from collections.abc import Sequence

from retraining.adapters.registry.logged_runs import remove_run, unnamed_runs
from retraining.context import Context
from retraining.errors import RegistryError
from retraining.records.version import LoggedRun, Manifest
from retraining.rules.champion.versions import leftover_runs

_log = logging.getLogger(__name__)


def sweep_leftovers(context: Context, manifests: Sequence[Manifest]) -> list[LoggedRun]:
    """The runs that were removed. manifests are all rows of the model, the newest one written by the caller.

    Tidying does not fail a run that has done its work: where MLflow refuses, a warning is logged and the next fit tries
    again.
    """
    try:
        named = {row.mlflow_run_id for row in manifests}
        leftovers = leftover_runs(unnamed_runs(context.registry, context.model, named), manifests)
        for run in leftovers:
            remove_run(context.registry, context.model, run)
    except RegistryError as err:
        _log.warning("%s: what killed attempts left was not removed: %s", context.model, err)
        return []

    if leftovers:
        versions = sum(len(run.versions) for run in leftovers)
        _log.info(
            "%s: removed %d runs and %d versions that killed attempts left", context.model, len(leftovers), versions
        )
    return leftovers
