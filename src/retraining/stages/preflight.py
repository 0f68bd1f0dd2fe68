"""Prove every right the loop needs before it is needed, and say which GRANT is missing."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pandas as pd
from pyspark.sql import functions as F

from retraining.adapters.registry.log_version import TrainingData
from retraining.adapters.registry.probe import probe_model
from retraining.adapters.sources.files import Landing, list_files
from retraining.adapters.tables.probe import probe_table
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.errors import RetrainingError
from retraining.spec.feed import Feed, rows_feed
from retraining.spec.identifiers import qualified
from retraining.spec.row_rules import ForeignKey
from retraining.steps.ingest.pin_source import labels_table
from retraining.steps.training.fit_version import TRAVELLING_CODE
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
                f"preflight: {len(self.missing)} of {len(self.probes)} probes failed. The list above has each cure."
            )


def preflight(context: Context, source_table: str, landing: Landing | None = None) -> PreflightReport:
    """Try each thing once, in objects named `preflight_probe` that are removed again."""
    tables = context.tables
    principal = str(tables.spark.sql("SELECT current_user()").collect()[0][0])
    grantee = f"TO `{principal}`"
    attempts = [
        *_reads(context, source_table, grantee),
        *_writes(context, source_table, principal),
        *_secrets(context, principal),
    ]

    if landing is not None and landing.volume is not None:
        create = f"CREATE VOLUME IF NOT EXISTS {landing.volume}"
        cure = f"GRANT CREATE VOLUME ON SCHEMA {_schema(tables)} {grantee};"
        attempts.append((f"create {landing.volume}", lambda: tables.spark.sql(create), cure))
    return PreflightReport(principal, tuple(_try(*attempt) for attempt in attempts))


def _writes(context: Context, source_table: str, principal: str) -> list[_Attempt]:
    """A table, the experiment and a registered model."""
    tables = context.tables
    registry = context.registry
    attempt_id = context.run.attempt_id
    schema = _schema(tables)
    data = TrainingData(source_table, 0, 0, "preflight")
    example = pd.DataFrame({"feature": [0.0, 1.0]})

    return [
        (
            "create, write and read a table",
            lambda: probe_table(tables, attempt_id),
            f"GRANT USE SCHEMA, CREATE TABLE, SELECT, MODIFY ON SCHEMA {schema} TO `{principal}`;",
        ),
        (
            f"open the experiment {registry.experiment}",
            registry.experiment_id,
            f"Give `{principal}` CAN_EDIT on the experiment {registry.experiment}.",
        ),
        (
            "register a model, read its files and move an alias",
            lambda: probe_model(registry, constant_predictor(example), example, data, TRAVELLING_CODE),
            f"GRANT CREATE MODEL, EXECUTE ON SCHEMA {schema} TO `{principal}`;",
        ),
    ]


def _reads(context: Context, source_table: str, grantee: str) -> list[_Attempt]:
    """Everything of others that ingestion reads: the source, its labels, and the tables that rules refer to."""
    tables = context.tables
    feed = rows_feed(context.spec)
    attempts = [_read(feed, source_table, "source", tables, grantee)]
    if feed.labels is not None:
        attempts.append(_read(feed.labels, labels_table(feed.labels, tables), "table of labels", tables, grantee))

    for rule in feed.quality.rules:
        if isinstance(rule, ForeignKey):
            table = qualified(tables.catalog, tables.schema, rule.table)
            what = f"read {table}, for the rule {rule.title}"
            attempts.append((what, partial(_first_row, tables, table), _grant_select(table, grantee)))
    return attempts


def _secrets(context: Context, principal: str) -> list[_Attempt]:
    """The addresses of webhooks that a secret scope keeps. Nothing is sent."""
    spec = context.spec
    secrets = [(each.name, *each.secret) for each in (*spec.alerts.webhooks, *spec.gate.consumers) if each.secret]
    return [
        (
            f"read the secret {key} of scope {scope}, the address of {name}",
            partial(context.read_secret, scope, key),
            f"Put the address there: databricks secrets put-secret {scope} {key}; and give access: "
            f"databricks secrets put-acl {scope} {principal} READ",
        )
        for name, scope, key in secrets
    ]


def _read(feed: Feed, table: str, role: str, tables: Tables, grantee: str) -> _Attempt:
    what = f"read {feed.source.path or table}, the {role} of {feed.model}"
    return what, lambda: _first_of(feed, table, tables), _grant_on_source(feed, table, grantee)


def _first_of(feed: Feed, table: str, tables: Tables) -> object:
    """What reading the source takes: of files their names, since the table they land in is made later."""
    if feed.source.path is not None:
        return list_files(tables.spark, feed.source.path).limit(1).collect()
    return _first_row(tables, table)


def _first_row(tables: Tables, table: str) -> object:
    return tables.spark.table(table).select(F.lit(1)).limit(1).collect()


def _schema(tables: Tables) -> str:
    return f"`{tables.catalog}`.`{tables.schema}`"


def _grant_select(table: str, grantee: str) -> str:
    return f"GRANT SELECT ON TABLE {table} {grantee};"


def _grant_on_source(feed: Feed, table: str, grantee: str) -> str:
    if feed.source.path is None:
        return _grant_select(table, grantee)
    parts = feed.source.path.split("/")[2:5]
    return f"GRANT READ VOLUME ON VOLUME {'.'.join(f'`{part}`' for part in parts)} {grantee};"


def _try(what: str, attempt: Callable[[], object], grant: str) -> Probe:
    """A probe's failure is its result, whatever the failure."""
    try:
        attempt()
    except Exception as err:
        return Probe(what, f"{type(err).__name__}: {str(err).splitlines()[0][:300]}", grant)
    return Probe(what, None, grant)
