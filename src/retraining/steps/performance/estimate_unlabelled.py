"""How the champion probably does on the newest batch, while its labels have not come."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations, predictions
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.decision import ErrorEstimate
from retraining.records.version import Manifest
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.rules.performance.estimate_error import SAMPLE_ROWS, estimate_error
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.load_version import load_version
from retraining.steps.dataset.model_frame import LABEL, feature_columns, label_column
from retraining.steps.dataset.training_frame import keyed_sample

_DAY = "_day"
_LOSS = "_loss"
_PREDICTION = "_prediction"


def estimate_unlabelled(context: Context, source: IngestedSource, champion: Manifest | None) -> ErrorEstimate | None:
    """None where labels come with their rows, and where no row of the newest batch waits for one.

    A keyed sample of the champion's labelled rows, and of the waiting ones: it grows with neither.
    """
    spec = context.spec
    batch_seq = source.committed.through
    if champion is None or spec.columns.label_delay == 0 or batch_seq <= champion.batch_seq:
        return None
    if not context.tables.exists(predictions.table_of(spec.model)):
        return None

    rows = _judged_rows(context, source, champion)
    known = rows.where(F.col(_LOSS).isNotNull())
    waiting = rows.where(F.col(_LOSS).isNull() & observations.arrived_after(source.committed, batch_seq - 1))
    unknown = _sample(waiting)
    if unknown.empty:
        return None

    seen = _sample(known)
    features = [*spec.columns.features, _PREDICTION]
    first, second = (each[_DAY].tolist() if source.ledger.has_time else None for each in (seen, unknown))
    confidence = _confidence(context, champion, (seen, unknown))
    losses = seen[_LOSS].to_numpy(np.float64)

    return estimate_error(kind_of(spec), seen[features], losses, unknown[features], first, second, confidence)


def _judged_rows(context: Context, source: IngestedSource, champion: Manifest) -> DataFrame:
    """What the champion said about rows that it had not seen in training, and its loss where the label is there."""
    spec = context.spec
    current = observations.current_rows(
        context.tables, source.name, source.committed, source.ledger, champion.batch_seq
    )
    its = (F.col("model_version") == F.lit(str(champion.version))) & ~F.col("seen_in_training")
    said = context.tables.read(predictions.table_of(spec.model)).where(its).select(ROW_KEY, F.col("prediction"))
    day = ledger_day(source.ledger).alias(_DAY)
    rows = current.select(ROW_KEY, observations.BATCH_SEQ, day, *feature_columns(spec), label_column(spec))
    loss = F.when(F.col(LABEL).isNotNull(), kind_of(spec).loss_column("prediction", LABEL))
    return rows.join(said, ROW_KEY).withColumn(_LOSS, loss).withColumnRenamed("prediction", _PREDICTION)


def _sample(rows: DataFrame) -> pd.DataFrame:
    return keyed_sample(rows, max(1, rows.agg(F.count(F.lit(1))).collect()[0][0]), SAMPLE_ROWS).toPandas()


def _confidence(
    context: Context, champion: Manifest, frames: tuple[pd.DataFrame, pd.DataFrame]
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """The champion's probability of the class it predicts, where it has one."""
    kind = kind_of(context.spec)
    if not kind.has_probabilities or any(each.empty for each in frames):
        return None

    model = load_version(context.registry, champion)
    first, second = (kind.confidence(model, each[list(context.spec.columns.features)]) for each in frames)
    return None if first is None or second is None else (first, second)
