"""Runs of one model that this product logged, and the removal of those that no version needs."""

import time
from collections.abc import Collection, Sequence

from mlflow.entities.model_registry import ModelVersion
from mlflow.exceptions import MlflowException

from retraining.adapters.registry.registry import READY, Registry, not_there, talking_to_mlflow
from retraining.errors import RegistryError
from retraining.records.version import LoggedRun

MODEL = "model"
RETRAIN_KEY = "retrain_key"
MANIFEST_SEQ = "manifest_seq"
"""Tags of a run: all three together say that it is ours."""

_PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds between looks at a version whose files are still on their way. MLflow itself has waited before that."""
_NEWEST = 100
"""Every fit looks, so what was left since the fit before it is among these."""


def unnamed_runs(registry: Registry, model: str, named: Collection[str | None]) -> list[LoggedRun]:
    """The newest runs of a model in our experiment that carry our tags and are not named, with their versions."""
    with talking_to_mlflow(f"looking for what earlier fits of {model} left"):
        ours = f"tags.{MODEL} = '{registry.full_name(model)}' and tags.{RETRAIN_KEY} != ''"
        runs = registry.client.search_runs(
            [registry.experiment_id()], ours, order_by=["start_time DESC"], max_results=_NEWEST
        )
        sequences = {
            run.info.run_id: int(run.data.tags[MANIFEST_SEQ])
            for run in runs
            if run.info.run_id not in named and run.data.tags.get(MANIFEST_SEQ, "").isdecimal()
        }
        if not sequences:
            return []
        versions = registry.client.search_model_versions(f"name='{registry.full_name(model)}'")

    aliased = _aliased(registry, model)
    made = {run_id: tuple(str(each.version) for each in versions if each.run_id == run_id) for run_id in sequences}

    return [
        LoggedRun(run_id, seq, made[run_id], tuple(each for each in made[run_id] if each in aliased))
        for run_id, seq in sequences.items()
    ]


def keep_first_version(registry: Registry, model: str, run_id: str) -> str:
    """The one version of a run. A request that is repeated because its answer was lost registers a second one, and
    MLflow's client repeats by itself: the first that is ready counts, the others go. Waits for files that are still on
    their way, for a limited time. Raises RegistryError after it."""
    mine: list[ModelVersion] = []
    for pause in (0.0, *_PAUSES):
        time.sleep(pause)
        mine = _versions_of_run(registry, model, run_id)
        if any(each.status == READY for each in mine):
            break
    else:
        raise RegistryError(_not_ready(model, run_id, mine))

    kept = next(str(each.version) for each in mine if each.status == READY)
    others = {str(each.version) for each in mine} - {kept}
    for version in sorted(others - _aliased(registry, model)) if others else []:
        with talking_to_mlflow(f"removing {model} version {version}, which a repeated request made"):
            registry.client.delete_model_version(registry.full_name(model), version)
    return kept


def _versions_of_run(registry: Registry, model: str, run_id: str) -> list[ModelVersion]:
    """Oldest first."""
    with talking_to_mlflow(f"reading the versions of run {run_id}"):
        versions = registry.client.search_model_versions(f"name='{registry.full_name(model)}'")
    return sorted((each for each in versions if each.run_id == run_id), key=lambda each: int(each.version))


def _not_ready(model: str, run_id: str, versions: Sequence[ModelVersion]) -> str:
    states = ", ".join(f"version {each.version} is {each.status}" for each in versions) or "no version is registered"
    return (
        f"{model}: after {sum(_PAUSES):.0f} s, {states} (run {run_id}); expected {READY}. It was not used, no alias "
        f"moved. Start the run again: it takes the version if it has become ready, and fits another one otherwise."
    )


def remove_run(registry: Registry, model: str, run: LoggedRun) -> None:
    """Deletes the run's versions, its logged model, and at last the run itself, so that a kill in between leaves it to
    be found again."""
    with talking_to_mlflow(f"removing run {run.run_id} of {model}"):
        for version in run.versions:
            registry.client.delete_model_version(registry.full_name(model), version)
        for logged in registry.client.search_logged_models(
            [registry.experiment_id()], f"source_run_id = '{run.run_id}'"
        ):
            registry.client.delete_logged_model(logged.model_id)
        registry.client.delete_run(run.run_id)


def _aliased(registry: Registry, model: str) -> set[str]:
    with talking_to_mlflow(f"reading the aliases of {model}"):
        try:
            aliases = registry.client.get_registered_model(registry.full_name(model)).aliases
        except MlflowException as err:
            if not_there(err):
                return set()
            raise
    return {str(version) for version in aliases.values()}
