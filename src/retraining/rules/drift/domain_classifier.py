"""Drift in all columns together: can a classifier tell new rows from reference rows?

A distance of single columns does not see that two columns have ceased to go together; trees do.
"""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import roc_auc_score

from retraining.records.drift import DomainVerdict
from retraining.rules.drift.encode_rows import MOST_CATEGORIES, EncodedRows, encode_rows

SAMPLE_ROWS = 5_000
"""Rows a side that callers should draw: with 10 columns they take three seconds on one core."""
MOST_ROWS = 20_000
FEWEST_ROWS = 200
FEWEST_DAYS = 6
"""A side. Six and six days can be relabelled in 924 ways, three and three in 20."""
RELABELLINGS = 39
"""Exceeded by chance once in 40 times."""
FOLDS = 3
_NAMED_SHARE = 0.1
_MOST_NAMED = 3

_Fold = tuple[Any, NDArray[np.bool_]]


def tell_apart(
    reference: pd.DataFrame,
    current: pd.DataFrame,
    reference_days: Sequence[Hashable] | None,
    current_days: Sequence[Hashable] | None,
    seed: int,
) -> DomainVerdict:
    """Drifted when the area under the curve, on days left out of training, exceeds that of all 39 random relabellings.

    reference, current: features only, at most 20,000 rows each; days: one for each row, None where rows have none.
    A relabelling deals whole days out to the two sides again, because rows of a day resemble each other: a stable batch
    exceeds the bound once in 40 times, as long as days are exchangeable. A season is drift here. Rows without days
    are relabelled one by one, which assumes that they are independent; the reason mentions it. Cost: 3 folds x 40 fits
    of 10 trees. Raises ValueError for too many rows, other columns, and days of one side only. Source: Lopez-Paz and
    Oquab (2017).
    """
    for side, frame in (("reference", reference), ("current", current)):
        if len(frame) > MOST_ROWS:
            raise ValueError(f"{side}: {len(frame):,} rows, at most {MOST_ROWS:,} are compared; give a sample of them")

    rows = encode_rows(reference, current, reference_days, current_days)
    counts = (len(reference), len(current))
    unit = "days" if reference_days is not None else "rows"
    few = _too_few(rows, counts, unit)
    if few:
        return DomainVerdict(None, None, "not_enough_data", (), few)

    rng = np.random.default_rng(seed)
    folds = _fitted(rows, rows.current, rng)
    auc = _area(rows, rows.current, folds)
    columns = _importances(rows, folds, auc, rng)
    bound = max(_relabelled(rows, rng) for _ in range(RELABELLINGS))
    verdict = DomainVerdict(auc, bound, "drifted" if auc > bound else "stable", columns, "")

    return replace(verdict, reason=_reason(verdict, rows, counts, unit))


def _too_few(rows: EncodedRows, counts: tuple[int, int], unit: str) -> str:
    days = int((~rows.current).sum()), int(rows.current.sum())
    for what, (before, now), wanted in (("rows", counts, FEWEST_ROWS), (unit, days, FEWEST_DAYS)):
        if min(before, now) < wanted:
            return f"{before:,} {what} in the reference and {now:,} in the batch; a verdict needs {wanted:,} of each."
    return "" if rows.names else "There is no column to tell the rows apart by."


def _relabelled(rows: EncodedRows, rng: np.random.Generator) -> float:
    current = rng.permutation(rows.current)
    return _area(rows, current, _fitted(rows, current, rng))


def _fitted(rows: EncodedRows, current: NDArray[np.bool_], rng: np.random.Generator) -> list[_Fold]:
    """A model for each fold, and the rows that it has not seen. The groups of each side are dealt out in turn, so that
    every fold has both sides."""
    fold_of = np.empty(len(current), dtype=np.int64)
    for side in (False, True):
        members = rng.permutation(np.flatnonzero(current == side))
        fold_of[members] = np.arange(len(members)) % FOLDS
    truth = current[rows.groups]
    fold_of_row = fold_of[rows.groups]
    folds = [fold_of_row == fold for fold in range(FOLDS)]
    return [(_small_model(rows).fit(rows.values[~held], truth[~held]), held) for held in folds]


def _small_model(rows: EncodedRows) -> HistGradientBoostingClassifier:
    """Three splits deep at the most: enough for columns that go together, and cheap to fit 120 times."""
    return HistGradientBoostingClassifier(
        max_iter=10,
        learning_rate=0.2,
        max_leaf_nodes=8,
        max_bins=MOST_CATEGORIES + 2,
        early_stopping=False,
        categorical_features=rows.categorical,
        random_state=0,
    )


def _area(rows: EncodedRows, current: NDArray[np.bool_], folds: Sequence[_Fold]) -> float:
    """Mean over the folds, because scores of different models are not on one scale."""
    truth = current[rows.groups]
    scores = [roc_auc_score(truth[held], model.decision_function(rows.values[held])) for model, held in folds]
    return float(np.mean(scores))


def _importances(
    rows: EncodedRows, folds: Sequence[_Fold], auc: float, rng: np.random.Generator
) -> tuple[tuple[str, float], ...]:
    lost = []
    for place, name in enumerate(rows.names):
        values = rows.values.copy()
        for _, held in folds:
            values[held, place] = rng.permutation(values[held, place])
        lost.append((name, auc - _area(replace(rows, values=values), rows.current, folds)))
    return tuple(sorted(lost, key=lambda each: (-each[1], each[0])))


def _reason(verdict: DomainVerdict, rows: EncodedRows, counts: tuple[int, int], unit: str) -> str:
    groups = int((~rows.current).sum()), int(rows.current.sum())
    of_days = [f" of {count:,} days" if unit == "days" else "" for count in groups]
    found = (
        f"A classifier tells {counts[1]:,} new rows{of_days[1]} from {counts[0]:,} reference rows{of_days[0]} with an "
        f"AUC of {verdict.auc:.3f} (0.5 is guessing); {RELABELLINGS} random relabellings of the {unit} reached at "
        f"most {verdict.bound:.3f}"
    )
    assumed = "" if unit == "days" else " (too little where rows are not independent, such as rows of one day)"
    return f"{found}{assumed}.{_given_away_by(verdict)}"


def _given_away_by(verdict: DomainVerdict) -> str:
    """The columns that count for a tenth of the way from guessing, three at the most."""
    if verdict.verdict != "drifted" or verdict.auc is None:
        return ""
    least = _NAMED_SHARE * (verdict.auc - 0.5)
    named = [f"`{name}` ({lost:.3f})" for name, lost in verdict.columns if lost >= least][:_MOST_NAMED]
    return f" Given away by {', '.join(named)}: what the AUC loses without it." if named else ""
