"""What one worker adds up: the answers of two models to the rows that it holds."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from retraining.kinds.kind import Kind
from retraining.kinds.metric import FloatArray, Metric, Predictions, over_classes
from retraining.rules.gate.evaluation import paired_sums
from retraining.rules.gate.jackknife import PairedSums
from retraining.steps.dataset.answer_rows import answer_rows
from retraining.steps.dataset.answered_by_spark import FittedVersion
from served_model.column_values import Feature

ALL_ROWS = ""
"""In the place of a slice."""
CHECKS = -1
"""In the place of a metric: what shows whether the candidate answers, and not the same to every row."""
_LARGEST = 1e150
"""Squares of larger numbers are infinite."""
Totals = dict[tuple[str, int, int], FloatArray]
"""By slice, metric and block: the rows, then the candidate's sums, then the baseline's."""


@dataclass(frozen=True)
class ModelPair:
    """A candidate and its baseline: the champion, or the trivial prediction where there is none."""

    candidate: FittedVersion
    champion: FittedVersion | None
    trivial: str | None
    """As text; None where none is stored. It also stands for a champion that has no answer to a row."""

    @property
    def features(self) -> tuple[Feature, ...]:
        """The columns of both, each once, in the order of the features that `add` is given."""
        of_champion = self.champion.features if self.champion else ()
        return tuple(dict.fromkeys((*self.candidate.features, *of_champion)))


class WorkerSums:
    """The sums of two models on a worker. classes: those that both are measured over."""

    def __init__(self, models: ModelPair, kind: Kind, metrics: Sequence[Metric], classes: tuple[str, ...]) -> None:
        """Nothing is added up yet."""
        self.totals: Totals = {}
        self.models = models
        self.kind = kind
        self.metrics = metrics
        self.classes = classes
        self.needs_probabilities = any(metric.needs_probabilities for metric in metrics)

    def add(
        self, features: pd.DataFrame, label: "pd.Series[Any]", blocks: NDArray[np.int64], slices: pd.DataFrame
    ) -> None:
        """Adds one batch to the totals. features: the columns of both models, in the order of `ModelPair.features`.

        Where only the champion has no answer, the trivial one stands for it: its callers get nothing. Where neither has
        one, there is nothing to compare. Where only the candidate has none, it counts as broken.
        """
        truth = self.kind.as_labels(label)
        candidate = self._answers(self.models.candidate, features, truth)
        baseline = self._answers(self.models.champion, features, truth)
        if self.models.champion is not None:
            silent = pd.isna(baseline.prediction)
            baseline = self._with_trivial(baseline, truth, silent)
            compared = ~pd.isna(baseline.prediction) & ~(silent & pd.isna(candidate.prediction))
            candidate = _only(candidate, compared)
            baseline = _only(baseline, compared)
            blocks = blocks[compared]
            slices = slices[compared]

        for place, metric in enumerate(self.metrics):
            self._add(ALL_ROWS, place, blocks, paired_sums(metric, candidate, baseline, blocks))

        for column in slices:
            for value in slices[column].dropna().unique():
                inside = (slices[column] == value).to_numpy()
                of_candidate = _only(candidate, inside)
                of_baseline = _only(baseline, inside)
                sums = paired_sums(self.metrics[0], of_candidate, of_baseline, blocks[inside])
                self._add(str(value), 0, blocks[inside], sums)

        key = (ALL_ROWS, CHECKS, 0)
        self.totals[key] = self.totals.get(key, np.zeros(6)) + self._checks(candidate)

    def _add(self, name: str, metric: int, blocks: NDArray[np.int64], sums: PairedSums) -> None:
        for place, block in enumerate(np.unique(blocks)):
            both = np.concatenate([[sums.rows[place]], sums.candidate[place], sums.baseline[place]])
            key = (name, metric, int(block))
            self.totals[key] = self.totals[key] + both if key in self.totals else both

    def _answers(self, version: FittedVersion | None, features: pd.DataFrame, label: NDArray[Any]) -> Predictions:
        if version is None:
            return over_classes(self.kind.trivial_answers(self.models.trivial, label), self.classes)

        place_of = {feature: place for place, feature in enumerate(self.models.features)}
        own = features.iloc[:, [place_of[feature] for feature in version.features]]
        seen = own.set_axis([feature.name for feature in version.features], axis="columns")
        try:
            answers = self.kind.answers(version.estimator, seen, label, self.needs_probabilities)
        except ValueError:
            answers = self._where_it_answers(version.estimator, seen, label)
        return over_classes(answers, self.classes)

    def _with_trivial(self, answers: Predictions, label: NDArray[Any], silent: NDArray[np.bool_]) -> Predictions:
        """The trivial answer to the rows that have none; none where no trivial prediction is stored."""
        if self.models.trivial is None or not silent.any():
            return answers
        trivial = over_classes(self.kind.trivial_answers(self.models.trivial, label), self.classes)
        prediction = np.where(silent, trivial.prediction, answers.prediction)
        if answers.probabilities is None or trivial.probabilities is None:
            return replace(answers, prediction=prediction)
        probabilities = np.where(silent[:, None], trivial.probabilities, answers.probabilities)
        return replace(answers, prediction=prediction, probabilities=probabilities)

    def _where_it_answers(self, model: Any, features: pd.DataFrame, label: NDArray[Any]) -> Predictions:
        """A model without an imputer refuses rows with gaps; hardly any takes infinite values."""
        predicted = answer_rows(self.kind, model, features)
        given = ~pd.isna(predicted)
        classes = self.kind.classes_of(model)
        probabilities = np.zeros((len(label), len(classes))) if self.needs_probabilities else None
        if probabilities is not None and given.any():
            probabilities[given] = self.kind.answers(model, features[given], label[given], True).probabilities
        return Predictions(label, predicted, probabilities, classes)

    def _checks(self, candidate: Predictions) -> FloatArray:
        """Rows, broken predictions, and sums and sums of squares of predictions and labels. Where probabilities decide,
        a model that always names the frequent class may still tell rows apart."""
        predicted = self.kind.as_numbers(candidate.prediction, self.classes)
        if self.metrics[0].needs_probabilities and candidate.probabilities is not None:
            predicted = candidate.probabilities @ np.arange(1.0, 1 + len(self.classes))
        truth = self.kind.as_numbers(candidate.label, self.classes)
        fine = np.isfinite(predicted) & ~pd.isna(candidate.prediction)
        kept = np.clip(np.where(fine, predicted, 0.0), -_LARGEST, _LARGEST)
        return np.array([len(predicted), (~fine).sum(), kept.sum(), (kept**2).sum(), truth.sum(), (truth**2).sum()])


def _only(answers: Predictions, inside: NDArray[np.bool_]) -> Predictions:
    probabilities = None if answers.probabilities is None else answers.probabilities[inside]
    return Predictions(answers.label[inside], answers.prediction[inside], probabilities, answers.classes)


def long_totals(totals: Totals) -> pd.DataFrame:
    """One row a sum that is not 0, and always one of the last sum, because its place shows how many there are."""
    columns: dict[str, list[Any]] = defaultdict(list)
    for (name, metric, block), values in totals.items():
        kept = np.append(np.flatnonzero(values[:-1]), len(values) - 1)
        for column, value in (("slice", name), ("metric", metric), ("block", block)):
            columns[column] += [value] * len(kept)
        columns["place"] += kept.tolist()
        columns["total"] += values[kept].tolist()
    return pd.DataFrame({name: columns[name] for name in ("slice", "metric", "block", "place", "total")})
