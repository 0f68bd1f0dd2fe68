"""The champion's error on rows without labels, from its losses on rows that have them.

It sees features that moved to where the champion errs more or less. It does not see a label that now follows other
rules: only labels show that.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold

from retraining.kinds.kind import Kind
from retraining.records.decision import ErrorEstimate
from retraining.rules.drift.classifier.encode_rows import MOST_CATEGORIES, encode_rows

FloatArray = NDArray[np.float64]

SAMPLE_ROWS = 20_000
"""Rows a side that callers should draw: with 10 columns they take four seconds on one core."""
FEWEST_KNOWN = 500
MOST_LOSS = 1e30
"""Trees keep numbers of 32 bits, and add up the squares of losses."""
FEWEST_GROUPS = 5
"""Days with labels, or rows where they have no days. Also the number of folds that are left out in turn."""


@dataclass(frozen=True)
class PredictedRows:
    """Rows that the champion has predicted."""

    values: pd.DataFrame
    """Features and prediction."""
    days: Sequence[Hashable] | None = None
    """The day of each row, None where rows have no time."""
    confidence: FloatArray | None = None
    """The champion's probability of the class it predicts, shape (rows,); None where it has none."""


def estimate_error(kind: Kind, labelled: PredictedRows, losses: FloatArray, waiting: PredictedRows) -> ErrorEstimate:
    """Direct loss estimation: trees learn the loss of a row from its features and its prediction, and predict it for
    the waiting rows. Where both sides have a confidence, that alone is calibrated: confidence-based performance
    estimation.

    Both sides have the same columns. losses: shape (labelled rows,), as the kind has them. How far off such an estimate
    is, is measured on labelled rows, with days left out in turn. Raises ValueError for other columns, and for days of
    one side only. Cost: 6 fits. Source: NannyML's documentation names both methods CBPE and DLE.
    """
    if (labelled.days is None) != (waiting.days is None):
        raise ValueError("days are known of one side only: give those of both, or of neither")

    rows = encode_rows(labelled.values, waiting.values)
    count = len(labelled.values)
    groups = _groups(labelled)
    if count < FEWEST_KNOWN or len(np.unique(groups)) < FEWEST_GROUPS or not len(waiting.values):
        return ErrorEstimate(None, _too_few(labelled, len(np.unique(groups)), len(waiting.values)))

    beyond = int((~(losses <= MOST_LOSS)).sum())
    if beyond:
        return ErrorEstimate(None, _too_large(beyond, count, len(waiting.values)))

    calibrates = labelled.confidence is not None and waiting.confidence is not None
    if calibrates:
        model: Any = _calibration()
        values = np.concatenate([labelled.confidence, waiting.confidence])[:, None]
    else:
        model = _trees(rows.categorical)
        values = rows.values

    predicted = _fit(model, values[:count], losses, values[count:])
    estimate = kind.error(float(predicted.sum()), len(waiting.values))
    off = _relative_error(kind, model, values[:count], losses, groups)
    return ErrorEstimate(estimate, _sentence(kind, estimate, off, count, len(waiting.values), calibrates))


def _groups(rows: PredictedRows) -> NDArray[np.int64]:
    """A number for the day of each row, or for the row itself where rows have no time."""
    if rows.days is None:
        return np.arange(len(rows.values))
    return pd.factorize(pd.Series(list(rows.days), dtype=object))[0].astype(np.int64)


def _too_few(labelled: PredictedRows, groups: int, waiting: int) -> str:
    unit = "rows" if labelled.days is None else "days"
    return (
        f"{waiting:,} rows wait for their labels. {len(labelled.values):,} rows of {groups:,} {unit} have one since "
        f"the champion went live; an estimate of its error needs {FEWEST_KNOWN:,} rows of {FEWEST_GROUPS} {unit}."
    )


def _too_large(beyond: int, known: int, waiting: int) -> str:
    return (
        f"{waiting:,} rows wait for their labels. Their error is not estimated: the champion has no prediction, or one "
        f"that is too far away to be squared, for {beyond:,} of {known:,} labelled rows."
    )


def _trees(categorical: NDArray[np.bool_]) -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(
        max_leaf_nodes=16,
        min_samples_leaf=50,
        max_bins=MOST_CATEGORIES + 2,
        early_stopping=False,
        categorical_features=categorical,
        random_state=0,
    )


def _calibration() -> IsotonicRegression:
    return IsotonicRegression(y_min=0, y_max=1, increasing=False, out_of_bounds="clip")


def _fit(model: Any, seen: FloatArray, losses: FloatArray, asked: FloatArray) -> FloatArray:
    """Expected losses of other rows. Trees may predict a negative loss, which counts as 0."""
    return np.asarray(np.maximum(0.0, model.fit(seen, losses).predict(asked)), dtype=np.float64)


def _relative_error(kind: Kind, model: Any, values: FloatArray, losses: FloatArray, groups: NDArray[np.int64]) -> float:
    """Root mean square over the folds of estimated / realised - 1."""
    off = []
    for fitted, left_out in GroupKFold(FEWEST_GROUPS).split(values, losses, groups):
        guessed = _fit(model, values[fitted], losses[fitted], values[left_out])
        real = kind.error(float(losses[left_out].sum()), len(left_out))
        off.append(kind.error(float(guessed.sum()), len(left_out)) / real - 1 if real else 0.0)
    return float(np.sqrt(np.mean(np.square(off))))


def _sentence(kind: Kind, estimate: float, off: float, known: int, waiting: int, is_calibrated: bool) -> str:
    how = "the champion's own confidence, calibrated" if is_calibrated else "direct loss estimation"
    return (
        f"An {kind.error_in_words(estimate)} is estimated for {waiting:,} rows that wait for their labels "
        f"({how} on {known:,} labelled rows; on days left out such an estimate was off by {off:.0%}). "
        f"It cannot see a label that follows new rules."
    )
