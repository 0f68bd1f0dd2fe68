"""Can a classifier tell the rows of the newest batch from those that the champion was trained on?"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.observations import Selection
from retraining.context import Context
from retraining.records.drift import DomainVerdict
from retraining.records.version import Manifest
from retraining.rules.drift.domain_classifier import SAMPLE_ROWS, tell_apart
from retraining.rules.ingest.batch_numbers import from_another_source
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import feature_columns
from retraining.steps.dataset.training_frame import Bounds, keyed_sample, trainable_rows

_DAY = "_day"


def tell_rows_apart(context: Context, source: IngestedSource, champion: Manifest | None) -> DomainVerdict | None:
    """The classifier's verdict; None where the spec does not use one, or the champion was trained on the batch, or on
    the rows of another source.

    Reads a keyed sample of each side, spread over its days as the rows are, so that it grows with neither.
    """
    batch_seq = source.committed.through
    if not context.spec.drift.domain_classifier or champion is None or batch_seq <= champion.batch_seq:
        return None
    if from_another_source(champion):
        return None

    ledger = source.ledger
    start, before = (ledger.from_text(bound) for bound in (champion.train_from, champion.train_before))
    bounds = Bounds(champion.batch_seq, start, before)
    trained = trainable_rows(context, source, bounds)
    batch = source.current_rows(Selection(newer_than=batch_seq - 1))

    columns = [ledger_day(ledger).alias(_DAY), *feature_columns(context.spec)]
    old, new = (_sample(rows.select(ROW_KEY, *columns)).toPandas() for rows in (trained, batch))
    old_days, new_days = (side[_DAY].tolist() if ledger.has_time else None for side in (old, new))
    features = list(context.spec.columns.features)

    return tell_apart(old[features], new[features], old_days, new_days, batch_seq)


def _sample(rows: DataFrame) -> DataFrame:
    return keyed_sample(rows, max(1, rows.agg(F.count(F.lit(1))).collect()[0][0]), SAMPLE_ROWS)
