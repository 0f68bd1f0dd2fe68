"""A batch that was read while keys were being forgotten keeps none of their rows."""

import logging

from pyspark.sql import functions as F

from retraining.adapters.tables import observations
from retraining.adapters.tables.erase import KeyedTable, delete_rows, keys_found
from retraining.adapters.tables.forgotten_keys import read_forgotten
from retraining.adapters.tables.observations import BATCH_SEQ
from retraining.adapters.tables.tables import Tables
from retraining.rules.ingest.row_identity import ROW_KEY

_log = logging.getLogger(__name__)


def delete_forgotten(tables: Tables, keys_of: str, source: str, batch_seq: int) -> None:
    """Deletes what a batch has stored of keys that are forgotten by now.

    The hashes are read anew, after the batch's commit: a request is written before it deletes, so that either it sees
    the batch's rows, or the batch sees the request. keys_of: the source whose keys they are, which labels share.
    """
    forgotten = read_forgotten(tables, keys_of)
    if forgotten is None:
        return
    table = KeyedTable(observations.table_of(source), F.col(ROW_KEY))
    stored = tables.read(table.name).where(F.col(BATCH_SEQ) == F.lit(batch_seq))
    if not keys_found(stored, table.row_key, forgotten).isEmpty():
        _log.warning("%s: rows of batch %d are deleted: their keys were forgotten meanwhile", source, batch_seq)
        delete_rows(tables, table, forgotten)
