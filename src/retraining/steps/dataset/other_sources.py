"""Keys that versions may know from another source than the model has now."""

from collections.abc import Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations
from retraining.adapters.tables.key_identity import identity_of
from retraining.adapters.tables.tables import Tables
from retraining.context import Context
from retraining.records.version import Manifest
from retraining.rules.ingest.batch_numbers import from_another_source
from retraining.rules.ingest.row_identity import ROW_KEY, row_key

_NAMED_THERE = "_named_there"


def keys_of_other_sources(tables: Tables, versions: Sequence[Manifest]) -> DataFrame:
    """`_row_key`, as stored there, of all rows of the sources that the versions learned from and the model no longer
    has; no row where they are not known or their observations are gone."""
    keys = tables.spark.createDataFrame([], f"{ROW_KEY} string")
    for name in _other_sources(tables, versions):
        keys = keys.union(tables.read(observations.table_of(name)).select(ROW_KEY))
    return keys.distinct()


def known_to_other_sources(context: Context, rows: DataFrame, versions: Sequence[Manifest]) -> DataFrame:
    """`_row_key` of those of the rows whose key one of these sources has too, even where it hashes keys in another way.

    A source that was renamed brings its rows again: a version that learned them under the old name has seen them. rows:
    of the model's source, with its key columns.
    """
    tables = context.tables
    known = tables.spark.createDataFrame([], f"{ROW_KEY} string")
    for name in _other_sources(tables, versions):
        named_there = row_key(rows, context.spec.source.keys, identity_of(tables, name)).alias(_NAMED_THERE)
        there = tables.read(observations.table_of(name)).select(F.col(ROW_KEY).alias(_NAMED_THERE))
        known = known.union(rows.select(ROW_KEY, named_there).join(there, _NAMED_THERE, "left_semi").select(ROW_KEY))
    return known.distinct()


def _other_sources(tables: Tables, versions: Sequence[Manifest]) -> list[str]:
    named = {row.source for row in versions if from_another_source(row) and row.source}
    return [name for name in sorted(named) if tables.exists(observations.table_of(name))]
