"""What a trained model has learned to see in rows, as columns for another model.

Names and attributes are part of every version's pickle: rename none of them.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.pipeline import Pipeline

FloatArray = NDArray[np.float64]

_ACTIVATIONS: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "identity": lambda values: values,
    "logistic": lambda values: 1 / (1 + np.exp(-values)),
    "tanh": lambda values: np.tanh(values),
    "relu": lambda values: np.maximum(values, 0),
}


class FrozenEncoder(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn ships no types
    """A fitted model or transformer that learns nothing more.

    A transformer gives what it makes of a row, a neural network its last hidden layer. Any other model gives what its
    transformers make of a row, and its own answer.
    """

    def __init__(self, model: Any) -> None:
        """model: fitted."""
        self.model = model

    def __sklearn_clone__(self) -> "FrozenEncoder":
        """A clone would have to be fitted again."""
        return self

    def __sklearn_is_fitted__(self) -> bool:
        """It was fitted elsewhere."""
        return True

    def fit(self, features: Any, label: Any = None) -> "FrozenEncoder":
        """Learns nothing."""
        return self

    def transform(self, features: Any) -> FloatArray:
        """Shape (rows, columns)."""
        return _encoded(self.model, features)


def _encoded(model: Any, features: Any) -> FloatArray:
    if isinstance(model, Pipeline):
        *steps, (_, last) = model.steps
        seen = features
        for _, step in steps:
            seen = seen if step in ("passthrough", None) else step.transform(seen)
        if hasattr(last, "transform") or hasattr(last, "coefs_"):
            return _encoded(last, seen)
        return np.hstack([_dense(seen), _answers(last, seen)])

    if hasattr(model, "transform"):
        return _dense(model.transform(features))
    return _last_hidden_layer(model, features) if hasattr(model, "coefs_") else _answers(model, features)


def _last_hidden_layer(network: Any, features: Any) -> FloatArray:
    layer = _dense(features)
    for weights, bias in zip(network.coefs_[:-1], network.intercepts_[:-1], strict=True):
        layer = _ACTIVATIONS[network.activation](layer @ weights + bias)
    return layer


def _answers(model: Any, features: Any) -> FloatArray:
    if hasattr(model, "predict_proba"):
        return _dense(model.predict_proba(features))
    answers = model.decision_function(features) if hasattr(model, "decision_function") else model.predict(features)
    return _dense(answers)


def _dense(values: Any) -> FloatArray:
    """A table without gaps: a head has no way to learn from them."""
    array = np.asarray(values.toarray() if hasattr(values, "toarray") else values, dtype=np.float64)
    return np.nan_to_num(array.reshape(len(array), -1))
