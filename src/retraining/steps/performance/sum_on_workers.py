"""Metrics of two models on the same rows, summed on the workers, so that no prediction leaves one."""

import pickle
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark import cloudpickle
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StringType

from retraining.errors import SpecError
from retraining.kinds.class_metrics import MOST_CLASSES
from retraining.kinds.find_kind import kind_of
from retraining.kinds.kind import Kind
from retraining.kinds.metric import FloatArray, Metric, Predictions, in_order, over_classes
from retraining.rules.gate.evaluation import paired_sums
from retraining.rules.gate.jackknife import PairedSums
from retraining.rules.gate.metrics import check_probabilities, find_metric
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.model_frame import LABEL, feature_columns

BLOCK = "_block"
MOST_SLICES = 50
"""Values of a slicing column that become slices: those with most rows."""
_ALL = ""
_LARGEST = 1e150
"""Squares of larger numbers are infinite."""
_CHECKS = -1
_PARTIAL = "slice string, metric int, block bigint, place int, total double"
Totals = dict[tuple[str, int, int], FloatArray]
"""By slice, metric and block: the rows, then the candidate's sums, then the baseline's."""


@dataclass(frozen=True)
class ModelPair:
    """A candidate and its baseline: the champion, or the trivial prediction where there is none."""

    candidate: Any
    champion: Any | None
    trivial: str | None
    """As text; None where none is stored."""


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
    chosen_metrics = tuple(find_metric(name, kind.name) for name in metrics)
    if any(metric.needs_probabilities for metric in chosen_metrics):
        for model in (models.candidate, models.champion):
            if model is not None:
                check_probabilities(spec, model)

    names = list(dict.fromkeys([*spec.columns.features, *_fitted_on(models.champion), *_fitted_on(models.candidate)]))
    features = [column.alias(f"_feature_{place}") for place, column in enumerate(_as_models_see(spec, rows, names))]
    slices = _slice_columns(spec, rows)
    slice_names = list(slices)
    classes = _classes(spec, rows, chosen_metrics, models)
    pickled = bytes(cloudpickle.dumps((models, chosen_metrics)))  # type: ignore[no-untyped-call]

    def sum_partition(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        pair, pair_metrics = pickle.loads(pickled)
        summing = _Sums(pair, kind, pair_metrics, classes)
        for batch in batches:
            if len(batch):
                seen = batch[[f"_feature_{place}" for place in range(len(names))]].set_axis(names, axis="columns")
                summing.add(seen, batch[LABEL], batch[BLOCK].to_numpy(), batch[slice_names])
        if summing.totals:  # a frame without rows has columns of no type
            yield _long(summing.totals)

    inputs = rows.select(F.col(LABEL), F.col(BLOCK).cast("bigint").alias(BLOCK), *slices.values(), *features)
    partial = inputs.mapInPandas(sum_partition, _PARTIAL)
    totals = partial.groupBy("slice", "metric", "block", "place").agg(F.sum("total").alias("total")).collect()
    return _metric_sums(chosen_metrics, totals)


def _classes(spec: ModelSpec, rows: DataFrame, metrics: Sequence[Metric], models: ModelPair) -> tuple[str, ...]:
    """The classes that both models are measured over; none where predictions are numbers. One more pass over the labels
    where a metric needs them."""
    kind = kind_of(spec)
    known = {*kind.classes_of(models.candidate), *_baseline_classes(kind, models)}
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
    if models.champion is None:
        return kind.trivial_answers(models.trivial, np.empty(0)).classes
    return kind.classes_of(models.champion)


def _fitted_on(model: Any | None) -> list[str]:
    return [str(name) for name in getattr(model, "feature_names_in_", ())]


def _as_models_see(spec: ModelSpec, rows: DataFrame, names: Sequence[str]) -> list[Column]:
    """The spec's features as the spec says; others, which only the champion knows, by their type in the table."""
    own = dict(zip(spec.columns.features, feature_columns(spec), strict=True))
    types = {field.name: field.dataType for field in rows.schema}
    other = {
        name: F.col(f"`{name}`").try_cast("string" if isinstance(types[name], StringType) else "double")
        for name in names
        if name not in own
    }
    return [{**own, **other}[name] for name in names]


def _slice_columns(spec: ModelSpec, rows: DataFrame) -> dict[str, Column]:
    """`column=value` of each slicing column, null for values that are not among the most frequent."""
    columns = {}
    for place, name in enumerate(spec.columns.slices):
        value = F.coalesce(F.col(f"`{name}`").try_cast("string"), F.lit("(missing)"))
        common = rows.groupBy(value.alias("value")).count().orderBy(F.desc("count"), "value").limit(MOST_SLICES)
        kept = [row["value"] for row in common.collect()]
        text = F.when(value.isin(kept), F.concat(F.lit(f"{name}="), value))
        columns[f"_slice_{place}"] = text.alias(f"_slice_{place}")
    return columns


class _Sums:
    """The sums of two models on a worker."""

    def __init__(self, models: ModelPair, kind: Kind, metrics: Sequence[Metric], classes: tuple[str, ...]) -> None:
        self.totals: Totals = {}
        self.models = models
        self.kind = kind
        self.metrics = metrics
        self.classes = classes
        self.needs_probabilities = any(metric.needs_probabilities for metric in metrics)

    def add(
        self, features: pd.DataFrame, label: "pd.Series[Any]", blocks: NDArray[np.int64], slices: pd.DataFrame
    ) -> None:
        """Adds one batch to the totals."""
        truth = self.kind.as_labels(label)
        candidate = self._answers(self.models.candidate, features, truth)
        baseline = self._answers(self.models.champion, features, truth)

        for place, metric in enumerate(self.metrics):
            self._add(_ALL, place, blocks, paired_sums(metric, candidate, baseline, blocks))

        for column in slices:
            for value in slices[column].dropna().unique():
                inside = (slices[column] == value).to_numpy()
                of_candidate = _only(candidate, inside)
                of_baseline = _only(baseline, inside)
                sums = paired_sums(self.metrics[0], of_candidate, of_baseline, blocks[inside])
                self._add(str(value), 0, blocks[inside], sums)

        key = (_ALL, _CHECKS, 0)
        self.totals[key] = self.totals.get(key, np.zeros(6)) + self._checks(candidate)

    def _add(self, name: str, metric: int, blocks: NDArray[np.int64], sums: PairedSums) -> None:
        for place, block in enumerate(np.unique(blocks)):
            both = np.concatenate([[sums.rows[place]], sums.candidate[place], sums.baseline[place]])
            key = (name, metric, int(block))
            self.totals[key] = self.totals[key] + both if key in self.totals else both

    def _answers(self, model: Any | None, features: pd.DataFrame, label: NDArray[Any]) -> Predictions:
        if model is None:
            return over_classes(self.kind.trivial_answers(self.models.trivial, label), self.classes)
        seen = features[_fitted_on(model) or features.columns]
        return over_classes(self.kind.answers(model, seen, label, self.needs_probabilities), self.classes)

    def _checks(self, candidate: Predictions) -> FloatArray:
        """Rows, broken predictions, and sums and sums of squares of predictions and labels. Where probabilities decide,
        a model that always names the frequent class may still tell rows apart."""
        predicted = self.kind.as_numbers(candidate.prediction, self.classes)
        if self.metrics[0].needs_probabilities and candidate.probabilities is not None:
            predicted = candidate.probabilities @ np.arange(1.0, 1 + len(self.classes))
        truth = self.kind.as_numbers(candidate.label, self.classes)
        fine = np.isfinite(predicted)
        kept = np.clip(np.where(fine, predicted, 0.0), -_LARGEST, _LARGEST)
        return np.array([len(predicted), (~fine).sum(), kept.sum(), (kept**2).sum(), truth.sum(), (truth**2).sum()])


def _only(answers: Predictions, inside: NDArray[np.bool_]) -> Predictions:
    probabilities = None if answers.probabilities is None else answers.probabilities[inside]
    return Predictions(answers.label[inside], answers.prediction[inside], probabilities, answers.classes)


def _long(totals: Totals) -> pd.DataFrame:
    """One row a sum that is not 0, and always one of the last sum, because its place shows how many there are."""
    columns: dict[str, list[Any]] = defaultdict(list)
    for (name, metric, block), values in totals.items():
        kept = np.append(np.flatnonzero(values[:-1]), len(values) - 1)
        for column, value in (("slice", name), ("metric", metric), ("block", block)):
            columns[column] += [value] * len(kept)
        columns["place"] += kept.tolist()
        columns["total"] += values[kept].tolist()
    return pd.DataFrame({name: columns[name] for name in ("slice", "metric", "block", "place", "total")})


def _metric_sums(metrics: tuple[Metric, ...], totals: Sequence[Any]) -> MetricSums:
    values: dict[tuple[str, int], dict[int, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for row in totals:
        values[row["slice"], row["metric"]][row["block"]][row["place"]] = row["total"]

    checks = _matrix(values.pop((_ALL, _CHECKS), {0: {5: 0.0}}))[0]
    sums = tuple(_paired(values.get((_ALL, place), {})) for place in range(len(metrics)))
    slices = {name: _paired(values[name, place]) for name, place in sorted(values) if name != _ALL}
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
