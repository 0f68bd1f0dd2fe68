"""The learner inside an estimator, and what can be said of it before and after it has learned."""

from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.cluster import Birch, MiniBatchKMeans
from sklearn.compose import TransformedTargetRegressor
from sklearn.decomposition import IncrementalPCA
from sklearn.naive_bayes import BernoulliNB, CategoricalNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.pipeline import Pipeline

from served_model.column_values import GREATEST_NUMBER

COUNTING = (
    BernoulliNB,
    Birch,
    CategoricalNB,
    ComplementNB,
    GaussianNB,
    IncrementalPCA,
    MiniBatchKMeans,
    MultinomialNB,
)
"""Learners that count rows: shown twice, a row counts twice. They have nothing to learn from a second pass, and forget
nothing."""
_NUMBERS = ("coef_", "intercept_", "coefs_", "intercepts_", "cluster_centers_")


def learner_of(estimator: Any) -> Any:
    """The last step of a pipeline, without what turns its label around; any other estimator itself."""
    if isinstance(estimator, Pipeline):
        return learner_of(estimator.steps[-1][1])
    if isinstance(estimator, TransformedTargetRegressor):
        return learner_of(getattr(estimator, "regressor_", estimator.regressor))
    return estimator


def learner_name(estimator: Any) -> str:
    """The class of the learner."""
    return type(learner_of(estimator)).__name__


def why_not_incremental(estimator: Any) -> str | None:
    """What keeps an estimator, fitted or not, from learning block by block, with the cure; None where it can."""
    learner = learner_of(estimator)
    name = type(learner).__name__
    if not hasattr(learner, "partial_fit"):
        return (
            f"{name} has no partial_fit. Choose an estimator that has it, such as SGDRegressor, or strategy: "
            f"full_refit."
        )
    if getattr(learner, "early_stopping", False):
        return (
            f"{name} with early_stopping sets rows aside in every fit, and has no partial_fit then. Remove "
            f"early_stopping from params."
        )
    if getattr(learner, "class_weight", None) == "balanced":
        return (
            f"{name} with class_weight: balanced needs all rows at once. Write the weight of each class in params, or "
            f"choose strategy: full_refit."
        )
    refusing = next(_refusing_encoders(estimator), None)
    if refusing:
        return (
            f"{refusing} refuses categories that it has not seen, and new rows may have some. Say handle_unknown in "
            f"the recipe: ignore for OneHotEncoder, use_encoded_value for OrdinalEncoder."
        )
    return None


def _refusing_encoders(estimator: Any) -> Iterator[str]:
    parts = estimator.get_params(deep=True).values() if hasattr(estimator, "get_params") else ()
    for part in parts:
        if getattr(part, "handle_unknown", None) == "error" and not isinstance(part, type):
            yield type(part).__name__


def why_not_these_classes(model: Any, label: Any, learner: str = "partial_fit") -> str | None:
    """Which labels a fitted classifier cannot learn, as a sentence; None where it can learn all, or knows no classes.
    learner: what cannot add them."""
    known = getattr(learner_of(model), "classes_", None)
    if known is None or label is None:
        return None

    found = set(np.unique(np.asarray(label)))
    unseen = found - set(known)
    if not unseen:
        return None
    return (
        f"{len(unseen)} of the {len(found)} classes of the new rows were not there when the champion was fitted, and "
        f"{learner} cannot add a class."
    )


def not_finite(model: Any) -> str | None:
    """The first of the learner's numbers that is NaN, or beyond what 32 bits hold, by name; None where all can be
    computed with."""
    learner = learner_of(model)
    for name in _NUMBERS:
        found = getattr(learner, name, None)
        parts = found if isinstance(found, list) else [] if found is None else [found]
        if not all((np.abs(np.asarray(part, dtype=np.float64)) <= GREATEST_NUMBER).all() for part in parts):
            return name
    return None
