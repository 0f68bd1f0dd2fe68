"""Logistic regression, on the same columns as the ridge pipeline."""

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline

from recipes.ridge import columns


def pipeline(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """Classes and their probabilities. params: those of sklearn.linear_model.LogisticRegression."""
    return make_pipeline(columns(numeric, categorical), LogisticRegression(**{"max_iter": 1_000, **params}))
