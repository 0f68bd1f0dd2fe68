"""Gradient boosted trees: columns that matter only together, jumps, gaps, and categories without one column for each.

Trees need no scaled numbers, and a gap is a branch like any other. Each frequent value of a categorical
column counts for itself, the others count as one. A value that training did not know counts as a gap.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OrdinalEncoder

MOST_VALUES = 255
"""Of a categorical column that the trees tell apart, and bins of a numeric one: scikit-learn allows no more."""


def regression(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """Trees that predict a number. params: those of sklearn.ensemble.HistGradientBoostingRegressor."""
    learner = HistGradientBoostingRegressor(**_arguments(numeric, categorical, params))
    return make_pipeline(_columns(numeric, categorical, learner.max_bins), learner)


def classification(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """Trees that predict classes with probabilities. params: those of sklearn.ensemble.HistGradientBoostingClassifier.

    To weigh a rare class as much as the others, say `params: { class_weight: balanced }`.
    """
    learner = HistGradientBoostingClassifier(**_arguments(numeric, categorical, params))
    return make_pipeline(_columns(numeric, categorical, learner.max_bins), learner)


def _arguments(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> dict[str, Any]:
    """The same rows give the same trees. Early stopping sets rows aside at random, and fails where a class has one row
    only, so it is off unless params switch it on."""
    places = range(len(numeric), len(numeric) + len(categorical))
    return {"random_state": 0, "early_stopping": False, "categorical_features": list(places), **params}


def _columns(numeric: Sequence[str], categorical: Sequence[str], most_values: Any) -> ColumnTransformer:
    """Numbers as they are, then a code for each category; the rare ones share one where there are too many."""
    codes = OrdinalEncoder(
        handle_unknown="use_encoded_value",
        unknown_value=np.nan,
        encoded_missing_value=np.nan,
        max_categories=min(most_values, MOST_VALUES) if isinstance(most_values, int) else MOST_VALUES,
    )
    encoded = make_pipeline(FunctionTransformer(_with_gaps), codes)
    return ColumnTransformer([("numeric", "passthrough", list(numeric)), ("categorical", encoded, list(categorical))])


def _with_gaps(rows: pd.DataFrame) -> pd.DataFrame:
    """NaN for what is missing: scikit-learn takes a None for one more category."""
    return rows.astype(object).where(rows.notna(), np.nan)
