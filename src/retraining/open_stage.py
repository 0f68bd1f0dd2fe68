"""The composition root: the only reader of clock and environment. Builds what the stage of a notebook needs."""

import logging
import os
import secrets
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pyspark import cloudpickle
from pyspark.sql import SparkSession

from retraining.adapters.jobs.started_by import started_by
from retraining.adapters.notebook import publish_values, read_context, read_secret, read_widgets
from retraining.adapters.registry.registry import open_registry
from retraining.adapters.registry.session import stop_autologging
from retraining.adapters.sources.files import Landing
from retraining.adapters.tables.store_error import storing_errors
from retraining.adapters.tables.tables import Tables, open_tables
from retraining.context import Context
from retraining.errors import ParameterError, SpecError
from retraining.records.run import BY_HAND, Run
from retraining.spec.csv_section import CsvSection
from retraining.spec.identifiers import check_part, qualified, quoted
from retraining.spec.model_spec import ModelSpec
from retraining.spec.read_spec import available_models, read_spec

Spec = TypeVar("Spec")

RUN_WIDGETS = {"as_of": "", "run_id": "", "code_version": "", "catalog": "", "schema": ""}
"""Widgets that say which run it is, and where its tables are."""

WIDGETS = {"model": "flights_air_time", **RUN_WIDGETS, "experiment": ""}
"""Widgets of every stage, with the defaults of a run by hand. In a job its parameters win."""

_MLFLOW_RETRIES = "5"
"""A server that refuses is asked again for about a minute. MLflow's own 7 take four minutes, at each of its calls."""

_CHECKPOINTS = "checkpoints"
"""Volume, or folder of the schema, that records which files have landed."""

SPECS = Path(__file__).parents[2] / "specs"
"""The folder that is deployed with the code."""


@dataclass(frozen=True)
class Stage:
    """Everything a stage is given, and the way to publish what later tasks need."""

    context: Context
    parameters: Mapping[str, str]
    _dbutils: Any
    _specs: Path

    @property
    def specs_of_source(self) -> list[ModelSpec]:
        """The specs of all models that share the source, this one first."""
        spec = self.context.spec
        other_specs = [read_spec(self._specs, name) for name in available_models(self._specs) if name != spec.model]
        return [spec, *(each for each in other_specs if each.source_name == spec.source_name)]

    @property
    def source_table(self) -> str:
        """Quoted name of the source table; a one-part name is in the bundle's own schema, a two-part one in its
        catalog. Files are read from the table they land in."""
        spec = self.context.spec
        tables = self.context.tables
        if spec.source.table is None:
            return tables.name(_landing_name(spec))
        return qualified(tables.catalog, tables.schema, spec.source.table)

    @property
    def landing(self) -> Landing | None:
        """Where files come from and land; None where the source is a table."""
        source = self.context.spec.source
        if source.path is None or source.format is None:
            return None
        tables = self.context.tables
        catalog = tables.catalog
        schema = tables.schema

        volume = quoted(catalog, schema, _CHECKPOINTS) if "DATABRICKS_RUNTIME_VERSION" in os.environ else None
        # A managed table's own folder is closed on Databricks; elsewhere the schema's folder is the place beside it.
        folder = (
            f"/Volumes/{catalog}/{schema}/{_CHECKPOINTS}"
            if volume
            else f"{tables.spark.catalog.getDatabase(quoted(catalog, schema)).locationUri}/_{_CHECKPOINTS}"
        )
        name = _landing_name(self.context.spec)
        csv = source.csv or CsvSection()
        return Landing(
            _on_this_machine(source.path), source.format, source.file_schema, name, f"{folder}/{name}", volume, csv
        )

    def parameter(self, name: str) -> str | None:
        """A widget's value, None when it is empty."""
        return self.parameters[name] or None

    def table(self, name: str) -> str | None:
        """Quoted name of the table that a widget names, as the source's is; None when the widget is empty. Raises
        ParameterError for anything but a plain name."""
        table = self.parameter(name)
        tables = self.context.tables
        return None if table is None else qualified(tables.catalog, tables.schema, table)

    def switch(self, name: str) -> bool:
        """A widget that is true or false. Raises ParameterError for anything else."""
        return read_switch(name, self.parameters[name])

    def storing_errors(self, stage: str) -> AbstractContextManager[None]:
        """Around a stage and what reads its request: an error that stops the task is stored, so that the run's page can
        say what it was."""
        context = self.context
        return storing_errors(context.tables, context.model, stage, context.run)

    def publish(self, **values: object) -> None:
        """Publishes task values for the tasks behind this one."""
        publish_values(self._dbutils, values)


def open_stage(
    spark: SparkSession, dbutils: Any, widgets: Mapping[str, str] | None = None, specs: Path = SPECS
) -> Stage:
    """The stage of a notebook. widgets names those it has beside WIDGETS, with their defaults.

    Raises ParameterError or SpecError, in one sentence with the cure, before anything is read or written.
    """
    parameters = read_widgets(dbutils, {**WIDGETS, **(widgets or {})})
    context = open_context(spark, dbutils, parameters, read_spec(specs, parameters["model"]))
    return Stage(context, parameters, dbutils, specs)


def open_context(spark: SparkSession, dbutils: Any, parameters: Mapping[str, str], spec: ModelSpec) -> Context:
    """What the stages of a model are given, from the widgets. Raises ParameterError as open_stage does."""
    logging.getLogger("retraining").setLevel(logging.INFO)
    _travel_by_value()
    run = new_run(parameters, spark, dbutils)

    if not parameters["experiment"]:
        raise ParameterError(
            "The widget `experiment` is empty. Set it to the path of an MLflow experiment, for example "
            "/Shared/retraining."
        )

    tables = open_tables(spark, parameters["catalog"], parameters["schema"])
    schema = ".".join(check_part(parameters[name], name) for name in ("catalog", "schema"))
    stop_autologging()
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", _MLFLOW_RETRIES)
    registry = open_registry(schema, parameters["experiment"])
    return Context(spec, tables, registry, run, partial(read_secret, dbutils))


def read_switch(name: str, text: str) -> bool:
    """A widget that is true or false. Raises ParameterError for anything else."""
    if text.lower() not in ("true", "false"):
        raise ParameterError(f"{name} {text!r}: expected true or false.")
    return text.lower() == "true"


def _on_this_machine(path: str) -> str:
    """A volume's folder, where it is. Outside a workspace, VOLUMES_ROOT names the folder that stands for
    `/Volumes`."""
    root = os.environ.get("VOLUMES_ROOT")
    if root is None or not path.startswith("/Volumes/"):
        return path
    there = f"{root}{path.removeprefix('/Volumes')}"
    return there if Path(there).is_dir() else path


def _landing_name(spec: ModelSpec) -> str:
    return f"{spec.source_name}_landing"


def new_salt() -> str:
    """64 random hex digits."""
    return secrets.token_hex(32)


def list_models(specs: Path = SPECS) -> list[str]:
    """Names of all models that have a spec. Raises ParameterError without any, since a job would do nothing."""
    models = available_models(specs)
    if not models:
        raise ParameterError(f"{specs} holds no spec. Add specs/<model>.yml, and deploy the folder with the bundle.")
    return models


@dataclass(frozen=True)
class Schedule:
    """All models, and what says whose turn it is. A model whose spec cannot be read has None."""

    tables: Tables
    specs: Mapping[str, ModelSpec | None]
    now: datetime
    due_only: bool
    """Whether only those are listed whose turn it is."""


def open_schedule(spark: SparkSession, dbutils: Any, specs: Path = SPECS) -> Schedule:
    """What the list of due models is made from. Raises ParameterError without any spec."""
    widgets = {**{name: WIDGETS[name] for name in ("catalog", "schema", "as_of")}, "due_only": "false"}
    parameters = read_widgets(dbutils, widgets)
    tables = open_tables(spark, parameters["catalog"], parameters["schema"])
    now = _as_of(parameters["as_of"]) or datetime.now(UTC)
    named = {name: read_or_none(read_spec, specs, name) for name in list_models(specs)}
    return Schedule(tables, named, now, read_switch("due_only", parameters["due_only"]))


def read_or_none(read: Callable[[Path, str], Spec], specs: Path, name: str) -> Spec | None:
    """What a reader makes of the file of a name; None where it cannot be read: the file's own run says what is wrong
    with it."""
    try:
        return read(specs, name)
    except SpecError:
        return None


def new_run(parameters: Mapping[str, str], spark: SparkSession, dbutils: Any) -> Run:
    """Identity and clock of this task, from the widgets run_id, code_version and as_of."""
    started = datetime.now(UTC)
    attempt = uuid.uuid4().hex
    run_id = parameters["run_id"] or f"{BY_HAND}{attempt[:12]}"
    in_workspace = "DATABRICKS_RUNTIME_VERSION" in os.environ
    return Run(
        run_id=run_id,
        attempt_id=attempt,
        code_version=parameters["code_version"] or "unknown",
        as_of=_as_of(parameters["as_of"]) or started,
        started_at=started,
        stopwatch=time.perf_counter,
        in_workspace=in_workspace,
        started_by=lambda: started_by(spark, read_context(dbutils), run_id, in_workspace),
    )


def _as_of(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as err:
        raise ParameterError(
            f"as_of {text!r} is not a date or time. Write 2013-02-01 or 2013-02-01T06:00:00+00:00."
        ) from err


def _travel_by_value() -> None:
    """Functions and recipe classes sent to workers are pickled whole: `src` is not on the path there."""
    import recipes
    import retraining
    import served_model

    for package in (recipes, retraining, served_model):
        cloudpickle.register_pickle_by_value(package)
