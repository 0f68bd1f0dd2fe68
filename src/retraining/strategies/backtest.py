"""Fits on older rows, judged by newer ones: how windows of history and forms of a model are compared before the
hold-out."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import clone

from retraining.kinds.kind import Kind
from retraining.kinds.metric import FloatArray, Groups, Metric, in_order, over_classes
from retraining.strategies.strategy import Strategy

Days = NDArray[np.int64]
"""Day of each row, counted from 1970-01-01."""
Mask = NDArray[np.bool_]
"""Which rows."""


@dataclass(frozen=True)
class Judging:
    """How many of the newest days judge, and the metric by which: the one that decides in the gate."""

    days: int
    kind: Kind
    metric: Metric


@dataclass(frozen=True)
class DatedRows:
    """Training rows with their days: features (rows, columns), label (rows,), days (rows,)."""

    features: pd.DataFrame
    label: "pd.Series[Any]"
    days: Days
    has_time: bool = True
    """False where rows have no time: days are 0 then."""

    def where(self, which: Mask) -> tuple[pd.DataFrame, "pd.Series[Any]"]:
        """Features and label of some of the rows."""
        return self.features[which], self.label[which]


def fitted_on(strategy: Strategy, rows: DatedRows, inside: Mask) -> Any:
    """The model that a copy of the strategy fits to some of the rows."""
    features, label = rows.where(inside)
    return clone(strategy).fit(features, label, time=rows.days[inside] if rows.has_time else None).model_


def totals_on(model: Any, rows: DatedRows, judged: Mask, judging: Judging, groups: Groups) -> FloatArray:
    """Sums of the metric over the rows that judge, of shape (groups, sums); groups: the number of each such row's
    group. Where sums are made of each class, all models are measured over the same ones, whatever they have learned."""
    features, label = rows.where(judged)
    metric = judging.metric
    answers = judging.kind.answers(model, features, judging.kind.as_labels(label), metric.needs_probabilities)
    if metric.by_class:
        answers = over_classes(answers, in_order(str(each) for each in rows.label.unique()))
    return metric.totals(answers, groups, int(groups.max(initial=0)) + 1)


def error_of(metric: Metric, totals: FloatArray) -> float:
    """The metric of sums of shape (groups, sums), or its distance from 1 where 1 is best: the smaller the better."""
    value = float(metric.value(totals.sum(axis=0)))
    return value if metric.relative else 1 - value
