"""Masked sample rows for each reason of a batch's refusals, with the columns that matter to the reason."""

from collections.abc import Sequence

from retraining.adapters.tables.observations import stored_columns
from retraining.adapters.tables.quarantine_samples import sample_quarantined
from retraining.context import Context
from retraining.records.batch import Batch
from retraining.report.page_data import Sample
from retraining.report.words import NOTHING
from retraining.rules.ingest.quality import LABEL_MISSING, MALFORMED
from retraining.spec.model_spec import ModelSpec
from retraining.spec.source_section import MALFORMED_LINE


def sample_refusals(context: Context, batch: Batch | None) -> tuple[Sample, ...]:
    """The samples, most frequent reason first; none where no row was refused."""
    if batch is None or not batch.refusals:
        return ()

    stored = {name.lower(): name for name in stored_columns(context.tables, batch.source) or {}}
    columns = {refusal.rule: _columns_of(context.spec, refusal.rule, stored) for refusal in batch.refusals}
    all_columns = list(dict.fromkeys(name for names in columns.values() for name in names))
    rows = sample_quarantined(context.tables, batch.source, batch.batch_seq, all_columns)

    return tuple(
        Sample(
            refusal.rule,
            columns[refusal.rule],
            tuple(tuple(row[name] or NOTHING for name in columns[refusal.rule]) for row in rows.get(refusal.rule, [])),
        )
        for refusal in sorted(batch.refusals, key=lambda refusal: (-refusal.rows, refusal.rule))
    )


def _columns_of(spec: ModelSpec, reason: str, stored: dict[str, str]) -> tuple[str, ...]:
    """The keys, the ledger, and the columns that the rule reads; for a line that could not be read, its text."""
    if reason == MALFORMED:
        return (MALFORMED_LINE,)
    rule = next((rule for rule in spec.quality.rules if reason in rule.reasons), None)
    read_by_rule: Sequence[str] = rule.columns_read if rule else ()
    if reason == LABEL_MISSING:
        read_by_rule = (spec.columns.label,)
    named = [*spec.source.keys, spec.source.ledger_column, *read_by_rule]
    return tuple(dict.fromkeys(stored[name.lower()] for name in named if name.lower() in stored))
