"""Every table of ours that holds rows about the keys of a source."""

from collections.abc import Sequence

from pyspark.sql import functions as F

from retraining.adapters.sources.files import Landing
from retraining.adapters.tables import observations, predictions
from retraining.adapters.tables.erase import KeyedTable
from retraining.adapters.tables.tables import Tables
from retraining.rules.ingest.row_identity import ROW_KEY, identity_hash
from retraining.spec.model_spec import ModelSpec


def tables_with_keys(specs: Sequence[ModelSpec], landing: Landing | None, tables: Tables) -> list[KeyedTable]:
    """The tables that exist. specs are all models of the source. The table that its files land in holds the key columns
    themselves."""
    first = specs[0]
    names = [observations.table_of(first.source_name), *(predictions.table_of(spec.model) for spec in specs)]
    keyed = [KeyedTable(name, F.col(ROW_KEY)) for name in names]
    if landing is not None:
        keyed.append(KeyedTable(landing.name, identity_hash(first.source.keys)))
    return [each for each in keyed if tables.exists(each.name)]
