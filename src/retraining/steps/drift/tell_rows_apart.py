"""Can a classifier tell the rows of the newest batch from those that the champion was trained on?"""

from collections.abc import Collection
from datetime import date

import pandas as pd
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables.observations import Selection
from retraining.context import Context
from retraining.records.drift import DomainVerdict
from retraining.records.version import Manifest
from retraining.rules.drift.classifier.day_blocks import plan_blocks
from retraining.rules.drift.classifier.domain_classifier import (
    MOST_COLUMNS,
    ROWS_A_SIDE,
    rows_wanted,
    tell_apart,
    too_few_days,
)
from retraining.rules.ingest.batch_numbers import from_another_source
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import feature_columns
from retraining.steps.dataset.training_frame import Bounds, keyed_sample, trainable_rows

_DAY = "_day"


def is_wanted(spec: ModelSpec) -> bool:
    """Whether the classifier is used: as the spec says, and where it says nothing, with as many columns as it can learn
    in seconds."""
    said = spec.drift.domain_classifier
    return len(spec.columns.features) <= MOST_COLUMNS if said is None else said


def tell_rows_apart(context: Context, source: IngestedSource, champion: Manifest | None) -> DomainVerdict | None:
    """The classifier's verdict; None where it is not used, or the champion was trained on the batch, or on the rows of
    another source.

    Counts the rows of each day first, then reads a keyed sample of the days that are compared, so that it grows with
    neither side.
    """
    batch_seq = source.committed.through
    if not is_wanted(context.spec) or champion is None or batch_seq <= champion.batch_seq:
        return None
    if from_another_source(champion):
        return None

    ledger = source.ledger
    start, before = (ledger.from_text(bound) for bound in (champion.train_from, champion.train_before))
    bounds = Bounds(champion.batch_seq, start, before, left_out=champion.left_out)
    columns = [F.col(ROW_KEY), ledger_day(ledger).alias(_DAY), *feature_columns(context.spec)]
    old = trainable_rows(context, source, bounds).select(*columns)
    new = source.current_rows(Selection(newer_than=batch_seq - 1)).select(*columns)
    features = list(context.spec.columns.features)

    counts = [_rows_by_day(side) for side in (old, new)]
    if not ledger.has_time:
        few = [_sample(side, sum(rows.values()), ROWS_A_SIDE) for side, rows in zip((old, new), counts, strict=True)]
        return tell_apart(few[0][features], few[1][features], None, None, batch_seq)

    blocks = plan_blocks(*counts)
    if blocks is None:
        return too_few_days(*counts)
    chosen = [{day for block in blocks.reference for day in block}, set(blocks.current)]
    wanted = rows_wanted(blocks)
    sides = [
        _sample(side.where(F.col(_DAY).isin(*days)), _rows_of(days, count), most)
        for side, days, count, most in zip((old, new), chosen, counts, wanted, strict=True)
    ]
    days = [side[_DAY].tolist() for side in sides]
    return tell_apart(sides[0][features], sides[1][features], days[0], days[1], batch_seq)


def _rows_by_day(rows: DataFrame) -> dict[date, int]:
    """One row a day comes back; all rows as one day where they have none."""
    return {row[_DAY]: row["rows"] for row in rows.groupBy(_DAY).agg(F.count(F.lit(1)).alias("rows")).collect()}


def _rows_of(days: Collection[date], rows: dict[date, int]) -> int:
    return sum(rows[day] for day in days)


def _sample(rows: DataFrame, total: int, wanted: int) -> pd.DataFrame:
    return keyed_sample(rows, max(1, total), wanted).toPandas()
