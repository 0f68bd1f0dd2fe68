"""The local workspace from Python: open it, run jobs, look at their tables.

with LocalWorkspace.open(Path("."), Path(".local"), target="dev") as workspace:
    result = workspace.run("retraining", {"model": "diabetes"})
    assert result.state == "SUCCESS", result.tasks["ingest"].error
    workspace.spark.table(f"{workspace.names['schemas.retraining_schema.name']}.watermarks").show()
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import SparkSession

from local_workspace.bundle.bundle import Bundle, read_bundle, resource_names, schemas
from local_workspace.bundle.table_names import bundle_schema
from local_workspace.engines.mlflow_server import MlflowServer, launch_mlflow_server
from local_workspace.engines.spark_session import start_spark, stop_spark
from local_workspace.engines.table_logs import check_table_logs
from local_workspace.run.checked_jobs import checked_jobs
from local_workspace.run.progress import NoProgress, Progress
from local_workspace.run.results import RunResult
from local_workspace.run.runner import RunContext, run_job
from local_workspace.run.state_folder import state_folder_lock

VOLUMES = "VOLUMES_ROOT"
"""Environment variable: the folder that stands for `/Volumes`."""


@dataclass(frozen=True)
class LocalWorkspace:
    """An open workspace: a bundle, a Spark session, an MLflow server and a state folder that no other process uses.

    names: the names of the bundle's resources, by what `${resources....}` calls them.
    """

    bundle: Bundle
    state: Path
    spark: SparkSession
    mlflow_uri: str
    names: Mapping[str, str]
    server: MlflowServer

    @property
    def lost_server(self) -> str | None:
        """What to do where the MLflow server does not answer any more, which is then why tasks failed; None where it
        does."""
        if self.server.answers:
            return None
        return (
            f"The MLflow server at {self.mlflow_uri} does not answer any more. Its log is {self.server.log}. Run the "
            f"same command again: it starts another server, and goes on from what is stored."
        )

    @classmethod
    @contextmanager
    def open(
        cls, root: Path, state: Path, target: str | None = None, variables: Mapping[str, str] | None = None
    ) -> Iterator[LocalWorkspace]:
        """Start what a run needs, create the bundle's schemas, and stop everything at the end.

        A Spark session that already runs in this process is used, with its tables, and left running.
        """
        with open_bundle(read_bundle(root, target, variables), state) as workspace:
            yield workspace

    def run(
        self,
        job: str,
        parameters: Mapping[str, str] | None = None,
        progress: Progress | None = None,
        folder: Path | None = None,
    ) -> RunResult:
        """Run a job of the bundle. The parameters override its defaults. A failed task is part of the result. folder:
        of the run, made by `new_run_folder`; None makes one."""
        jobs = checked_jobs(self.bundle, job, parameters or {})
        context = RunContext(self.spark, self.state / "runs", jobs, progress or NoProgress())
        return run_job(context, job, parameters or {}, folder=folder)


@contextmanager
def open_bundle(bundle: Bundle, state: Path) -> Iterator[LocalWorkspace]:
    """A workspace for a bundle that has been read."""
    state = state.resolve()
    names = resource_names(bundle)
    bundle_schemas = schemas(bundle)

    with (
        state_folder_lock(state),
        _volumes(state / "volumes"),
        launch_mlflow_server(state) as server,
        _session(state, bundle_schemas) as spark,
    ):
        server.wait_until_ready()
        yield LocalWorkspace(bundle, state, spark, server.uri, names, server)


@contextmanager
def open_spark(bundle: Bundle, state: Path) -> Iterator[SparkSession]:
    """Only Spark, for commands that need tables and no models. Names without a schema mean the bundle's."""
    state = state.resolve()
    catalog, schema = bundle_schema(bundle)
    with state_folder_lock(state), _session(state, schemas(bundle)) as spark:
        before = spark.catalog.currentDatabase()
        spark.sql(f"use {_quoted(catalog)}.{_quoted(schema)}")
        try:
            yield spark
        finally:
            with suppress(Exception):  # Ctrl-C may have ended Java already.
                spark.catalog.setCurrentDatabase(before)


@contextmanager
def _volumes(folder: Path) -> Iterator[None]:
    """Notebooks find the files of volumes there: those that were handed in over HTTP."""
    before = os.environ.get(VOLUMES)
    os.environ[VOLUMES] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[VOLUMES]
        else:
            os.environ[VOLUMES] = before


@contextmanager
def _session(state: Path, bundle_schemas: Sequence[tuple[str, str]]) -> Iterator[SparkSession]:
    """The session of this process, or a new one that ends here; the schemas exist."""
    check_table_logs(state / "warehouse")
    borrowed = SparkSession.getActiveSession()
    spark = borrowed or start_spark(state)
    try:
        for catalog, schema in bundle_schemas:
            spark.sql(f"create schema if not exists {_quoted(catalog)}.{_quoted(schema)}")
        yield spark
    finally:
        if borrowed is None:
            with suppress(Exception):
                stop_spark(spark)


def _quoted(name: str) -> str:
    return f"`{name.replace('`', '``')}`"
