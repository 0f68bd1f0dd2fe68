"""Rows by which to see what a candidate has forgotten."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.observations import Selection
from retraining.context import Context
from retraining.records.version import Manifest
from retraining.rules.ingest.ledger_column import ledger_literal
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import labelled
from retraining.steps.dataset.model_history import ModelHistory
from retraining.steps.gate.evaluate_on_holdout import block_column, learned_keys
from retraining.steps.performance.sum_on_workers import BLOCK


def first_period(
    context: Context,
    source: IngestedSource,
    candidate: Manifest,
    champion: Manifest | None,
    history: ModelHistory,
) -> DataFrame | None:
    """Labelled rows as old as those of the model's first fit that neither version learned, with their block. None
    where the candidate learned that whole period."""
    first_fit = min(history.registered, key=lambda row: row.seq)
    ledger = source.ledger
    start = ledger.from_text(first_fit.train_from)
    newest = ledger.from_text(first_fit.trained_until)
    since = ledger.from_text(candidate.train_from) if candidate.action == "refit" else None
    learned_all = context.spec.gate.holdout == "newest" and (since is None or (start is not None and since <= start))
    if champion is None or newest is None or learned_all:
        return None

    current = source.current_rows(Selection(since=start), candidate.batch_seq)
    in_period = F.col(f"`{ledger.column}`") <= ledger_literal(ledger, newest)
    rows = labelled(context.spec, current).where(in_period)
    for version in (candidate, champion):
        rows = rows.join(learned_keys(context, source, version, rows), ROW_KEY, "left_anti")
    return rows.withColumn(BLOCK, block_column(context.spec, ledger))
