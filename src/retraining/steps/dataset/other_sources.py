"""Keys that versions may know from another source than the model has now."""

from collections.abc import Sequence

from pyspark.sql import DataFrame

from retraining.adapters.tables import observations
from retraining.adapters.tables.tables import Tables
from retraining.records.version import Manifest
from retraining.rules.ingest.batch_numbers import from_another_source
from retraining.rules.ingest.row_identity import ROW_KEY


def keys_of_other_sources(tables: Tables, versions: Sequence[Manifest]) -> DataFrame:
    """`_row_key` of all rows of the sources that the versions learned from and the model no longer has; no row where
    they are not known or their observations are gone.

    A source that was renamed brings its rows again: a version that learned them under the old name has seen them.
    """
    others = {row.source for row in versions if from_another_source(row) and row.source}
    keys = tables.spark.createDataFrame([], f"{ROW_KEY} string")
    for name in sorted(others):
        if tables.exists(observations.table_of(name)):
            keys = keys.union(tables.read(observations.table_of(name)).select(ROW_KEY))
    return keys.distinct()
