"""Clicks of many users on many things: categories by their hashes, for a learner that learns block by block.

A hash needs no list of categories, so a user or a topic that comes next week has its column already.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction import FeatureHasher
from sklearn.impute import SimpleImputer
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

COLUMNS = "hashed_columns"
"""Param: how many columns the hashes share; a power of 2."""
MOST_COLUMNS = 4096


def classification(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """SGDClassifier with probabilities, on the hash of each category and of each pair of categories, beside scaled
    numbers. params: hashed_columns, and those of sklearn.linear_model.SGDClassifier."""
    others = dict(params)
    width = others.pop(COLUMNS, MOST_COLUMNS)
    hashed = make_pipeline(FunctionTransformer(_named_values), FeatureHasher(width, input_type="string"))
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())

    inputs = ColumnTransformer(
        [("numeric", numbers, list(numeric)), ("categorical", hashed, list(categorical))], sparse_threshold=1.0
    )
    return make_pipeline(inputs, SGDClassifier(**{"loss": "log_loss", "random_state": 0, **others}))


def _named_values(rows: pd.DataFrame) -> list[list[str]]:
    """Of each row its values, each with the name of its column, then every pair of them: who likes what."""
    named = [[f"{name}={value}" for value in rows[name]] for name in rows.columns]
    return [
        [*values, *(f"{one} {other}" for one, other in combinations(values, 2))] for values in zip(*named, strict=True)
    ]
