"""Prove every right the loop needs before it is needed, and say which GRANT is missing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd
from pyspark.sql import functions as F

from retraining.adapters.registry.log_version import TrainingData
from retraining.adapters.registry.probe import probe_model
from retraining.adapters.registry.registry import Registry
from retraining.adapters.sources.files import Landing, list_files
from retraining.adapters.tables.probe import probe_table
from retraining.adapters.tables.tables import Tables
from retraining.errors import RetrainingError
from retraining.records.run import Run
from retraining.spec.identifiers import qualified
from retraining.spec.labels_spec import labels_spec
from retraining.spec.model_spec import ModelSpec
from retraining.spec.row_rules import ForeignKey
from retraining.steps.ingest.open_source import labels_table
from retraining.steps.training.fit_version import RECIPES
from retraining.strategies.estimators import constant_predictor

_Attempt = tuple[str, Callable[[], object], str]
"""What is tried, the try, and what makes it work."""


@dataclass(frozen=True)
class Probe:
    """One thing the loop does, tried once. problem is None when it worked; grant is what makes it work."""

    what: str
    problem: str | None
    grant: str


@dataclass(frozen=True)
class PreflightReport:
    """All probes of one principal."""

    principal: str
    probes: tuple[Probe, ...]

    @property
    def missing(self) -> tuple[Probe, ...]:
        """The probes that failed."""
        return tuple(probe for probe in self.probes if probe.problem)

    @property
    def summary(self) -> str:
        """One line a probe, then the missing GRANT statements."""
        lines = [f"{'missing' if probe.problem else 'ok':8}{probe.what}" for probe in self.probes]
        cures = [f"  {probe.problem}\n  {probe.grant}" for probe in self.missing]
        verdict = ["Missing, with the cure:", *cures] if cures else ["Every right the loop needs is there."]
        return "\n".join([f"Running as {self.principal}", *lines, *verdict])

    def raise_if_missing(self) -> None:
        """Raises RetrainingError when a probe failed, so that the job fails."""
        if self.missing:
            raise RetrainingError(
                f"preflight: {len(self.missing)} of {len(self.probes)} probes failed; the GRANTs are listed above."
            )


def preflight(
    spec: ModelSpec, source_table: str, tables: Tables, registry: Registry, run: Run, landing: Landing | None = None
) -> PreflightReport:
    """Try each thing once, in objects named `preflight_probe` that are removed again."""
    principal = str(tables.spark.sql("SELECT current_user()").collect()[0][0])
    schema, to = f"`{tables.catalog}`.`{tables.schema}`", f"TO `{principal}`"
    data = TrainingData(source_table, 0, 0, "preflight")
    example = pd.DataFrame({"feature": [0.0, 1.0]})
    attempts: list[_Attempt] = [
        *_reads(spec, source_table, tables, to),
        (
            "create, write and read a table",
            lambda: probe_table(tables, run.attempt_id),
            f"GRANT USE SCHEMA, CREATE TABLE, SELECT, MODIFY ON SCHEMA {schema} {to};",
        ),
        (
            f"open the experiment {registry.experiment}",
            registry.experiment_id,
            f"Give `{principal}` CAN_EDIT on the experiment {registry.experiment}.",
        ),
        (
            "register a model, load it and move an alias",
            lambda: probe_model(registry, constant_predictor(example), example, data, RECIPES, run.attempt_id),
            f"GRANT CREATE MODEL, EXECUTE ON SCHEMA {schema} {to};",
        ),
    ]
    if landing is not None and landing.volume is not None:
        create = f"CREATE VOLUME IF NOT EXISTS {landing.volume}"
        cure = f"GRANT CREATE VOLUME ON SCHEMA {schema} {to};"
        attempts.append((f"create {landing.volume}", lambda: tables.spark.sql(create), cure))
    return PreflightReport(principal, tuple(_try(*attempt) for attempt in attempts))


def _reads(spec: ModelSpec, source_table: str, tables: Tables, to: str) -> list[_Attempt]:
    """Everything of others that ingestion reads: the source, its labels, and the tables that rules refer to."""
    attempts = [_read(spec, source_table, "source", tables, to)]
    of_labels = labels_spec(spec)
    if of_labels is not None:
        attempts.append(_read(of_labels, labels_table(of_labels, tables), "table of labels", tables, to))
    for rule in spec.quality.rules:
        if isinstance(rule, ForeignKey):
            table = qualified(tables.catalog, tables.schema, rule.table)
            what = f"read {table}, for the rule {rule.title}"
            attempts.append((what, partial(_first_row, tables, table), _grant_select(table, to)))
    return attempts


def _read(spec: ModelSpec, table: str, role: str, tables: Tables, to: str) -> _Attempt:
    what = f"read {spec.source.path or table}, the {role} of {spec.model}"
    return what, lambda: _first_of(spec, table, tables), _grant_on_source(spec, table, to)


def _first_of(spec: ModelSpec, source_table: str, tables: Tables) -> object:
    """What reading the source takes: of files their names, since the table they land in is made later."""
    if spec.source.path is not None:
        return list_files(tables.spark, spec.source.path).limit(1).collect()
    return _first_row(tables, source_table)


def _first_row(tables: Tables, table: str) -> object:
    return tables.spark.table(table).select(F.lit(1)).limit(1).collect()


def _grant_select(table: str, to: str) -> str:
    return f"GRANT SELECT ON TABLE {table} {to};"


def _grant_on_source(spec: ModelSpec, source_table: str, to: str) -> str:
    if spec.source.path is None:
        return _grant_select(source_table, to)
    parts = spec.source.path.split("/")[2:5]
    return f"GRANT READ VOLUME ON VOLUME {'.'.join(f'`{part}`' for part in parts)} {to};"


def _try(what: str, attempt: Callable[[], object], grant: str) -> Probe:
    """A probe's failure is its result, whatever the failure."""
    try:
        attempt()
    except Exception as err:
        return Probe(what, f"{type(err).__name__}: {str(err).splitlines()[0][:300]}", grant)
    return Probe(what, None, grant)
