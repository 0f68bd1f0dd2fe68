"""Linear models of texts: the weights of their words, beside numeric columns and short categories.

A spec lists a column of texts in `columns.categorical` and names it once more in `params.text_columns`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline

from recipes.logistic import MOST_STEPS
from recipes.ridge import columns

TEXT_COLUMNS = "text_columns"
"""Param: which of the categorical columns are texts."""
WORDS = "words"
"""Param: a section with arguments of sklearn.feature_extraction.text.TfidfVectorizer."""
MOST_WORDS = 20_000
"""Of each column, the most frequent ones, unless `words` says how many: a model does not grow with its texts."""


def regression(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """Ridge on words and columns. params: text_columns, words, and those of sklearn.linear_model.Ridge."""
    inputs, others = _inputs(numeric, categorical, params)
    return make_pipeline(inputs, Ridge(**others))


def classification(numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]) -> Pipeline:
    """LogisticRegression on words and columns. params: text_columns, words, and those of
    sklearn.linear_model.LogisticRegression."""
    inputs, others = _inputs(numeric, categorical, params)
    return make_pipeline(inputs, LogisticRegression(**{"max_iter": MOST_STEPS, **others}))


class WordWeights(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """TF-IDF of one column. A missing text is an empty one. Where no text has a word, there is one column of zeros."""

    def __init__(self, vectorizer: TfidfVectorizer) -> None:
        """vectorizer: unfitted."""
        self.vectorizer = vectorizer

    def fit(self, texts: "pd.Series[Any]", label: ArrayLike | None = None) -> "WordWeights":
        """Learns the words and how rare each is."""
        self.fitted_ = clone(self.vectorizer)
        try:
            self.fitted_.fit(_complete(texts))
        except ValueError as err:
            if not str(err).startswith(("empty vocabulary", "After pruning, no terms remain")):
                raise
            self.fitted_ = None
        return self

    def transform(self, texts: "pd.Series[Any]") -> csr_matrix:
        """Shape (rows, words), sparse."""
        return csr_matrix((len(texts), 1)) if self.fitted_ is None else self.fitted_.transform(_complete(texts))


def _complete(texts: "pd.Series[Any]") -> list[str]:
    return ["" if pd.isna(text) else str(text) for text in texts]


def _inputs(
    numeric: Sequence[str], categorical: Sequence[str], params: Mapping[str, Any]
) -> tuple[ColumnTransformer, dict[str, Any]]:
    """The columns as numbers, and the params that are left for the learner."""
    others = dict(params)
    texts = _text_columns(others.pop(TEXT_COLUMNS, None), categorical)
    weights = WordWeights(_vectorizer(others.pop(WORDS, {})))
    short = [name for name in categorical if name not in texts]

    beside = ("beside", columns(numeric, short), [*numeric, *short])
    # Sparse whatever the share of zeros: dense, a thousand texts would take as much memory as a million numbers.
    weighed = [(f"text_{place}", clone(weights), name) for place, name in enumerate(texts)]
    return ColumnTransformer([beside, *weighed], sparse_threshold=1.0), others


def _text_columns(named: Any, categorical: Sequence[str]) -> list[str]:
    if not isinstance(named, list | tuple) or not named:
        raise ValueError(f"params.{TEXT_COLUMNS} names no column of texts; write a list, such as [description]")

    unknown = [str(name) for name in named if name not in categorical]
    if unknown:
        raise ValueError(
            f"params.{TEXT_COLUMNS} names {', '.join(unknown)}, not among columns.categorical "
            f"({', '.join(categorical) or 'which is empty'}); add it there, because only those columns are texts"
        )
    return list(dict.fromkeys(named))


def _vectorizer(arguments: Any) -> TfidfVectorizer:
    """YAML has lists, and scikit-learn wants the lengths of word groups as a pair."""
    if not isinstance(arguments, Mapping):
        raise ValueError(
            f"params.{WORDS} is not a section; write arguments of TfidfVectorizer, such as {{ min_df: 2 }}"
        )
    given = dict(arguments)
    if isinstance(given.get("ngram_range"), list):
        given["ngram_range"] = tuple(given["ngram_range"])
    return TfidfVectorizer(**{"max_features": MOST_WORDS, **given})
