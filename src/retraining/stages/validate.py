"""Say what a run of a model would do, from its spec and its source, without writing anything."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace

from pyspark.sql import DataFrame

from retraining.adapters.sources.files import Landing
from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import read_batches
from retraining.adapters.tables.ledgers_of_model import read_rows
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.errors import RetrainingError, SourceError, SpecError
from retraining.forecasting.plan_of_spec import wrong_models
from retraining.kinds.find_kind import kind_of
from retraining.kinds.kind import Learns
from retraining.records.promotion import Promotion
from retraining.records.validation import Finding
from retraining.records.version import Manifest
from retraining.rules.champion.alias_state import newest_move
from retraining.rules.ingest.contract import Contract
from retraining.rules.ingest.row_rules import why_not_asked
from retraining.rules.validation.expect_run import expect_run
from retraining.rules.validation.judge_columns import judge_columns, judge_labels, missing_columns
from retraining.rules.validation.judge_signature import judge_signature
from retraining.spec.feed import Feed, rows_feed
from retraining.spec.model_spec import ModelSpec
from retraining.steps.ingest.pin_source import labels_table
from retraining.steps.ingest.plan_batch import valid_until
from retraining.steps.validation.measure_source import measure_source
from retraining.steps.validation.read_rows import read_source_rows, with_labels
from retraining.strategies.check_recipe import wrong_recipe


@dataclass(frozen=True)
class ValidateReport:
    """What a run would meet."""

    model: str
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What would keep a run from working, or a model from ever being trained."""
        return tuple(each for each in self.findings if each.level == "error")

    @property
    def summary(self) -> str:
        """One line for each finding."""
        return "\n".join(f"{each.level:9}{each.text}" for each in self.findings)

    @property
    def as_json(self) -> str:
        """The findings for programs: a list of level and text."""
        return json.dumps([asdict(each) for each in self.findings])

    def raise_if_wrong(self) -> None:
        """Raises RetrainingError when there is an error, so that the job fails."""
        if self.errors:
            count = len(self.errors)
            what = "1 error" if count == 1 else f"{count} errors"
            raise RetrainingError(f"validate: {self.model} has {what}; each is listed above with its cure.")


def validate(context: Context, source_table: str, landing: Landing | None = None) -> ValidateReport:
    """Everything that can be known before a run. A source that cannot be read is a finding, not an exception."""
    spec = context.spec
    wrong = _WRONG[kind_of(spec).learns](spec)
    findings = [Finding("error", f"`{key}`: {why}") for key, why in wrong]
    findings += _findings_of_champion(context)
    try:
        findings += _findings_of_source(context, rows_feed(spec), source_table, landing)
    except (SourceError, SpecError) as err:
        findings.append(Finding("error", str(err)))
    return ValidateReport(spec.model, tuple(findings))


_WRONG: Mapping[Learns, Callable[[ModelSpec], list[tuple[str, str]]]] = {"rows": wrong_recipe, "series": wrong_models}
"""What keeps a model from being built, by what its kind learns."""


def _findings_of_champion(context: Context) -> list[Finding]:
    move = newest_move(read_rows(context.tables, Promotion, context.model))
    manifests = read_rows(context.tables, Manifest, context.model)
    live = [row for row in manifests if move and row.state == "REGISTERED" and row.version == move.version]
    return judge_signature(context.spec, live[-1]) if live else []


def _findings_of_source(context: Context, feed: Feed, table: str, landing: Landing | None) -> list[Finding]:
    """Columns first: rows are counted only where the columns fit."""
    tables = context.tables
    rows = read_source_rows(context, feed, table, landing)
    of_labels: list[Finding] = []
    if feed.labels is not None:
        label_rows = read_source_rows(context, feed.labels, labels_table(feed.labels, tables), None)
        contract_of_labels, of_labels = _judge(tables, feed.labels, label_rows)
        if contract_of_labels is not None:
            of_labels += judge_labels(feed, _types(rows), _types(label_rows))
        # The label is not a column of the rows: a key takes its place, which is looked for anyway.
        missing = missing_columns(replace(feed, label=feed.source.keys[0]), _types(rows))
        if missing or any(each.level == "error" for each in of_labels):
            return [*of_labels, *missing]
        rows = with_labels(feed, rows, feed.labels, label_rows)

    contract, of_columns = _judge(tables, feed, rows)
    if contract is None:
        return [*of_labels, *of_columns]

    of_rules = _findings_of_rules(feed, rows)
    ledger = contract.ledger
    closed = [batch for batch in read_batches(tables, feed.name) if batch.state != "PLANNED"]
    watermark = ledger.from_text(closed[-1].watermark_after) if closed else None
    facts = measure_source(context.spec, rows, ledger, valid_until(ledger, context.run), watermark)
    return [*of_labels, *of_columns, *of_rules, *expect_run(context.spec, ledger, facts, closed)]


def _findings_of_rules(feed: Feed, rows: DataFrame) -> list[Finding]:
    """Conditions that cannot be asked of these columns."""
    asked = {rule.title: why_not_asked(rule, rows.schema) for rule in feed.quality.rules}
    return [
        Finding("error", f"Rule {title}: its condition {why}. Correct quality.rules in {feed.source_file}.")
        for title, why in asked.items()
        if why is not None
    ]


def _judge(tables: Tables, feed: Feed, rows: DataFrame) -> tuple[Contract | None, list[Finding]]:
    return judge_columns(feed, _types(rows), observations.stored_columns(tables, feed.name))


def _types(rows: DataFrame) -> dict[str, str]:
    return {each.name: each.dataType.simpleString() for each in rows.schema}
