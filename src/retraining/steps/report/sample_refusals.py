"""Masked rows behind every reason of a batch, with the columns that matter to it."""

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
    """Samples in the order of how often a reason was met; none where no row was refused."""
    if batch is None or not batch.refusals:
        return ()

    stored = {name.lower(): name for name in stored_columns(context.tables, batch.source) or {}}
    columns = {each.rule: _columns_of(context.spec, each.rule, stored) for each in batch.refusals}
    every = list(dict.fromkeys(name for names in columns.values() for name in names))
    rows = sample_quarantined(context.tables, batch.source, batch.batch_seq, every)
    often = sorted(batch.refusals, key=lambda each: (-each.rows, each.rule))

    return tuple(
        Sample(
            each.rule,
            columns[each.rule],
            tuple(tuple(row[name] or NOTHING for name in columns[each.rule]) for row in rows.get(each.rule, [])),
        )
        for each in often
    )


def _columns_of(spec: ModelSpec, reason: str, stored: dict[str, str]) -> tuple[str, ...]:
    """The keys, the ledger, and what the reason looks at; of a line that could not be read, its text."""
    if reason == MALFORMED:
        return (MALFORMED_LINE,)
    rule = next((rule for rule in spec.quality.rules if rule.title == reason), None)
    looked_at: Sequence[str] = rule.columns_read if rule else ()
    if reason == LABEL_MISSING:
        looked_at = (spec.columns.label,)
    named = [*spec.source.keys, spec.source.ledger_column, *looked_at]
    return tuple(dict.fromkeys(stored[name.lower()] for name in named if name.lower() in stored))
