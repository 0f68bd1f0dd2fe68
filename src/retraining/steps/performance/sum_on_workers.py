"""Metrics of two models on the same rows, added up where the rows are: no prediction leaves a worker."""

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

from retraining.kinds.find_kind import kind_of
from retraining.kinds.kind import Kind
from retraining.kinds.metric import FloatArray, Metric, Predictions
from retraining.rules.gate.evaluation import paired_sums
from retraining.rules.gate.jackknife import PairedSums
from retraining.rules.gate.metrics import find_metric
from retraining.spec.model_spec import ModelSpec
from retraining.steps.dataset.model_frame import LABEL, feature_columns

BLOCK = "_block"
MOST_SLICES = 50
"""Values of a slicing column that are looked at: those with most rows."""
_ALL = ""
_CHECKS = -1
_PARTIAL = "slice string, metric int, block bigint, place int, total double"
Totals = dict[tuple[str, int, int], FloatArray]
"""By slice, metric and block: the rows, then the candidate's sums, then the baseline's."""


@dataclass(frozen=True)
class Judged:
    """A candidate and its baseline: the champion, or the trivial prediction as text."""

    candidate: Any
    champion: Any | None
    trivial: str | None


@dataclass(frozen=True)
class Summed:
    """What came back: sums of each metric and, of the first one, of each slice; broken and constant as in Sanity."""

    metrics: tuple[Metric, ...]
    sums: tuple[PairedSums, ...]
    slices: Mapping[str, PairedSums]
    broken: int
    constant: bool


def sum_on_workers(spec: ModelSpec, rows: DataFrame, metrics: Sequence[str], judged: Judged) -> Summed:
    """One pass over rows with `_label` and `_block`. A worker holds one Arrow batch and its sums; what comes back is a
    number per slice, metric, block and sum.

    Each model sees the columns that it was fitted on, so that a candidate with new features can be held against the
    champion.
    """
    names = list(dict.fromkeys([*spec.columns.features, *_fitted_on(judged.champion), *_fitted_on(judged.candidate)]))
    features = [each.alias(f"_feature_{place}") for place, each in enumerate(_as_models_see(spec, rows, names))]
    slices = _slice_columns(spec, rows)
    kind = kind_of(spec)
    found_metrics = tuple(find_metric(name, kind.name) for name in metrics)
    pickled = bytes(cloudpickle.dumps((judged, found_metrics)))  # type: ignore[no-untyped-call]
    labels_of = list(slices)

    def add_up(batches: Iterable[pd.DataFrame]) -> Iterable[pd.DataFrame]:
        models, measured = pickle.loads(pickled)
        pair = _Pair(models, kind, measured)
        totals: Totals = {}
        for batch in batches:
            if len(batch):
                seen = batch[[f"_feature_{place}" for place in range(len(names))]].set_axis(names, axis="columns")
                pair.add(totals, seen, batch[LABEL], batch[BLOCK].to_numpy(), batch[labels_of])
        if totals:  # a frame without rows has columns of no type
            yield _long(totals)

    wanted = rows.select(F.col(LABEL), F.col(BLOCK).cast("bigint").alias(BLOCK), *slices.values(), *features)
    partial = wanted.mapInPandas(add_up, _PARTIAL)
    found = partial.groupBy("slice", "metric", "block", "place").agg(F.sum("total").alias("total")).collect()
    return _summed(found_metrics, found)


def _fitted_on(model: Any | None) -> list[str]:
    return [str(name) for name in getattr(model, "feature_names_in_", ())]


def _as_models_see(spec: ModelSpec, rows: DataFrame, names: Sequence[str]) -> list[Column]:
    """The spec's features as the spec says; others, which only the champion knows, by their type in the table."""
    own = dict(zip(spec.columns.features, feature_columns(spec), strict=True))
    types = {each.name: each.dataType for each in rows.schema}
    other = {
        name: F.col(f"`{name}`").try_cast("string" if isinstance(types[name], StringType) else "double")
        for name in names
        if name not in own
    }
    return [{**own, **other}[name] for name in names]


def _slice_columns(spec: ModelSpec, rows: DataFrame) -> dict[str, Column]:
    """`column=value` of each slicing column, null for values that are not among the commonest."""
    found = {}
    for place, name in enumerate(spec.columns.slices):
        value = F.coalesce(F.col(f"`{name}`").try_cast("string"), F.lit("(missing)"))
        common = rows.groupBy(value.alias("value")).count().orderBy(F.desc("count"), "value").limit(MOST_SLICES)
        kept = [row["value"] for row in common.collect()]
        text = F.when(value.isin(kept), F.concat(F.lit(f"{name}="), value))
        found[f"_slice_{place}"] = text.alias(f"_slice_{place}")
    return found


class _Pair:
    """Two models on a worker."""

    def __init__(self, judged: Judged, kind: Kind, metrics: Sequence[Metric]) -> None:
        self.judged = judged
        self.kind = kind
        self.metrics = metrics
        self.classes = tuple(str(each) for each in getattr(judged.candidate, "classes_", ()))
        self.asks = any(metric.needs_probabilities for metric in metrics)

    def add(
        self,
        totals: Totals,
        features: pd.DataFrame,
        label: "pd.Series[Any]",
        blocks: NDArray[np.int64],
        slices: pd.DataFrame,
    ) -> None:
        """Adds one batch to the totals."""
        truth = self.kind.as_labels(label)
        candidate = self._answers(self.judged.candidate, features, truth)
        baseline = self._answers(self.judged.champion, features, truth)
        for place, metric in enumerate(self.metrics):
            _add(totals, _ALL, place, blocks, paired_sums(metric, candidate, baseline, blocks))
        for column in slices:
            for value in slices[column].dropna().unique():
                inside = (slices[column] == value).to_numpy()
                ours = _only(candidate, inside)
                theirs = _only(baseline, inside)
                sums = paired_sums(self.metrics[0], ours, theirs, blocks[inside])
                _add(totals, str(value), 0, blocks[inside], sums)
        key = (_ALL, _CHECKS, 0)
        totals[key] = totals.get(key, np.zeros(6)) + self._checks(candidate)

    def _answers(self, model: Any | None, features: pd.DataFrame, label: NDArray[Any]) -> Predictions:
        if model is None:
            return self.kind.trivial_answers(self.judged.trivial, label, self.classes)
        return self.kind.answers(model, features[_fitted_on(model) or features.columns], label, self.asks)

    def _checks(self, candidate: Predictions) -> FloatArray:
        """Rows, broken predictions, and sums and sums of squares of predictions and labels."""
        predicted = self.kind.as_numbers(candidate.prediction, self.classes)
        truth = self.kind.as_numbers(candidate.label, self.classes)
        fine = np.isfinite(predicted)
        kept = np.where(fine, predicted, 0.0)
        return np.array([len(predicted), (~fine).sum(), kept.sum(), (kept**2).sum(), truth.sum(), (truth**2).sum()])


def _only(of: Predictions, inside: NDArray[np.bool_]) -> Predictions:
    probabilities = None if of.probabilities is None else of.probabilities[inside]
    return Predictions(of.label[inside], of.prediction[inside], probabilities, of.classes)


def _add(totals: Totals, name: str, metric: int, blocks: NDArray[np.int64], sums: PairedSums) -> None:
    for place, block in enumerate(np.unique(blocks)):
        both = np.concatenate([[sums.rows[place]], sums.candidate[place], sums.baseline[place]])
        key = (name, metric, int(block))
        totals[key] = totals[key] + both if key in totals else both


def _long(totals: Totals) -> pd.DataFrame:
    """A row per sum that is not 0; the last one of each always, because it says how many there are."""
    columns: dict[str, list[Any]] = defaultdict(list)
    for (name, metric, block), values in totals.items():
        kept = np.append(np.flatnonzero(values[:-1]), len(values) - 1)
        for column, value in (("slice", name), ("metric", metric), ("block", block)):
            columns[column] += [value] * len(kept)
        columns["place"] += kept.tolist()
        columns["total"] += values[kept].tolist()
    return pd.DataFrame({name: columns[name] for name in ("slice", "metric", "block", "place", "total")})


def _summed(metrics: tuple[Metric, ...], found: Sequence[Any]) -> Summed:
    values: dict[tuple[str, int], dict[int, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
    for row in found:
        values[row["slice"], row["metric"]][row["block"]][row["place"]] = row["total"]
    checks = _matrix(values.pop((_ALL, _CHECKS), {0: {5: 0.0}}))[0]
    sums = tuple(_paired(values.get((_ALL, place), {})) for place in range(len(metrics)))
    slices = {name: _paired(values[name, place]) for name, place in sorted(values) if name != _ALL}
    return Summed(metrics, sums, slices, int(checks[1]), _is_constant(checks))


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
    said, truth = (checks[place + 1] / rows - (checks[place] / rows) ** 2 for place in (2, 4))
    scale = 1e-12 * checks[3] / rows
    return bool(said <= scale and truth > scale)
