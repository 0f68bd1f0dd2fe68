"""A fit from scratch by Spark, on the rows where they are: as many as the cluster holds."""

import logging
from dataclasses import replace

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.context import Context
from retraining.kinds.find_kind import kind_of
from retraining.records.version import Manifest
from retraining.rules.gate.metrics import find_metric
from retraining.rules.ingest.ledger_column import ledger_day
from retraining.rules.ingest.row_identity import ROW_KEY
from retraining.spark_models.fitted_pipeline import FittedSparkPipeline
from retraining.spark_models.spark_pipeline import SparkPipeline
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.answered_by_spark import FittedVersion
from retraining.steps.dataset.ingested_source import IngestedSource
from retraining.steps.dataset.model_frame import LABEL, feature_columns, features_of_spec
from retraining.steps.dataset.training_frame import describe_training_rows, trainable_rows
from retraining.steps.performance.sum_on_workers import BLOCK, sum_on_workers
from retraining.steps.performance.worker_sums import ModelPair
from retraining.steps.training.find_form import FoundForm
from retraining.steps.training.fit import Fit, bounds_of, check_labels, start_of_window
from retraining.steps.training.naming_gaps import naming_gaps
from retraining.strategies.choose_window import WindowChoice

ROWS_OF_A_PART = 100_000
"""Of the parts that Spark fits on. Their number follows from the rows alone, so that another cluster fits the same
model."""
_DAY = "_day"
_log = logging.getLogger(__name__)


def fit_on_spark(context: Context, source: IngestedSource, reserved: Manifest, learner: SparkPipeline) -> Fit:
    """Every row is learned: policy.max_rows bounds only the sample that references are made from. Raises RegistryError
    before the fit where its model could not be logged."""
    spec = context.spec
    if context.registry.spark_place is not None:
        context.registry.spark_place.ready()

    window = WindowChoice(reserved.window_days, ())
    if reserved.role == "candidate":
        history = bounds_of(source, reserved, None)
        window = _choose_window(context, source, reserved, learner, trainable_rows(context, source, history))

    start = start_of_window(source, reserved, window.days)
    frame = describe_training_rows(context, source, bounds_of(source, reserved, start))
    if start is not None and kind_of(spec).why_not_learned(frame.label):
        start = None
        frame = describe_training_rows(context, source, bounds_of(source, reserved, start))
        window = replace(window, days=None)
    check_labels(spec, frame, reserved.batch_seq)

    rows = trainable_rows(context, source, bounds_of(source, reserved, start))
    with naming_gaps(spec, frame):
        fitted = _fit_rows(spec, learner, rows, frame.rows)
    return Fit(fitted, frame, window, source.ledger.to_text(start), FoundForm(spec.form))


def _fit_rows(spec: ModelSpec, learner: SparkPipeline, rows: DataFrame, count: int) -> FittedSparkPipeline:
    """In parts and in an order that depend on the rows alone."""
    seen = rows.select(ROW_KEY, LABEL, *feature_columns(spec))
    parts = seen.repartition(max(1, count // ROWS_OF_A_PART), ROW_KEY).sortWithinPartitions(ROW_KEY)
    return learner.fit_rows(parts, LABEL, spec.columns.features)


def _choose_window(
    context: Context, source: IngestedSource, reserved: Manifest, learner: SparkPipeline, rows: DataFrame
) -> WindowChoice:
    """The backtest of `choose_window`, one fit after the other: each of them uses the cluster as a whole."""
    ledger = source.ledger
    start = ledger.from_text(reserved.holdout_from)
    end = ledger.from_text(reserved.holdout_before)
    if not ledger.has_time or start is None or end is None or not context.spec.strategy.windows:
        return WindowChoice(None, ())

    dated = rows.withColumn(_DAY, F.unix_date(ledger_day(ledger)))
    oldest, newest = dated.agg(F.min(_DAY), F.max(_DAY)).collect()[0]
    judged_from = (newest or 0) + 1 - (ledger.day_of(end) - ledger.day_of(start)).days
    usable = [length for length in context.spec.strategy.windows if newest and judged_from - length > oldest]
    if not usable:
        return WindowChoice(None, ())

    errors = []
    left_out = []
    for length in (None, *usable):
        since = oldest if length is None else judged_from - length
        error, why = _error_of_window(context.spec, learner, dated, since, judged_from)
        if np.isfinite(error):
            errors.append((length, error))
        else:
            left_out.append((length, why))
            _log.info("%s: the backtest left out a window of %s: %s", context.model, length or "all", why)

    best = min(errors, key=lambda tried: tried[1]) if errors else (None, np.nan)
    return WindowChoice(best[0], tuple(errors), tuple(left_out))


def _error_of_window(
    spec: ModelSpec, learner: SparkPipeline, dated: DataFrame, since: int, judged_from: int
) -> tuple[float, str]:
    """The deciding metric on the days that judge, NaN where there is none, and why."""
    kind = kind_of(spec)
    metric = find_metric(spec.gate.metric or kind.followed.name, kind.name)
    inside = dated.where(_between(since, judged_from))
    count = inside.count()
    known = pd.Series([row[LABEL] for row in inside.select(LABEL).distinct().limit(2).collect()])
    why = kind.why_not_learned(known) if count else "it has no rows"
    if why:
        return np.nan, why

    fitted = FittedVersion(_fit_rows(spec, learner, inside, count), features_of_spec(spec, dated))
    judged = dated.where(F.col(_DAY) >= F.lit(judged_from)).withColumn(BLOCK, F.lit(0))
    (sums,) = sum_on_workers(spec, judged, (metric.name,), ModelPair(fitted, None, kind.trivial_prediction(known))).sums
    value = float(metric.value(sums.candidate.sum(axis=0)))
    return value if metric.relative else 1 - value, f"its {metric.name} on the days that judge is not a finite number"


def _between(since: int, before: int) -> Column:
    return (F.col(_DAY) >= F.lit(since)) & (F.col(_DAY) < F.lit(before))
