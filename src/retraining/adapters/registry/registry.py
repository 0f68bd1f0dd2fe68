"""Aliases, tags and versions of registered models. Aliases, never stages."""

import logging
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow
from mlflow import MlflowClient
from mlflow.entities import Experiment, LifecycleStage
from mlflow.exceptions import MlflowException
from mlflow.protos import databricks_pb2

from retraining.adapters.registry.digest import digest_of_files, hashes_of_files
from retraining.adapters.registry.spark_version import is_spark_version, load_spark_version
from retraining.errors import AliasRaceError, RegistryError, TamperedModelError
from retraining.records.version import FileHash
from retraining.rules.champion.versions import changed_files
from retraining.spark_models.spark_place import SparkPlace
from served_model.served_model import ServedModel

CHAMPION = "champion"
CHALLENGER = "challenger"
PREVIOUS = "previous"
REPRODUCIBLE = "reproducible"
"""Tag of a version: whether the rows that it learned from can be read again."""

_NOT_THERE = {
    databricks_pb2.ErrorCode.Name(databricks_pb2.RESOURCE_DOES_NOT_EXIST),
    databricks_pb2.ErrorCode.Name(databricks_pb2.INVALID_PARAMETER_VALUE),
}
"""What MLflow answers about an alias or a version that does not exist."""

_PATIENCE_SECONDS = 15.0
_GAVE_UP = "Max retries exceeded"
_log = logging.getLogger(__name__)

READY = "READY"
"""Status of a version whose files are all there."""
_WRITTEN_ON_DOWNLOAD = "registered_model_meta"
"""MLflow puts it beside the files. It is removed: a digest that left it out would let a model hide there."""


@dataclass(frozen=True)
class Registry:
    """The models of one schema, and the experiment that their runs belong to."""

    client: MlflowClient
    schema: str
    experiment: str
    spark_place: SparkPlace | None = None
    """For models that Spark fits; None in a process that has no Spark."""

    def full_name(self, model: str) -> str:
        """catalog.schema.model, the same string on Databricks and on a laptop."""
        return f"{self.schema}.{model}"

    def version_of(self, model: str, alias: str) -> str | None:
        """The version that carries an alias, None when none does: a normal state before the first promotion."""
        with talking_to_mlflow(f"reading {model}@{alias}"):
            try:
                return str(self.client.get_model_version_by_alias(self.full_name(model), alias).version)
            except MlflowException as err:
                if not_there(err):
                    return None
                raise

    def set_alias(self, model: str, alias: str, version: str) -> None:
        """Moves an alias and reads it back."""
        with talking_to_mlflow(f"moving {model}@{alias}"):
            self.client.set_registered_model_alias(self.full_name(model), alias, version)
        found = self.version_of(model, alias)
        if found != version:
            raise AliasRaceError(
                f"{model}@{alias} is {found} right after it was set to {version}. Run again: it reconciles."
            )

    def tag(self, model: str, version: str, tags: dict[str, str]) -> None:
        """Adds tags to a version."""
        with talking_to_mlflow(f"tagging {model} version {version}"):
            for key, value in tags.items():
                self.client.set_model_version_tag(self.full_name(model), version, key, value)

    def tags_of(self, model: str, version: str) -> dict[str, str]:
        """The tags of a version."""
        with talking_to_mlflow(f"reading the tags of {model} version {version}"):
            return dict(self.client.get_model_version(self.full_name(model), version).tags)

    def mark_not_reproducible(self, model: str, version: str) -> None:
        """Tags a version; one that was deleted from the registry needs no tag."""
        with talking_to_mlflow(f"tagging {model} version {version}"):
            try:
                self.client.set_model_version_tag(self.full_name(model), version, REPRODUCIBLE, "false")
            except MlflowException as err:
                if not not_there(err):
                    raise

    def has_version(self, model: str, version: str) -> bool:
        """Whether a version is still registered."""
        with talking_to_mlflow(f"reading {model} version {version}"):
            try:
                self.client.get_model_version(self.full_name(model), version)
            except MlflowException as err:
                if not_there(err):
                    return False
                raise
        return True

    def experiment_id(self) -> str:
        """Id of the experiment, created on first use. Raises RegistryError for one in the trash."""
        with talking_to_mlflow(f"opening experiment {self.experiment}"):
            found = self.client.get_experiment_by_name(self.experiment)
            if found:
                return _usable(found)
            try:
                return str(self.client.create_experiment(self.experiment))
            except MlflowException:  # a run of another model may have made it in the meantime
                found = self.client.get_experiment_by_name(self.experiment)
                if not found:
                    raise
                return _usable(found)

    def find_version(self, model: str, retrain_key: str) -> tuple[str, str] | None:
        """(run id, version) that an earlier attempt registered under a retrain_key, if any. A version that is still
        waiting for its files is none."""
        with talking_to_mlflow(f"looking for an earlier fit of {model}"):
            runs = self.client.search_runs([self.experiment_id()], f"tags.retrain_key = '{retrain_key}'")
            ids = {run.info.run_id for run in runs}
            if not ids:
                return None
            versions = self.client.search_model_versions(f"name='{self.full_name(model)}'")
        found = [
            (str(each.run_id), str(each.version)) for each in versions if each.run_id in ids and each.status == READY
        ]
        return min(found, key=lambda pair: int(pair[1]), default=None)

    def finish_run(self, run_id: str) -> None:
        """Ends the run of an attempt that was killed and left it running."""
        with talking_to_mlflow(f"ending run {run_id}"):
            self.client.set_terminated(run_id)

    def files(self, model: str, version: str) -> tuple[FileHash, ...]:
        """The files of a version as the registry serves them."""
        with tempfile.TemporaryDirectory() as folder:
            return hashes_of_files(self._download(model, version, folder))

    def digest(self, model: str, version: str) -> str:
        """Digest of a version's files as the registry serves them."""
        return digest_of_files(self.files(model, version))

    def load(self, model: str, version: str, digest: str, registered: Sequence[FileHash] = ()) -> Any:
        """The fitted estimator of a version, from files that were checked before they are unpickled."""
        with self.checked_files(model, version, digest, registered) as files:
            model = load_files(files, self.spark_place)
            return model.estimator if isinstance(model, ServedModel) else model

    @contextmanager
    def checked_files(
        self, model: str, version: str, digest: str, registered: Sequence[FileHash] = ()
    ) -> Iterator[Path]:
        """A folder with a version's files. Raises TamperedModelError when a file differs from what is registered: the
        digest decides, the hashes of the single files say which one it is."""
        with tempfile.TemporaryDirectory() as folder:
            files = self._download(model, version, folder)
            found = hashes_of_files(files)
            if digest_of_files(found) != digest:
                which = changed_files(registered, found) if registered else "which file it is was not recorded"
                raise TamperedModelError(
                    f"{model} version {version}: its files have digest {digest_of_files(found)[:12]}, registered as "
                    f"{digest[:12]} ({which}). Nothing was loaded and no alias moved. Find out who changed the "
                    f"artifact, and put it back. If this is the champion, the job rollback leads to another version."
                )
            yield files

    def remove_model(self, model: str) -> None:
        """Deletes a model and its versions, if there is one; used by the preflight probe alone."""
        with talking_to_mlflow(f"removing {model}"):
            try:
                self.client.delete_registered_model(self.full_name(model))
            except MlflowException as err:
                if not not_there(err):
                    raise

    def _download(self, model: str, version: str, folder: str) -> Path:
        with talking_to_mlflow(f"downloading {model} version {version}"):
            uri = f"models:/{self.full_name(model)}/{version}"
            files = Path(mlflow.artifacts.download_artifacts(artifact_uri=uri, dst_path=folder))

        (files / _WRITTEN_ON_DOWNLOAD).unlink(missing_ok=True)
        return files


def _usable(experiment: Experiment) -> str:
    """Its id. Raises RegistryError where it was deleted: MLflow keeps the name taken until the trash is emptied."""
    if experiment.lifecycle_stage == LifecycleStage.ACTIVE:
        return str(experiment.experiment_id)
    number = experiment.experiment_id
    raise RegistryError(
        f"Experiment {experiment.name} (id {number}) was deleted and is in the trash, so no run can be logged. Restore "
        f"it: mlflow.MlflowClient().restore_experiment({str(number)!r}), or set the parameter `experiment` to another "
        f"path."
    )


def load_files(files: Path, place: SparkPlace | None = None) -> Any:
    """The model of a version's files, which must have been checked: unpickling runs what they say."""
    if is_spark_version(files):
        return load_spark_version(files, place)
    return mlflow.sklearn.load_model(str(files))


def not_there(err: MlflowException) -> bool:
    """Whether MLflow says that something does not exist."""
    return bool(err.error_code in _NOT_THERE)


@contextmanager
def talking_to_mlflow(doing: str) -> Iterator[None]:
    """Turns a failed conversation with MLflow into one sentence; an answer such as "not there" passes through. MLflow's
    client asks again for minutes before it gives up, and logs nothing meanwhile: a long wait is logged here."""
    waiting = threading.Timer(_PATIENCE_SECONDS, _log.warning, [_WAITING, doing, mlflow.get_tracking_uri()])
    waiting.daemon = True
    waiting.start()
    try:
        yield
    except RegistryError:
        raise
    except (MlflowException, OSError) as err:  # an artifact that cannot be stored or fetched is an OSError
        raise RegistryError(_explain(doing, err)) from err
    finally:
        waiting.cancel()


_WAITING = (
    "%s: MLflow at %s has not answered for a while. It is asked again, for some minutes at most. Then the run stops, "
    "and can be started again."
)


def _explain(doing: str, err: Exception) -> str:
    first_line = (str(err).splitlines() or [type(err).__name__])[0][:300]
    why = "it does not answer" if _GAVE_UP in first_line else first_line
    return (
        f"{doing}: MLflow at {mlflow.get_tracking_uri()} failed ({why}). No alias was moved. "
        f"Check that the server is reachable and this principal has its rights, then run again."
    )


def open_registry(schema: str, experiment: str, place: SparkPlace | None = None) -> Registry:
    """The registry that this environment is configured for (Unity Catalog on Databricks, the local server on a
    laptop)."""
    return Registry(MlflowClient(), schema, experiment, place)
