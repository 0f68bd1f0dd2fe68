"""The champion's probable error on the newest batch, before its labels arrive."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.adapters.tables import observations, predictions
from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.decision import ErrorEstimate
from retraining.records.version import Manifest
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.rules.performance.estimate_error import SAMPLE_ROWS, PredictedRows, estimate_error
from retraining.steps.dataset.ingested_source import PREDICTION, IngestedSource
from retraining.steps.dataset.load_version import features_of_version, load_version
from retraining.steps.dataset.model_frame import LABEL, columns_of_features, label_column
from retraining.steps.dataset.training_frame import keyed_sample
from served_model.column_values import Feature

_DAY = "_day"
_LOSS = "_loss"


def estimate_unlabelled(context: Context, source: IngestedSource, champion: Manifest | None) -> ErrorEstimate | None:
    """None where labels come with their rows, and where no row of the newest batch waits for one.

    Reads a keyed sample of the champion's labelled rows and of the waiting ones, so that it grows with neither.
    """
    spec = context.spec
    batch_seq = source.committed.through
    if champion is None or spec.columns.label_delay == 0 or batch_seq <= champion.batch_seq:
        return None
    if not context.tables.exists(predictions.table_of(spec.model)):
        return None

    current = source.current_rows()
    features = features_of_version(spec, champion, current)
    rows = _predicted_rows(context, source, champion, columns_of_features(features, current))
    waits = F.col(_LOSS).isNull() & observations.arrived_after(source.committed, batch_seq - 1)
    waiting = _sample(rows.where(waits))
    if waiting.empty:
        return None

    labelled = _sample(rows.where(F.col(_LOSS).isNotNull()))
    sides = _with_confidence(context, champion, features, source.ledger.has_time, (labelled, waiting))
    return estimate_error(kind_of(spec), sides[0], labelled[_LOSS].to_numpy(np.float64), sides[1])


def _predicted_rows(
    context: Context, source: IngestedSource, champion: Manifest, features: Sequence[Column]
) -> DataFrame:
    """What the champion predicted for rows that it had not seen in training, and its loss where the label is there."""
    spec = context.spec
    columns = [ledger_day(source.ledger).alias(_DAY), *features, label_column(spec)]
    rows = source.realised_predictions(spec.model, columns, champion.batch_seq, str(champion.version))

    loss = F.when(F.col(LABEL).isNotNull(), kind_of(spec).loss_column(PREDICTION, LABEL))
    return rows.withColumn(_LOSS, loss)


def _sample(rows: DataFrame) -> pd.DataFrame:
    return keyed_sample(rows, max(1, rows.agg(F.count(F.lit(1))).collect()[0][0]), SAMPLE_ROWS).toPandas()


def _with_confidence(
    context: Context,
    champion: Manifest,
    features: Sequence[Feature],
    has_time: bool,
    frames: tuple[pd.DataFrame, pd.DataFrame],
) -> tuple[PredictedRows, PredictedRows]:
    """Both sides, with the champion's probability of the class it predicts, where it has one for both."""
    kind = kind_of(context.spec)
    names = [feature.name for feature in features]
    model = None
    if kind.has_probabilities and not any(frame.empty for frame in frames):
        model = load_version(context.registry, champion)

    def side(frame: pd.DataFrame) -> PredictedRows:
        days = frame[_DAY].tolist() if has_time else None
        confidence = None if model is None else kind.confidence(model, frame[names])
        return PredictedRows(frame[[*names, PREDICTION]], days, confidence)

    return side(frames[0]), side(frames[1])
