"""What must be true of a candidate before its metrics mean anything."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import r2_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from retraining.records.gate import Check
from retraining.rules.gate.evaluation import Evaluation
from served_model.column_values import GREATEST_NUMBER

MOST_EXPLAINED = 0.999
"""Share of the label's variance, or balanced accuracy, on rows that the rule of the one feature was not fitted on."""
FEWEST_ROWS = 100


def giveaways(features: pd.DataFrame, label: "pd.Series[Any]", is_numeric: bool) -> tuple[str, ...]:
    """Names of such features; none below FEWEST_ROWS rows or where the label does not vary.

    A decision tree of one feature is fitted on every other row and judged on the rest, so that a name tag, which
    explains only rows it has seen, is not a giveaway. Texts are taken as unordered codes, missing values as one more. A
    straight line is looked for too: few rows are too few for a tree to follow one.
    """
    if len(features) < FEWEST_ROWS or label.nunique() < 2:
        return ()
    answer = label.to_numpy()
    return tuple(
        name for name in map(str, features.columns) if _explained(_numbers(features[name]), answer, is_numeric)
    )


def _explained(values: NDArray[np.float64], label: NDArray[Any], is_numeric: bool) -> bool:
    learned = slice(0, None, 2)
    judged = slice(1, None, 2)
    tree = (DecisionTreeRegressor if is_numeric else DecisionTreeClassifier)(random_state=0)
    column = values.reshape(-1, 1)
    found = tree.fit(column[learned], label[learned]).predict(column[judged])
    score = (r2_score if is_numeric else _mean_recall)(label[judged], found)
    return bool(score >= MOST_EXPLAINED) or (is_numeric and _on_a_line(values, label))


def _mean_recall(label: NDArray[Any], found: NDArray[Any]) -> float:
    """Balanced accuracy. scikit-learn's warns where a rare class is found and has no row here."""
    return float(np.mean([np.mean(found[label == each] == each) for each in np.unique(label)]))


def _on_a_line(values: NDArray[np.float64], label: NDArray[Any]) -> bool:
    known = np.isfinite(values)
    if known.sum() < FEWEST_ROWS or np.ptp(values[known]) == 0 or np.ptp(label[known]) == 0:
        return False
    return bool(np.corrcoef(values[known], label[known])[0, 1] ** 2 >= MOST_EXPLAINED)


def _numbers(values: "pd.Series[Any]") -> NDArray[np.float64]:
    if values.dtype == object or isinstance(values.dtype, pd.StringDtype):
        return np.asarray(pd.factorize(values)[0], dtype=np.float64)
    numbers = values.to_numpy(dtype=np.float64)
    return np.where(np.abs(numbers) <= GREATEST_NUMBER, numbers, np.nan)


def is_sane(evaluation: Evaluation) -> tuple[Check, ...]:
    """Finite predictions that are not all the same, and a hold-out that gives nothing away."""
    found = evaluation.sanity
    return (
        _must_be_none("finite_predictions", found.broken, _finite(found.broken, evaluation.rows)),
        _must_be_none("varied_predictions", int(found.constant), _varied(found.constant)),
        _must_be_none("unseen_rows", found.shared_keys, _unseen(found.shared_keys, evaluation.rows)),
        _must_be_none("no_giveaway", len(found.giveaways), _giveaway(found.giveaways)),
    )


def _must_be_none(name: str, found: int, sentence: str) -> Check:
    return Check(name, "failed" if found else "passed", float(found), None, None, 0.0, sentence)


def _finite(broken: int, rows: int) -> str:
    if broken:
        return f"{broken:,} of {rows:,} hold-out predictions are missing or not finite."
    return f"All {rows:,} hold-out predictions are finite."


def _varied(constant: bool) -> str:
    if constant:
        return "The candidate says the same of every row, although the labels differ."
    return "The candidate tells rows apart."


def _unseen(shared: int, rows: int) -> str:
    if shared:
        return (
            f"{shared:,} of {rows:,} hold-out rows have keys that a compared model was trained on, so they cannot "
            f"judge it. Fit again on rows before the hold-out."
        )
    return "Neither model was trained on a row of the hold-out."


def _giveaway(features: tuple[str, ...]) -> str:
    if features:
        return (
            f"By itself, {', '.join(features)} explains the label almost perfectly: it is probably known only after "
            f"the label. Remove it from `columns`, or name it in gate.may_explain_label."
        )
    return "No feature explains the label by itself."
