"""Ridge regression, bare as in the white paper or in a pipeline that copes with gaps and categories."""

from collections.abc import Mapping, Sequence
from typing import Any

from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler


def bare(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Ridge:
    """Ridge on the numeric columns as they are. params: those of sklearn.linear_model.Ridge."""
    if categorical:
        raise ValueError("recipes.ridge.bare takes numeric columns only")
    return Ridge(**params)


def pipeline(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """Ridge on the columns below. params: those of sklearn.linear_model.Ridge."""
    return make_pipeline(columns(numeric, categorical), Ridge(**params))


def columns(numeric: Sequence[str], categorical: Sequence[str]) -> ColumnTransformer:
    """Numeric columns (median for gaps, scaled) and one-hot categories (a new one counts as none of the known)."""
    return ColumnTransformer(
        [
            ("numeric", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), list(numeric)),
            ("categorical", OneHotEncoder(handle_unknown="ignore", sparse_output=False), list(categorical)),
        ]
    )
