"""Labelled rows that no training has used yet."""

from datetime import date

from pyspark.sql import functions as F

from retraining.adapters.tables import observations
from retraining.adapters.tables.observations import Selection
from retraining.context import Context
from retraining.records.version import Manifest
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import is_reserved, labelled


def count_new_rows(
    context: Context, source: IngestedSource, champion: Manifest | None, last: Manifest | None
) -> dict[date | None, int]:
    """Labelled rows that arrived since the last training, by day, in order. One pass; one row a day comes back.

    Days without new rows that could judge a candidate count 0. Batches that the champion was trained on as a whole hold
    no such day and are not read.
    """
    since = last.batch_seq if last else 0
    trained = champion.batch_seq if champion and champion.train_before is None else 0
    current = source.current_rows(Selection(newer_than=min(trained, since)))

    rows = labelled(context.spec, current).withColumn("_day", ledger_day(source.ledger))
    is_new = observations.arrived_after(source.committed, since) & ~is_reserved(context.spec)
    counted = rows.groupBy("_day").agg(F.count_if(is_new).alias("new")).orderBy("_day").collect()
    return {row["_day"]: row["new"] for row in counted}
