"""Logistic regression: the probability of each class, from scaled columns."""

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from recipes.ridge import columns

MOST_STEPS = 1_000
"""scikit-learn's own 100 are often too few."""


def pipeline(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """LogisticRegression behind the same columns as the ridge pipeline, which cope with gaps and new categories.
    params: those of sklearn.linear_model.LogisticRegression."""
    return make_pipeline(columns(numeric, categorical), LogisticRegression(**{"max_iter": MOST_STEPS, **params}))
