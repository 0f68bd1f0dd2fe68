"""The champion's error on rows without labels, from its losses on rows that have them.

It sees features that moved to where the champion errs more or less. It does not see a label that now follows other
rules: only labels show that.
"""

from collections.abc import Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.isotonic import IsotonicRegression
from sklearn.model_selection import GroupKFold

from retraining.kinds.kind import Kind
from retraining.records.decision import ErrorEstimate
from retraining.rules.drift.encode_rows import MOST_CATEGORIES, encode_rows

FloatArray = NDArray[np.float64]

SAMPLE_ROWS = 20_000
"""Rows a side that callers should draw: with 10 columns they take four seconds on one core."""
FEWEST_KNOWN = 500
FEWEST_GROUPS = 5
"""Days with labels, or rows where they have no days: so many folds are left out in turn."""


def estimate_error(
    kind: Kind,
    known: pd.DataFrame,
    losses: FloatArray,
    waiting: pd.DataFrame,
    known_days: Sequence[Hashable] | None = None,
    waiting_days: Sequence[Hashable] | None = None,
    confidence: tuple[FloatArray, FloatArray] | None = None,
) -> ErrorEstimate:
    """Direct loss estimation: trees learn the loss of a row from its features and its prediction, and are asked about
    the waiting rows. With a confidence (the champion's probability of the class it predicts, of known and of waiting
    rows; shape (rows,)) a calibration of that alone: confidence-based performance estimation.

    known, waiting: features and prediction, the same columns. losses: shape (known rows,), as the kind has them.
    How far off such an estimate is, is measured on known rows, whole days left out in turn. Raises ValueError for other
    columns, and days of one side only. Cost: 6 fits. Source: NannyML's documentation names both methods CBPE and DLE.
    """
    rows = encode_rows(known, waiting, known_days, waiting_days)
    groups = int((~rows.current).sum())
    if len(known) < FEWEST_KNOWN or groups < FEWEST_GROUPS or not len(waiting):
        unit = "days" if known_days is not None else "rows"
        return ErrorEstimate(
            None,
            f"{len(waiting):,} rows wait for their labels. {len(known):,} rows of {groups:,} {unit} have one since the "
            f"champion went live; an estimate of its error needs {FEWEST_KNOWN:,} rows of {FEWEST_GROUPS} {unit}.",
        )

    values = rows.values if confidence is None else np.concatenate(confidence)[:, None]
    model = _trees(rows.categorical) if confidence is None else _calibration()
    seen = values[: len(known)]
    asked = values[len(known) :]
    estimate = kind.error(float(_fit(model, seen, losses, asked).sum()), len(waiting))
    off = _relative_error(kind, model, seen, losses, rows.groups[: len(known)])

    return ErrorEstimate(estimate, _sentence(kind, estimate, off, len(known), len(waiting), confidence is not None))


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
    """Expected losses of the rows that are asked about; trees may say less than nothing."""
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
