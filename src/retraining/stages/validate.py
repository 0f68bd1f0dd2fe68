"""Say what a run of a model would do, from its spec and its source, without writing anything."""

import json
from dataclasses import asdict, dataclass

from retraining.adapters.sources.files import Landing
from retraining.adapters.tables import observations
from retraining.adapters.tables.batches import read_batches
from retraining.context import Context
from retraining.errors import RetrainingError, SourceError, SpecError
from retraining.records.validation import Finding
from retraining.rules.validation.expect_run import expect_run
from retraining.rules.validation.judge_columns import judge_columns
from retraining.spec.feed import Feed, rows_feed
from retraining.steps.ingest.pin_source import labels_table
from retraining.steps.ingest.plan_batch import valid_until
from retraining.steps.validation.measure_source import measure_source
from retraining.steps.validation.read_rows import read_rows, with_labels
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
    findings = [Finding("error", f"`{key}`: {why}") for key, why in wrong_recipe(spec)]
    try:
        findings += _findings_of_source(context, rows_feed(spec), source_table, landing)
    except (SourceError, SpecError) as err:
        findings.append(Finding("error", str(err)))
    return ValidateReport(spec.model, tuple(findings))


def _findings_of_source(context: Context, feed: Feed, table: str, landing: Landing | None) -> list[Finding]:
    """Columns first: rows are counted only where the columns fit."""
    tables = context.tables
    rows = read_rows(context, feed, table, landing)
    types = {each.name: each.dataType.simpleString() for each in rows.schema}

    of_labels: list[Finding] = []
    if feed.labels is not None:
        labels_rows = read_rows(context, feed.labels, labels_table(feed.labels, tables), None)
        found = {each.name: each.dataType.simpleString() for each in labels_rows.schema}
        stored_labels = observations.stored_columns(tables, feed.labels.name)
        contract_of_labels, of_labels = judge_columns(feed.labels, found, stored_labels)
        if contract_of_labels is None:
            return of_labels
        rows = with_labels(feed, rows, feed.labels, labels_rows)
        types = {each.name: each.dataType.simpleString() for each in rows.schema}

    contract, of_columns = judge_columns(feed, types, observations.stored_columns(tables, feed.name))
    if contract is None:
        return [*of_labels, *of_columns]

    ledger = contract.ledger
    batches = read_batches(tables, feed.name)
    closed = [batch for batch in batches if batch.state != "PLANNED"]
    watermark = ledger.from_text(closed[-1].watermark_after) if closed else None
    facts = measure_source(context.spec, rows, ledger, valid_until(ledger, context.run), watermark)
    return [*of_labels, *of_columns, *expect_run(context.spec, ledger, facts, closed)]
