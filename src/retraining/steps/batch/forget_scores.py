"""Scores of keys that were forgotten while their rows were scored."""

from pyspark.sql import functions as F

from retraining.adapters.tables.batch_scores import scores_of, table_of
from retraining.adapters.tables.erase import KeyedTable, delete_rows, keys_found
from retraining.adapters.tables.forgotten_keys import read_forgotten
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.steps.batch.batch_context import BatchContext


def delete_forgotten_scores(context: BatchContext, seq: int) -> None:
    """Deletes what a scoring has stored of keys that are forgotten by now. The hashes are read again, after the
    scoring's commit: a request is written before it deletes, so that one of both sees the other."""
    forgotten = read_forgotten(context.tables, context.model.spec.source_name)
    if forgotten is None:
        return
    table = KeyedTable(table_of(context.spec.batch), F.col(ROW_KEY))
    stored = scores_of(context.tables, context.spec.batch, seq)
    if not keys_found(stored, table.row_key, forgotten).isEmpty():
        delete_rows(context.tables, table, forgotten)
