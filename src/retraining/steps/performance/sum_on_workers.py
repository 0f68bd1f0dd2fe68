"""Metrics of two models on the same rows, summed on the workers, so that no prediction leaves one."""

import pickle
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from pyspark import cloudpickle
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from retraining.errors import SpecError
from retraining.kinds.class_metrics import MOST_CLASSES
from retraining.kinds.find_kind import kind_of
from retraining.kinds.kind import Kind
from retraining.kinds.metric import FloatArray, Metric, in_order
from retraining.rules.gate.jackknife import PairedSums
from retraining.rules.gate.metrics import check_probabilities, find_metric
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.answered_by_spark import answered_by_spark
from retraining.steps.dataset.model_frame import LABEL, columns_of_features
from retraining.steps.performance.worker_sums import ALL_ROWS, CHECKS, ModelPair, WorkerSums, long_totals

BLOCK = "_block"
MOST_SLICES = 50
"""Values of a slicing column that become slices: those with most rows."""
_PARTIAL = "slice string, metric int, block bigint, place int, total double"


@dataclass(frozen=True)
class MetricSums:
    """The sums of both models, over all rows and by slice."""

    metrics: tuple[Metric, ...]
    sums: tuple[PairedSums, ...]
    """Of each metric."""
    slices: Mapping[str, PairedSums]
    """Of the first metric, by `column=value`."""
    broken: int
    """The candidate's predictions that are missing or not finite."""
    constant: bool
    """Whether the candidate predicts one value although labels differ."""


def sum_on_workers(spec: ModelSpec, rows: DataFrame, metrics: Sequence[str], models: ModelPair) -> MetricSums:
    """One pass over rows with `_label` and `_block`. A worker holds one Arrow batch and its sums; one number a slice,
    metric, block and sum comes back.

    Each model sees the columns that it was fitted on, so that a candidate with new features can be compared with the
    champion. Both are measured over the classes of either, and over those of the labels where a metric has sums of each
    class.
    """
    kind = kind_of(spec)
    rows, models = _answered(rows, models)
    chosen_metrics = tuple(find_metric(name, kind.name) for name in metrics)
    if any(metric.needs_probabilities for metric in chosen_metrics):
        for model in (models.candidate, models.champion):
            if model is not None:
                check_probabilities(spec, model.estimator)

    columns = columns_of_features(models.features, rows)
    features = [column.alias(f"_feature_{place}") for place, column in enumerate(columns)]
    feature_names = [f"_feature_{place}" for place in range(len(columns))]
    slices = slice_columns(spec, rows)
    slice_names = list(slices)
    classes = _classes(spec, rows, chosen_metrics, models)
    pickled = bytes(cloudpickle.dumps((models, chosen_metrics)))  # type: ignore[no-untyped-call]

    def sum_partition(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        pair, pair_metrics = pickle.loads(pickled)
        summing = WorkerSums(pair, kind, pair_metrics, classes)
        for batch in batches:
            if len(batch):
                summing.add(batch[feature_names], batch[LABEL], batch[BLOCK].to_numpy(), batch[slice_names])
        if summing.totals:  # a frame without rows has columns of no type
            yield long_totals(summing.totals)

    inputs = rows.select(F.col(LABEL), F.col(BLOCK).cast("bigint").alias(BLOCK), *slices.values(), *features)
    partial = inputs.mapInPandas(sum_partition, _PARTIAL)
    totals = partial.groupBy("slice", "metric", "block", "place").agg(F.sum("total").alias("total")).collect()
    return _metric_sums(chosen_metrics, totals)


def _answered(rows: DataFrame, models: ModelPair) -> tuple[DataFrame, ModelPair]:
    """Models of Spark answer before their answers are summed."""
    named = {"candidate": models.candidate, "champion": models.champion}
    rows, seen = answered_by_spark(rows, {name: each for name, each in named.items() if each is not None})
    return rows, replace(models, candidate=seen["candidate"], champion=seen.get("champion"))


def _classes(spec: ModelSpec, rows: DataFrame, metrics: Sequence[Metric], models: ModelPair) -> tuple[str, ...]:
    """The classes that both models are measured over; none where predictions are numbers. One more pass over the labels
    where a metric needs them."""
    kind = kind_of(spec)
    known = {*kind.classes_of(models.candidate.estimator), *_baseline_classes(kind, models)}
    of_each = [metric.name for metric in metrics if metric.by_class]
    if not of_each:
        return in_order(known)

    found = rows.select(F.col(LABEL)).distinct().limit(MOST_CLASSES + 1).collect()
    known |= {str(row[LABEL]) for row in found}
    if len(known) > MOST_CLASSES:
        raise SpecError(
            f"{spec.model}: {', '.join(of_each)} of more than {MOST_CLASSES:,} classes, the most there may be. "
            f"Name error_rate or log_loss in `gate`, or say kind: regression where the label is a number."
        )
    return in_order(known)


def _baseline_classes(kind: Kind, models: ModelPair) -> tuple[str, ...]:
    of_trivial = kind.trivial_answers(models.trivial, np.empty(0)).classes
    return of_trivial if models.champion is None else (*kind.classes_of(models.champion.estimator), *of_trivial)


def slice_columns(spec: ModelSpec, rows: DataFrame) -> dict[str, Column]:
    """`column=value` of each slicing column, by the name of a new column; null for values that are not among the most
    frequent in rows."""
    columns = {}
    for place, name in enumerate(spec.columns.slices):
        value = F.coalesce(F.col(f"`{name}`").try_cast("string"), F.lit("(missing)"))
        common = rows.groupBy(value.alias("value")).count().orderBy(F.desc("count"), "value").limit(MOST_SLICES)
        kept = [row["value"] for row in common.collect()]
        text = F.when(value.isin(kept), F.concat(F.lit(f"{name}="), value))
        columns[f"_slice_{place}"] = text.alias(f"_slice_{place}")
    return columns


def _metric_sums(metrics: tuple[Metric, ...], totals: Sequence[Any]) -> MetricSums:
    values: dict[tuple[str, int], dict[int, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for row in totals:
        values[row["slice"], row["metric"]][row["block"]][row["place"]] = row["total"]

    checks = _matrix(values.pop((ALL_ROWS, CHECKS), {0: {5: 0.0}}))[0]
    sums = tuple(_paired(values.get((ALL_ROWS, place), {})) for place in range(len(metrics)))
    slices = {name: _paired(values[name, place]) for name, place in sorted(values) if name != ALL_ROWS}
    return MetricSums(metrics, sums, slices, int(checks[1]), _is_constant(checks))


def _matrix(of_blocks: Mapping[int, Mapping[int, float]]) -> FloatArray:
    width = 1 + max(max(places) for places in of_blocks.values())
    matrix = np.zeros((len(of_blocks), width))
    for row, block in enumerate(sorted(of_blocks)):
        for place, total in of_blocks[block].items():
            matrix[row, place] = total
    return matrix


def _paired(of_blocks: Mapping[int, Mapping[int, float]]) -> PairedSums:
    if not of_blocks:
        return PairedSums(np.zeros(0), np.zeros((0, 2)), np.zeros((0, 2)))
    matrix = _matrix(of_blocks)
    half = (matrix.shape[1] - 1) // 2
    return PairedSums(matrix[:, 0], matrix[:, 1 : 1 + half], matrix[:, 1 + half :])


def _is_constant(checks: FloatArray) -> bool:
    """All predictions equal while labels differ, up to rounding."""
    rows = checks[0]
    if rows < 2:
        return False

    predicted, truth = (
        checks[place + 1] / rows - (checks[place] / rows) ** 2 > 1e-12 * checks[place + 1] / rows for place in (2, 4)
    )
    return bool(truth and not predicted)
