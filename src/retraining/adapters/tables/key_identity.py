"""How a source hashes its keys: as its stored rows have it."""

from pyspark.sql import functions as F

from retraining.adapters.tables import observations
from retraining.adapters.tables.forgotten_keys import forgotten_before_sha256
from retraining.adapters.tables.tables import Tables
from retraining.rules.ingest.row_identity import PRESENT, ROW_KEY, Identity, identity_of_length
from retraining.spec.feed import labels_name


def identity_of(tables: Tables, source: str) -> Identity:
    """The identity of a source and of its labels, which are joined with its rows.

    A stored key says it by its length, so that no record of it can be lost or disagree. Without a stored row nothing
    can be taken for another key, and the source has the present one; but keys that were forgotten before are
    recognised by the earlier one only.
    """
    for name in (source, labels_name(source)):
        table = observations.table_of(name)
        found = tables.read(table).select(F.length(ROW_KEY)).limit(1).collect() if tables.exists(table) else []
        if found:
            return identity_of_length(found[0][0])
    return "xxhash64" if forgotten_before_sha256(tables, source) else PRESENT
